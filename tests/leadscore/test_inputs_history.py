"""Leads and their attributes as they were known at a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadscore.conditions import FieldType
from leadscore.days import to_instant
from leadscore.errors import InvalidInput
from leadscore.inputs import Facts, Rows, read_facts

ATTRIBUTES = {
    "lead.city": FieldType.TEXT,
    "company.employees": FieldType.NUMBER,
    "consent.email": FieldType.BOOLEAN,
    "lead.since": FieldType.DATE,
}
LEADS: list[dict[str, object]] = [
    {
        "lead_id": 1,
        "known_at": "2026-01-10",
        "lead.city": "Old",
        "company.employees": 5,
        "consent.email": True,
        "lead.since": date(2020, 1, 1),
    },
    {"lead_id": 2, "known_at": None, "lead.city": "Stays"},
]


def _day(day: int) -> int:
    return to_instant(datetime(2026, 1, day, tzinfo=UTC))


def _change(field: str, value: object, day: int, lead_id: object = 1) -> dict[str, object]:
    known_at = datetime(2026, 1, day, tzinfo=UTC)
    return {"lead_id": lead_id, "field": field, "value": value, "known_at": known_at}


def _read(changes: Rows | None, leads: Rows = LEADS) -> Facts:
    return read_facts(leads, [], attributes=ATTRIBUTES, properties={}, attribute_changes=changes)


def _lead(facts: Facts, day: int) -> list[object]:
    return list(facts.leads_as_of(_day(day)).select(list(ATTRIBUTES)).to_pylist()[0].values())


OLD = ["Old", 5.0, True, date(2020, 1, 1)]


def test_a_lead_does_not_exist_before_it_is_known() -> None:
    for changes in (None, [_change("lead.city", "New", 1)]):
        with _read(changes) as facts:
            assert facts.leads_as_of(_day(10) - 1)["lead_id"].to_pylist() == [2]
            assert facts.leads_as_of(_day(10))["lead_id"].to_pylist() == [1, 2]


def test_the_newest_known_change_of_each_field_replaces_the_leads_own_value() -> None:
    changes = [
        _change("lead.city", "Third", 14),
        _change("lead.city", "Second", 12),
        _change("company.employees", "1 200,5", 13),
        _change("consent.email", "nie", 13),
        _change("lead.since", "2026-01-01", 13),
        _change("not.needed", "?", 13),
    ]
    with _read(changes) as facts:
        assert facts.rejects.to_pylist() == []
        assert _lead(facts, 11) == OLD
        assert _lead(facts, 12) == ["Second", *OLD[1:]]
        assert _lead(facts, 13) == ["Second", 1200.5, False, date(2026, 1, 1)]
        assert _lead(facts, 20) == ["Third", 1200.5, False, date(2026, 1, 1)]
        assert facts.leads_as_of(_day(20))["lead.city"].to_pylist() == ["Third", "Stays"]


def test_an_empty_value_clears_the_attribute() -> None:
    with _read([_change("lead.city", None, 12), _change("lead.since", None, 12)]) as facts:
        assert _lead(facts, 12) == [None, 5.0, True, None]


def test_of_changes_at_one_moment_the_greater_text_wins_and_an_empty_one_loses() -> None:
    changes = [
        _change("lead.city", "Ż", 12),
        _change("lead.city", "a", 12),
        _change("lead.city", None, 12),
        _change("company.employees", "9", 12),
        _change("company.employees", "10", 12),
    ]
    for rows in (changes, changes[::-1]):
        with _read(rows) as facts:
            assert _lead(facts, 12)[:2] == ["Ż", 9.0]


def test_typed_values_are_values_too() -> None:
    with _read([_change("company.employees", 7, 12)]) as facts:
        assert _lead(facts, 12) == ["Old", 7.0, True, date(2020, 1, 1)]
    with _read([_change("lead.since", date(2026, 1, 2), 12)]) as facts:
        assert _lead(facts, 12)[3] == date(2026, 1, 2)
    with _read([_change("consent.email", False, 12)]) as facts:
        assert _lead(facts, 12)[2] is False


def test_changes_may_come_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "changes.csv"
    path.write_text(
        "lead_id;field;value;known_at\n"
        "1;lead.city;Łódź;2026-01-12T01:00:00+01:00\n"
        "1;company.employees;1,5;2026-01-12\n"
        "1;lead.since;;2026-01-12\n",
        encoding="cp1250",
    )
    with _read(path) as facts:
        assert facts.rejects.to_pylist() == []
        assert _lead(facts, 12) == ["Łódź", 1.5, True, None]


def test_bad_changes_are_rejected_by_the_type_of_their_field() -> None:
    changes = [
        _change("company.employees", "many", 12),
        _change("consent.email", "perhaps", 12),
        _change("lead.since", "soon", 12),
        _change("lead.city", "soon", 12, lead_id=9),
        {**_change("lead.city", "never", 12), "known_at": None},
        {**_change("lead.city", "never", 12), "field": None},
        _change("lead.city", "Good", 12),
        _change("not.needed", "soon", 12),
    ]
    with _read(changes) as facts:
        assert _lead(facts, 12)[0] == "Good"
        assert [
            (row["row"], row["column"], row["reason"].partition(":")[0])
            for row in facts.rejects.to_pylist()
        ] == [
            (1, "value", "bad_number"),
            (2, "value", "bad_boolean"),
            (3, "value", "bad_date"),
            (4, "lead_id", "unknown_lead"),
            (5, "known_at", "missing_value"),
            (6, "field", "missing_value"),
        ]


def test_fields_that_only_the_changes_have_count_as_columns() -> None:
    changes = [_change(name, "1", 12) for name in list(ATTRIBUTES)[:2]]
    leads = [{"lead_id": 1, "consent.email": True, "lead.since": None}]
    with _read(changes, leads) as facts:
        assert _lead(facts, 11) == [None, None, True, None]
        assert _lead(facts, 12) == ["1", 1.0, True, None]


def test_fields_that_nobody_has_are_missing_columns() -> None:
    with pytest.raises(InvalidInput) as caught:
        _read([_change("lead.city", "x", 12)], [{"lead_id": 1}])
    assert [getattr(problem, "column", "") for problem in caught.value.problems] == [
        "company.employees",
        "consent.email",
        "lead.since",
    ]


def test_a_lead_may_move_to_another_company() -> None:
    leads = [{"lead_id": 1}, {"lead_id": 2}]
    changes = [_change("company.id", "c1", 12), _change("company.id", "c2", 14)]
    with read_facts(leads, [], attributes={}, properties={}, attribute_changes=changes) as facts:
        found = [facts.leads_as_of(_day(day))["company.id"].to_pylist() for day in (11, 12, 14)]
    assert found == [[None, None], ["c1", None], ["c2", None]]


Change = tuple[int, str, str | None, int]
CHANGES = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.sampled_from(["lead.city", "company.employees"]),
        st.sampled_from([None, "1", "2", "10"]),
        st.integers(1, 5),
    ),
    max_size=12,
)


def _oracle(changes: list[Change], lead: int, field: str, day: int) -> str | None:
    known = [
        (known_on, value is not None, value or "")
        for owner, name, value, known_on in changes
        if (owner, name) == (lead, field) and known_on <= day
    ]
    if not known:
        return "0"
    _, is_present, value = max(known)
    return value if is_present else None


@settings(max_examples=25)
@given(CHANGES, st.randoms(use_true_random=False))
def test_the_order_of_changes_never_matters_and_history_is_replayed(
    changes: list[Change], random: Random
) -> None:
    leads = [{"lead_id": n, "lead.city": "0", "company.employees": 0} for n in (1, 2, 3)]
    texts = [
        _change(field, value if field == "lead.city" or value is None else f"{value}.0", day, lead)
        for lead, field, value, day in changes
    ]
    random.shuffle(texts)
    attributes = {"lead.city": FieldType.TEXT, "company.employees": FieldType.NUMBER}
    with read_facts(
        leads, [], attributes=attributes, properties={}, attribute_changes=texts
    ) as facts:
        for day in range(6):
            for row in facts.leads_as_of(_day(day) if day else 0).to_pylist():
                city = _oracle(changes, row["lead_id"], "lead.city", day)
                number = _oracle(changes, row["lead_id"], "company.employees", day)
                assert row["lead.city"] == city
                assert row["company.employees"] == (None if number is None else float(number))
