"""A definition as a form, and a form as a definition.

In: a definition of the draft, or what a browser sent. Out: the definition as plain values of a
document; the problems of `checks` beside the inputs that they are about. A condition that rows
would not give back stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from leadscore.checks import Problem
from leadscore.conditions import (
    BAND_PREFIX,
    GRADE,
    OVERALL,
    SCORE_PREFIX,
    Condition,
    FieldType,
)
from leadscore.document import as_data
from leadscore.language import Names, condition_text
from leadscore.language.words import capitalised
from leadscore.model import Definition, ScoringModel
from lejek.scoring.condition_rows import Rows, as_condition, rows_of, sent_rows
from lejek.scoring.rule_form import ATTRIBUTE, LANGUAGES, Choice, Values, choices, said_label

WHEN, KEEP = "when", "keep_while"
CONDITIONS = (WHEN, KEEP)
"""The conditions of a definition: under which it is met, and under which it is kept."""


@dataclass(slots=True)
class DefinitionForm:
    """The values of a definition as somebody sees and types them, and what is wrong with them.

    `rows` and `words` are by condition; a condition has words where it has no rows.
    """

    values: dict[str, str]
    rows: dict[str, Rows | None]
    words: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name in conditions and stages."""
        return self.values["name"].strip()

    def problems_by_input(self) -> dict[str, list[Problem]]:
        """The problems by the input they are about; the empty name has those of other places."""
        own = re.escape(self.name)
        path_of = re.compile(rf"definitions(?:\.{own}|\[{re.escape(json.dumps(self.name))}\])(.*)")
        found: dict[str, list[Problem]] = {}
        for problem in self.problems:
            path = path_of.fullmatch(problem.path)
            part = "" if path is None else re.split(r"[.\[]", path.group(1) + ".")[1] or "name"
            found.setdefault(part if part in {*CONDITIONS, "label", "name"} else "", []).append(
                problem
            )
        return found


def form_of(definition: Definition, model: ScoringModel, lang: str) -> DefinitionForm:
    """The form of a definition as it stands."""
    values = {"name": definition.name}
    values |= {f"label_{each}": definition.label.get(each, "") for each in LANGUAGES}
    form = DefinitionForm(values, {})
    for part, condition in _conditions(definition).items():
        _keep(form, part, condition, lang, model)
    return form


def empty_form() -> DefinitionForm:
    """The form of a definition that is not there yet."""
    return DefinitionForm({"name": ""}, {part: Rows() for part in CONDITIONS})


def sent_form(
    sent: Mapping[str, Any], before: Definition | None, lang: str, model: ScoringModel
) -> DefinitionForm:
    """The form as a browser sent it."""
    names = ("name", *(f"label_{each}" for each in LANGUAGES))
    form = DefinitionForm({name: str(sent.get(name, "")) for name in names}, {})
    known = {} if before is None else _conditions(before)
    for part in CONDITIONS:
        if sent.get(f"keeps_{part}") and known.get(part) is not None:
            _keep(form, part, known[part], lang, model)
        else:
            form.rows[part] = sent_rows(sent, part)
    return form


def as_definition(
    form: DefinitionForm, model: ScoringModel, before: Definition | None
) -> dict[str, Any]:
    """The definition as plain values of a document; what makes no sense is left to the checks."""
    data: Any = as_data(model)
    kept = {} if before is None else data["definitions"][before.name]
    known = {} if before is None else _conditions(before)
    types = {choice.name: choice.type for choice in fields_of(model, "en")}
    said: dict[str, Any] = {}
    for part, rows in form.rows.items():
        condition = kept[part] if rows is None else as_condition(rows, types, known.get(part))
        if condition is not None:
            said[part] = condition
    said.setdefault(WHEN, {})
    label = said_label(form.values, {} if before is None else before.label)
    return {**said, "label": label} if label else said


def fields_of(model: ScoringModel, lang: str) -> list[Choice]:
    """What a definition may ask: results of the model first, then what is known of leads.

    Queries: one.
    """
    names = Names(lang, model)
    found = [Choice(f"{SCORE_PREFIX}{OVERALL}", _("overall score"), FieldType.NUMBER)]
    for each in model.dimensions:
        label = capitalised(names.dimension(each.name))
        found += [
            Choice(
                f"{SCORE_PREFIX}{each.name}",
                _("%(dimension)s: points") % {"dimension": label},
                FieldType.NUMBER,
            ),
            Choice(
                f"{BAND_PREFIX}{each.name}",
                _("%(dimension)s: band") % {"dimension": label},
                FieldType.TEXT,
            ),
        ]
    if model.grade is not None:
        found.append(Choice(GRADE, _("grade"), FieldType.TEXT))
    return found + choices(model, ATTRIBUTE, lang)


def values_of(model: ScoringModel, lang: str) -> Values:
    """The bands and grades that a model can give, by field."""
    names = Names(lang, model)
    found = {
        f"{BAND_PREFIX}{each.name}": [
            (band.name, names.band(each.name, band.name)) for band in each.bands
        ]
        for each in model.dimensions
    }
    if model.grade is not None:
        found[GRADE] = [(grade, grade) for grade in model.grades()]
    return found


def _conditions(definition: Definition) -> dict[str, Condition | None]:
    return {WHEN: definition.when, KEEP: definition.keep_while}


def _keep(
    form: DefinitionForm, part: str, condition: Condition | None, lang: str, model: ScoringModel
) -> None:
    form.rows[part] = rows_of(condition)
    if condition is not None and form.rows[part] is None:
        form.words[part] = condition_text(condition, lang, model)
