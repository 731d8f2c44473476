"""What differs between two versions is told, whatever part of the model it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from leadscore.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    DefinitionMet,
    Operator,
    Scope,
    Selection,
    TouchpointCount,
)
from leadscore.document import read_model, write_yaml
from leadscore.model import (
    AttributeRule,
    Band,
    BehaviourRule,
    Definition,
    Dimension,
    FrequencyRule,
    Grade,
    Group,
    ScoringModel,
    SilenceRule,
)
from lejek.scoring.difference import ADDED, CHANGED, REMOVED, Change, changes

DOCUMENT = """\
schema: 1
name: whole
label: {en: Whole, pl: Cały}
time_zone: Europe/Warsaw
dimensions:
  fit:
    min: -50
    max: 100
    label: {en: Fit, pl: Dopasowanie}
    bands: [{name: cold, from: -50, label: {en: cold, pl: zimny}}, {name: hot, from: 26}]
  interest:
    min: 0
    max: 100
    bands: [{name: cold, from: 0}, {name: hot, from: 26}]
groups:
  mail: {dimension: interest, min: -5, max: 20, label: {en: Mail, pl: Listy}}
  pages: {dimension: interest, max: 30}
rules:
  - {id: who, dimension: fit, points: 5, when: {lead.city: {eq: Łódź, ignore_diacritics: true}}}
  - id: seen
    dimension: interest
    group: mail
    points: 2
    on: page_view
    where: {page.category: {in: [pricing, blog]}}
    within: 90
    scope: company
    half_life: 14
    max_times: 3
    max_points: 6
    label: {en: Pages, pl: Strony}
  - {id: burst, dimension: interest, points: 3, on: chat, scope: company, at_least: 3, people: 2, within: 7}
  - {id: silence, dimension: interest, points: -1, on: call, none_for: 30}
overall: {fit: 1, interest: 2}
grade: {rows: fit, columns: interest}
definitions:
  ready:
    label: {en: Ready, pl: Gotowy}
    when: {all: [{score.fit: {ge: 5}}, {definition: old}]}
    keep_while: {any: [{score.fit: {ge: 4}}, {touchpoint: {on: chat, at_least: 2, within: 30}}]}
  old: {when: {lead.since: {le: "2024-01-31"}}}
"""  # noqa: E501 - a rule a line

OTHERS: dict[tuple[type, str], Any] = {
    (Selection, "on"): ("webinar_attended",),
    (Comparison, "operator"): Operator.NE,
}
"""Values that a rule of thumb would not find."""

NEW: dict[str, Any] = {
    "group": "mail",
    "within": 5,
    "half_life": 7,
    "max_times": 2,
    "min_milli": 1_000,
    "max_milli": 9_000,
    "max_points_milli": 9_000,
    "where": Comparison("page.category", Operator.EQ, "blog"),
    "keep_while": Comparison("lead.city", Operator.EQ, "Kraków"),
}
"""Values for what is not said."""


def _whole() -> ScoringModel:
    return read_model(DOCUMENT).sound_model()


def _other(part: Any, name: str) -> Any:
    """Another value for a field of a part of a model."""
    value = getattr(part, name)
    if (type(part), name) in OTHERS:
        return OTHERS[type(part), name]
    match value:
        case bool():
            other: Any = not value
        case Scope():
            other = Scope.COMPANY if value is Scope.LEAD else Scope.LEAD
        case int():
            other = value + 1000
        case str():
            other = f"{value}-other"
        case dict():
            other = {**value, "pl": "Inaczej"}
        case tuple():
            other = value[:-1] if len(value) > 1 else (*value, *value)
        case date():
            other = date(2025, 2, 28)
        case _:
            other = NEW[name]
    return other


def _variants(part: Any, place: str) -> Iterator[tuple[type, str, str, Any]]:
    """Each field of a part, and of the parts in it: whose it is, and the part with it changed."""
    for field in fields(part):
        value = getattr(part, field.name)
        here = f"{place}.{field.name}"
        if not is_dataclass(value):
            other = _other(part, field.name)
            yield type(part), field.name, here, replace(part, **{field.name: other})
        inner = value if isinstance(value, tuple) else (value,)
        for number, each in enumerate(inner):
            if not is_dataclass(each) or isinstance(each, type):
                continue
            for owner, name, where, other in _variants(each, f"{here}[{number}]"):
                whole = (*inner[:number], other, *inner[number + 1 :])
                put = whole if isinstance(value, tuple) else other
                yield owner, name, where, replace(part, **{field.name: put})


def _told(before: ScoringModel, after: ScoringModel, lang: str) -> list[Change]:
    with translation.override(lang):
        return [_plain(change) for change in changes(before, after, lang)]


def _plain(change: Change) -> Change:
    details = (detail.replace("\N{NO-BREAK SPACE}", " ") for detail in change.details)
    return replace(change, details=tuple(details))


@pytest.mark.parametrize("lang", ["en", "pl"])
def test_no_part_of_a_model_changes_unsaid(lang: str) -> None:
    model = _whole()
    seen: set[tuple[type, str]] = set()
    for owner, name, where, other in _variants(model, "model"):
        seen.add((owner, name))
        assert other != model, where
        told = _told(model, other, lang)
        assert told, where
        for change in told:
            assert change.kind in {ADDED, REMOVED} or change.details, (where, change)
            for detail in change.details if change.kind == CHANGED else ():
                before, _, after = detail.partition(": ")[2].partition(" → ")
                assert before != after, (where, detail)
    kinds = (
        *(ScoringModel, Dimension, Band, Group, Grade, Definition),
        *(AttributeRule, BehaviourRule, FrequencyRule, SilenceRule),
        *(Selection, TouchpointCount, Comparison, AllOf, AnyOf, DefinitionMet),
    )
    assert seen >= {(kind, field.name) for kind in kinds for field in fields(kind)} - {
        # Not values of their own: the parts in them are walked.
        *((ScoringModel, "grade"), (AttributeRule, "when"), (Definition, "when")),
        *((BehaviourRule, "selection"), (SilenceRule, "selection"), (FrequencyRule, "count")),
        *((TouchpointCount, "selection"), (Definition, "keep_while")),
    }


def _edited(old: str, new: str) -> ScoringModel:
    assert old in DOCUMENT
    return read_model(DOCUMENT.replace(old, new)).sound_model()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(
            "min: -5, max: 20",
            "min: -8, max: 20",
            Change(CHANGED, "Group Mail", ("at least points: −5 → −8",)),
            id="minimum of a group",
        ),
        pytest.param(
            "min: -5, max: 20",
            "max: 20",
            Change(CHANGED, "Group Mail", ("at least points: −5 → –",)),
            id="minimum taken away",
        ),
        pytest.param(
            "keep_while: {any: [{score.fit: {ge: 4}}, {touchpoint: {on: chat, at_least: 2, within: 30}}]}",  # noqa: E501 - as it stands there
            "keep_while: {score.fit: {ge: 3}}",
            Change(
                CHANGED,
                "Ready",
                (
                    (
                        "kept while: fit is at least 4 points or at least 2 chats in the last "
                        "30 days → fit is at least 3 points"
                    ),
                ),
            ),
            id="when a definition is kept",
        ),
        pytest.param(
            "label: {en: Ready, pl: Gotowy}",
            "label: {en: Ready, pl: Gotowa}",
            Change(CHANGED, "Ready", ("label (pl): Gotowy → Gotowa",)),
            id="label in the other language",
        ),
        pytest.param(
            '  old: {when: {lead.since: {le: "2024-01-31"}}}',
            '  old: {when: {any: [{lead.since: {le: "2024-01-31"}}]}}',
            Change(
                CHANGED,
                "Old",
                (
                    (
                        'holds when: {"lead.since": {"le": "2024-01-31"}}'
                        ' → {"any": [{"lead.since": {"le": "2024-01-31"}}]}'
                    ),
                ),
            ),
            id="the same in words",
        ),
    ],
)
def test_a_change_is_told_by_its_name(old: str, new: str, said: Change) -> None:
    (told,) = _told(_whole(), _edited(old, new), "en")
    assert told == said


def test_a_group_that_comes_or_goes_is_told() -> None:
    model = _whole()
    without = replace(model, groups=model.groups[:1])
    assert [change.kind for change in _told(model, without, "en")] == [REMOVED]
    assert [change.kind for change in _told(without, model, "en")] == [ADDED]


def test_the_same_model_differs_in_nothing() -> None:
    model = _whole()
    assert changes(model, read_model(write_yaml(model)).sound_model(), "pl") == []
