"""A document's text to a model, with all problems at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from leadscore.checks.meaning import meaning_problems
from leadscore.checks.problem import Problem, in_document_order
from leadscore.document.building import Draft, draft_of
from leadscore.document.json_text import json_tree
from leadscore.document.located import ProblemList, Refused
from leadscore.document.text import checked_text
from leadscore.document.vocabulary import MAX_BYTES
from leadscore.document.yaml_text import yaml_tree
from leadscore.errors import InvalidModel
from leadscore.fields import ModelFields
from leadscore.model import ScoringModel

Format = Literal["yaml", "json"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a document: the model, or None when a problem is an error."""

    model: ScoringModel | None
    problems: tuple[Problem, ...]
    source: str = ""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the model from being used."""
        return tuple(problem for problem in self.problems if problem.is_error)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that are only doubtful."""
        return tuple(problem for problem in self.problems if not problem.is_error)

    def sound_model(self) -> ScoringModel:
        """The model.

        Raises: InvalidModel with all problems when one of them is an error.
        """
        if self.model is None:
            raise InvalidModel(self.problems, source=self.source)
        return self.model


def read_model(
    text: str | bytes,
    *,
    format: Format = "yaml",  # noqa: A002  # what callers call it
    source: str = "",
    fields: ModelFields | None = None,
) -> Reading:
    """The model of a document, or everything that is wrong with it.

    `source` is what to call the document. With `fields`, only these attributes may be asked, and
    only these properties; where it has none of either, any may.
    """
    problems = ProblemList()
    draft = _draft(text, format, problems, fields)
    model = None if draft is None or problems.has_errors else draft.model
    return Reading(model, in_document_order(problems.found), source)


def load_model(
    path: str | Path, *, fields: ModelFields | None = None
) -> tuple[ScoringModel, tuple[Problem, ...]]:
    """The model of a file and its warnings; a name that ends in .json is JSON, any other YAML.

    With `fields`, only these may be asked, as for `read_model`.
    Raises: InvalidModel with all problems; OSError when the file cannot be read.
    """
    path = Path(path)
    with path.open("rb") as file:
        # One byte beyond the bound is enough to know that a file is too large.
        content = file.read(MAX_BYTES + 1)
    notation: Format = "json" if path.suffix.lower() == ".json" else "yaml"
    reading = read_model(content, format=notation, source=path.name, fields=fields)
    return reading.sound_model(), reading.warnings


def _draft(
    text: str | bytes, notation: Format, problems: ProblemList, fields: ModelFields | None
) -> Draft | None:
    """The draft of a document with its problems listed; None when reading was given up."""
    try:
        checked = checked_text(text, problems)
        top = (json_tree if notation == "json" else yaml_tree)(checked, problems)
        draft = draft_of(top, problems, fields)
        for problem in meaning_problems(
            draft.model, draft.places, is_whole=draft.is_whole, catalogue=fields
        ):
            problems.add(problem)
    except Refused:
        return None
    return draft
