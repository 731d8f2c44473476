"""A definition as a few lines of the document, and the document with such lines put into it.

In: a model, text. Out: text; an edit with everything that is wrong with it.
"""

from __future__ import annotations

from leadscore.document import read_model, write_yaml
from leadscore.model import ScoringModel
from lejek.scoring.editing import Edit

_INDENT = "    "


def text_of_definition(model: ScoringModel, name: str) -> str:
    """The lines of a definition, as they stand in the document under its name."""
    lines = write_yaml(model).splitlines()
    first, behind = _lines_of(lines, name)
    head = lines[first].split(":", 1)[1].strip()
    body = [head] if head else [line[len(_INDENT) :] for line in lines[first + 1 : behind]]
    return "\n".join(body) + "\n"


def with_definition_text(model: ScoringModel, name: str, text: str) -> Edit:
    """The model with a definition whose lines somebody wrote, in the place of those it has."""
    lines = write_yaml(model).splitlines()
    first, behind = _lines_of(lines, name)
    body = [_INDENT + line for line in text.strip("\n").splitlines()]
    lines[first:behind] = [f"  {name}:", *body]
    reading = read_model("\n".join(lines) + "\n")
    document = None if reading.model is None else write_yaml(reading.model)
    return Edit(document, reading.problems)


def _lines_of(lines: list[str], name: str) -> tuple[int, int]:
    """The first line of a definition, and the one behind its last."""
    section = lines.index("definitions:")
    first = next(n for n, line in enumerate(lines) if n > section and line.startswith(f"  {name}:"))
    behind = first + 1
    while behind < len(lines) and lines[behind].startswith(_INDENT):
        behind += 1
    return first, behind
