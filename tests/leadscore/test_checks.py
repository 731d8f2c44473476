"""Checks of model documents: each thing that can be wrong is found, placed and explained."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from string import Formatter

import pytest

import leadscore.checks
from leadscore.checks.problem import Problem, Severity
from leadscore.checks.texts import FRAMES, MESSAGES, THINGS
from leadscore.conditions import FieldType
from leadscore.document import read_model
from leadscore.fields import ModelFields, model_fields
from tests.leadscore.problem_cases import (
    BY_MEANING,
    ERRORS,
    FIT,
    WARNINGS,
    Case,
    bands,
    document,
    met,
    when,
    where,
)


def kinds_of_problems() -> Iterator[type[Problem]]:
    for module in iter_modules(leadscore.checks.__path__):
        for value in vars(import_module(f"leadscore.checks.{module.name}")).values():
            is_kind = isinstance(value, type) and issubclass(value, Problem)
            if is_kind and value is not Problem and value.__module__.endswith(module.name):
                yield value


KINDS = {kind.code: kind for kind in kinds_of_problems()}

# Found by the tests of hostile documents, where making the document takes a few lines.
ELSEWHERE = {
    "too-large",
    "too-deep",
    "too-many-nodes",
    "too-many-problems",
    "too-many",
    "not-utf-8",
}
# Need a catalogue of the fields that there are.
WITH_CATALOGUE = {"unknown-property", "type-not-of-field"}


def problems_of(text: str) -> tuple[Problem, ...]:
    return read_model(text).problems


def named(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


def test_the_document_that_all_cases_are_made_from_is_sound() -> None:
    assert problems_of(document()) == ()


@named(ERRORS)
def test_an_error_is_found_at_its_place_and_stops_the_model(case: Case) -> None:
    reading = read_model(case.text)

    found = [problem for problem in reading.errors if problem.code == case.code]
    assert found, [problem.describe() for problem in reading.problems]
    near = found[0].near[: len(case.near)] if case.near else found[0].near
    assert (found[0].path, found[0].found, near) == (case.path, case.found, case.near)
    assert reading.model is None


@named(BY_MEANING)
def test_a_contradiction_is_told_once(case: Case) -> None:
    assert [problem.code for problem in read_model(case.text).errors] == [case.code]


@named(WARNINGS)
def test_a_warning_is_given_at_its_place_and_the_model_can_be_used(case: Case) -> None:
    reading = read_model(case.text)

    found = [problem for problem in reading.problems if problem.code == case.code]
    assert found, [problem.describe() for problem in reading.problems]
    assert (found[0].path, found[0].found) == (case.path, case.found)
    assert found[0].severity is Severity.WARNING
    assert reading.model is not None


def test_every_kind_of_problem_has_a_case() -> None:
    tried = {case.code for case in [*ERRORS, *WARNINGS]}

    assert tried | ELSEWHERE | WITH_CATALOGUE == set(KINDS)


@pytest.mark.parametrize("case", [*ERRORS, *WARNINGS], ids=lambda case: case.name)
@pytest.mark.parametrize("lang", ["en", "pl"])
def test_a_problem_says_what_was_found_and_what_would_be_accepted(case: Case, lang: str) -> None:
    for problem in problems_of(case.text):
        line = problem.describe(lang)
        assert problem.code in line
        assert problem.accepted(lang) in line
        assert not any(f"{{{field}}}" in line for field in problem.__dataclass_fields__)
        assert "  " not in line
        assert problem.at.path in line


@pytest.mark.parametrize("code", sorted(KINDS))
def test_the_catalogue_speaks_both_languages_about_every_kind(code: str) -> None:
    kind, texts = KINDS[code], MESSAGES[code]
    known = {field for name in kind.__dataclass_fields__ for field in (name, f"{name}_of")}

    assert set(texts) == set(FRAMES) == {"en", "pl"}
    for text in texts.values():
        used = {
            name for part in (text.wrong, text.accepted) for _, name, *_ in Formatter().parse(part)
        }
        assert used - {None} <= known
    assert texts["en"].wrong != texts["pl"].wrong


def test_the_catalogue_has_no_texts_for_kinds_that_do_not_exist() -> None:
    assert set(MESSAGES) == set(KINDS)
    assert set(THINGS["en"]) == set(THINGS["pl"])


def test_a_language_that_nobody_speaks_is_answered_in_english() -> None:
    problem = problems_of(document(schema="2"))[0]

    assert problem.describe("xx") == problem.describe("en")


def test_a_problem_reads_like_a_sentence_in_english_and_polish() -> None:
    problem = problems_of(when("{leed.seniority: {eq: owner}}"))[0]

    assert problem.describe("en") == (
        'error [unknown-field] line 5, column 52 · rules[0].when["leed.seniority"]: there is no '
        'field "leed.seniority"; did you mean lead.seniority? Accepted: lead., company., bant., '
        "consent., stage."
    )
    assert problem.describe("pl") == (
        'błąd [unknown-field] wiersz 5, kolumna 52 · rules[0].when["leed.seniority"]: nie ma pola '
        "„leed.seniority”; czy chodziło o: lead.seniority? Dopuszczalne: lead., company., bant., "
        "consent., stage."
    )


def test_a_value_of_another_kind_is_named_with_what_would_be_right() -> None:
    problem = problems_of(document(rule="points: lots, on: visit"))[0]

    assert problem.describe("pl").endswith(
        "nie może tu stać „lots” – to tekst. Dopuszczalne: liczba."
    )


def test_a_gap_between_bands_says_which_scores_fall_nowhere() -> None:
    problem = problems_of(bands("{name: a, from: 0, to: 25}, {name: b, from: 26}"))[0]

    assert "scores from 25 up to 26 fall nowhere" in problem.message("en")
    assert "wyniki od 25 do 26 nigdzie nie trafiają" in problem.message("pl")


def test_a_problem_is_given_to_machines_as_plain_values() -> None:
    problem = problems_of(document(schema="2"))[0]

    assert problem.as_data() == {
        "code": "unknown-schema-version",
        "severity": "error",
        "path": "schema",
        "line": 1,
        "column": 9,
        "found": "2",
        "accepted": "schema: 1",
        "message": "schema version 2 is not known here",
    }


def test_all_problems_are_told_at_once_in_the_order_of_the_document() -> None:
    gapped = "{name: a, from: 0, to: 9}, {name: b, from: 10}"
    text = document(
        schema="2",
        time_zone="Mars/Olympus",
        dimensions=f"fit: {{min: 0, max: 99, bands: [{gapped}]}}",
        rules=(
            "[{id: r, dimension: fit, points: 0, when: {lead.age: {gt: 10, lt: 5}}},"
            " {id: r, dimension: fti, points: 1, on: visit, colour: red},"
            " {id: s, dimension: fit, points: 1, on: visit, max_points: 0.5},"
            " {id: t, dimension: fit, points: 1, when: {lead.age: {ge: 9, lt: 5}}}]"
        ),
        definitions="a: {when: {definition: b}}, b: {when: {definition: a}}",
    )

    assert [problem.code for problem in problems_of(text)] == [
        "unknown-schema-version",
        "unknown-time-zone",
        "band-gap",
        "zero-points",
        "duplicate-id",
        "unknown-dimension",
        "unknown-key",
        "shadowed-by-cap",
        "rule-never-fires",
        "circular-definitions",
    ]


def test_without_readable_dimensions_no_rule_is_blamed_for_naming_one() -> None:
    problems = problems_of(document(dimensions="").replace("{}", "[a]"))

    assert [problem.path for problem in problems] == ["dimensions"]


def test_thresholds_are_not_judged_while_rules_are_missing() -> None:
    rules = "[{id: r, dimension: fit, points: lots, on: visit}]"
    text = document(rules=rules, definitions="met: {when: {score.fit: {ge: 50}}}")

    assert [problem.code for problem in problems_of(text)] == ["wrong-type"]


def test_an_unknown_operator_offers_those_for_the_type_at_hand() -> None:
    problem = problems_of(when("{lead.name: {like: abc}}"))[0]

    assert "contains" in problem.accepted()
    assert "between" not in problem.accepted()


def test_a_circle_of_definitions_is_told_once_whatever_leads_into_it() -> None:
    text = document(
        definitions="x: {when: {definition: a}},"
        " a: {when: {definition: b}}, b: {when: {definition: a}}"
    )

    problems = problems_of(text)

    assert [(problem.code, problem.found) for problem in problems] == [
        ("circular-definitions", "a → b → a")
    ]


def test_a_circle_through_hysteresis_is_a_circle_too() -> None:
    problems = problems_of(met("{score.fit: {ge: 30}}", ", keep_while: {definition: met}"))

    assert [(problem.code, problem.path) for problem in problems] == [
        ("circular-definitions", "definitions.met.keep_while")
    ]


def test_a_definition_that_asks_an_unreachable_one_is_not_blamed_for_it() -> None:
    text = document(
        definitions="a: {when: {score.fit: {gt: 100}}}, b: {when: {all: [{definition: a}]}}"
    )

    assert [problem.path for problem in problems_of(text)] == ['definitions.a.when["score.fit"].gt']


@pytest.mark.parametrize(
    "condition",
    [
        "{all: [{lead.a: {ge: 5}}, {lead.a: {le: 5}}]}",
        "{all: [{lead.a: {in: [x, y]}}, {lead.a: {ne: x}}]}",
        "{all: [{lead.a: {starts_with: ab}}, {lead.a: {starts_with: abc}}]}",
        "{all: [{lead.a: {contains: x}}, {lead.a: {contains: y}}]}",
        "{all: [{lead.a: {eq: Łódź}}, {lead.a: {eq: lodz, ignore_diacritics: true}}]}",
        "{none: [{lead.a: {eq: true}}, {lead.a: {eq: false}}]}",
        "{all: [{lead.a: {eq: x}}, {any: [{lead.a: {eq: y}}, {lead.b: {eq: y}}]}]}",
        "{none: [{lead.a: {gt: 10}}, {lead.a: {lt: 5}}]}",
        "{all: [{none: [{lead.a: {gt: 1}}]}, {none: [{lead.a: {le: 1}}]}]}",
        "{lead.on: {gt: 2024-02-28, lt: 2024-03-01}}",
    ],
)
def test_what_can_hold_is_not_called_impossible(condition: str) -> None:
    codes = [problem.code for problem in read_model(when(condition)).errors]

    assert codes == []


@pytest.mark.parametrize(
    ("keys", "threshold", "is_reachable"),
    [
        # points × max_times = 20 × 3
        (["points: 20, on: v, max_times: 3"], "60", True),
        (["points: 20, on: v, max_times: 3"], "60.001", False),
        # the smaller of max_points and points × max_times
        (["points: 20, on: v, max_times: 3, max_points: 50"], "50.001", False),
        # frequency and attribute rules give their points once: 20 + 15
        (["points: 20, on: v, at_least: 9", "points: 15, when: {stage: {eq: x}}"], "35", True),
        (["points: 20, on: v, at_least: 9", "points: 15, when: {stage: {eq: x}}"], "35.001", False),
        # negative points need not apply
        (["points: 60, none_for: 9", "points: -15, on: v"], "60", True),
        # without a limit of its own, only the dimension's cap counts
        (["points: 0.001, on: v"], "100", True),
        (["points: 0.001, on: v"], "100.001", False),
    ],
)
def test_reach_is_the_sum_of_what_rules_can_give(
    keys: list[str], threshold: str, is_reachable: bool
) -> None:
    rules = [f"{{id: r{i}, dimension: fit, {own}}}" for i, own in enumerate(keys)]
    text = document(
        dimensions=FIT,
        rules=f"[{', '.join(rules)}]",
        definitions=f"met: {{when: {{score.fit: {{ge: {threshold}}}}}}}",
    )

    assert [problem.code for problem in read_model(text).errors] == (
        [] if is_reachable else ["unreachable-threshold"]
    )


def test_a_catalogue_of_fields_makes_unknown_ones_errors_with_near_ones() -> None:
    fields = ModelFields(
        {"lead.seniority": FieldType.TEXT, "company.size": FieldType.NUMBER},
        {"page.category": FieldType.TEXT},
    )

    def errors(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
        reading = read_model(text, fields=fields)
        return [(problem.code, problem.found, problem.near) for problem in reading.errors]

    assert errors(when("{lead.seniority: {eq: owner}}")) == []
    assert errors(when("{lead.senority: {eq: owner}}")) == [
        ("unknown-field", "lead.senority", ("lead.seniority",))
    ]
    assert errors(when("{leed.seniority: {eq: owner}}")) == [
        ("unknown-field", "leed.seniority", ("lead.seniority",))
    ]
    assert errors(where("{page.categry: {eq: pricing}}")) == [
        ("unknown-property", "page.categry", ("page.category",))
    ]
    assert errors(when("{company.size: {eq: big}}")) == [("type-not-of-field", "company.size", ())]


def test_the_fields_of_a_model_have_the_types_that_its_conditions_need() -> None:
    text = document(
        rules="[{id: a, dimension: fit, points: 60, when: {lead.age: {exists: true}}},"
        " {id: b, dimension: fit, points: 1, when: {lead.age: {gt: 5}, consent.email: {eq: true}}},"
        " {id: c, dimension: fit, points: 1, on: v,"
        " where: {price: {between: [1, 2]}, x: {missing: true}}},"
        " {id: d, dimension: fit, points: 1, on: v, people: 2, scope: company}]",
        definitions="met: {when: {all: [{score.fit: {ge: 1}}, {lead.since: {ge: 2024-01-01}}]}}",
    )

    model = read_model(text).sound_model()

    attributes, properties = model_fields(model)
    assert attributes == {
        "lead.age": FieldType.NUMBER,
        "consent.email": FieldType.BOOLEAN,
        "lead.since": FieldType.DATE,
        "company.id": FieldType.ANY,
    }
    assert properties == {"price": FieldType.NUMBER, "x": FieldType.ANY}
