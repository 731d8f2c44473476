"""A rule or definition that is opened in its form and saved untouched stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadscore.conditions import AllOf, AnyOf, Comparison, Condition, FieldType, NoneOf, Operator
from leadscore.document import as_data
from leadscore.document.writing import condition_data
from leadscore.model import ScoringModel
from lejek.scoring import definition_form, rule_form
from lejek.scoring.condition_rows import MOST_ROWS, Row, Rows, as_condition, rows_of, sent_rows
from lejek.scoring.rule_form import Builder, builder
from tests.leadscore.generated_models import (
    attribute_fields,
    conditions,
    field_comparisons,
    sound_models,
)

TOWN = "lead.city"


def _sent(shown: Builder) -> dict[str, str]:
    """What a browser sends of a condition in which nobody typed."""
    if shown.rows is None:
        return {f"keeps_{shown.prefix}": "1"}
    sent = {f"{shown.prefix}-joint": shown.joint}
    for row in shown.rows:
        start = f"{shown.prefix}-{row.number}"
        offered = [value for value, _ in row.operators]
        sent[f"{start}-field"] = row.field
        sent[f"{start}-operator"] = row.operator if row.operator in offered else offered[0]
        if row.has_value:
            sent[f"{start}-value"] = row.value
        if row.folds:
            sent[f"{start}-folds"] = "1"
    return sent


types = st.sampled_from(sorted(FieldType))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_rows_give_the_condition_back_or_there_are_none(data: st.DataObject) -> None:
    condition = data.draw(conditions(field_comparisons(attribute_fields())))
    rows = rows_of(condition)
    if rows is None:
        return
    # Data may have the field as another type than the condition compares it as.
    found = {row.field: data.draw(types) for row in rows.rows}
    sent = sent_rows(_sent(builder("when", rows, "", found, "pl")), "when")
    assert sent == rows
    assert as_condition(sent, found, condition) == condition_data(condition)


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        pytest.param(
            Comparison(TOWN, Operator.EQ, "a;b, c"), "a;b, c", id="one value has no parts"
        ),
        pytest.param(
            Comparison("company.industry", Operator.IN, ("Bank, ubezpieczenia",)),
            "Bank, ubezpieczenia;",
            id="a comma in the only value",
        ),
        pytest.param(
            Comparison(TOWN, Operator.NOT_IN, ("Łódź, Polska", "b")),
            "Łódź, Polska; b",
            id="a comma in one of several",
        ),
        pytest.param(
            Comparison("company.employees", Operator.BETWEEN, (10.5, 20)), "10.5; 20", id="numbers"
        ),
    ],
)
def test_values_with_commas_are_shown_as_rows(condition: Comparison, text: str) -> None:
    rows = rows_of(condition)
    assert rows == Rows("all", (Row(condition.field, condition.operator, text),))
    assert as_condition(rows, {}, condition) == condition_data(condition)
    # A new condition of the same words says the same.
    assert as_condition(rows, {"company.employees": FieldType.NUMBER}) == condition_data(condition)


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(Comparison(TOWN, Operator.IN, ("a;b", "c")), id="semicolon"),
        pytest.param(Comparison(TOWN, Operator.EQ, " x"), id="blank at the edge"),
        pytest.param(Comparison(TOWN, Operator.EXISTS, operand=False), id="exists false"),
        pytest.param(AllOf((Comparison(TOWN, Operator.EQ, "x"),)), id="all of one"),
        pytest.param(AnyOf((AllOf((Comparison(TOWN, Operator.EQ, "x"),)),)), id="deep"),
        pytest.param(
            NoneOf((Comparison(TOWN, Operator.EQ, "5"), Comparison(TOWN, Operator.EQ, 5))),
            id="text and number alike",
        ),
        pytest.param(
            AnyOf(tuple(Comparison(f"lead.f{n}", Operator.EQ, n) for n in range(MOST_ROWS + 1))),
            id="more rows than are read",
        ),
    ],
)
def test_what_rows_would_change_has_none(condition: Condition) -> None:
    assert rows_of(condition) is None


def test_a_single_line_joined_by_any_keeps_its_joint() -> None:
    condition = AnyOf((Comparison(TOWN, Operator.EQ, "x"),))
    rows = rows_of(condition)
    assert rows is not None
    assert as_condition(rows, {}, condition) == {"any": [{TOWN: {"eq": "x"}}]}


@pytest.mark.django_db
@given(sound_models())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_untouched_forms_change_nothing_of_a_model(model: ScoringModel) -> None:
    data: Any = as_data(model)
    for rule, said in zip(model.rules, data["rules"], strict=True):
        shown = rule_form.form_of(rule, model, "pl")
        found = rule_form.types_of(model, shown.kind)
        condition = builder("condition", shown.rows, shown.condition_words, found, "pl")
        sent = {**shown.values, **_sent(condition), "keeps_condition": ""}
        if shown.rows is None:
            sent["keeps_condition"] = "1"
        form = rule_form.sent_form(sent, shown.kind, rule, "pl", model)
        assert _in_any_order(rule_form.as_rule(form, model, rule)) == _in_any_order(said)
    for definition in model.definitions:
        opened = definition_form.form_of(definition, model, "pl")
        fields = {each.name: each.type for each in definition_form.fields_of(model, "pl")}
        sent = dict(opened.values)
        for part, rows in opened.rows.items():
            sent |= _sent(builder(part, rows, opened.words.get(part, ""), fields, "pl"))
        again = definition_form.sent_form(sent, definition, "pl", model)
        kept = definition_form.as_definition(again, model, definition)
        assert kept == data["definitions"][definition.name]


def _in_any_order(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule, whose keys are written in an order of their own."""
    return dict(sorted(rule.items()))
