"""Rows that are left out: all of them, with every bad cell, and the good ones stay."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from leadscore.conditions import FieldType
from leadscore.errors import InvalidInput
from leadscore.inputs import REJECTS_SCHEMA, Facts, Reason, Rows, read_facts, write_rejects
from leadscore.inputs.rejects import EXPLANATIONS, reason_text

ATTRIBUTES = {"lead.n": FieldType.NUMBER, "lead.since": FieldType.DATE}
PROPERTIES = {"page.seconds": FieldType.NUMBER}
LEADS: list[dict[str, object]] = [
    {"lead_id": "a", "lead.n": "1", "lead.since": "2026-01-01"},
    {"lead_id": "b", "lead.n": "x", "lead.since": "y"},
    {"lead_id": None, "lead.n": "z", "lead.since": None},
    {"lead_id": "a", "lead.n": "2", "lead.since": None},
    {"lead_id": "", "lead.n": "3", "lead.since": None},
    {"lead_id": "c", "lead.n": None, "lead.since": None},
]
TOUCHPOINTS: list[dict[str, object]] = [
    {"lead_id": "a", "type": "t", "occurred_at": "2026-01-01", "page.seconds": "1"},
    {"lead_id": "b", "type": "t", "occurred_at": "2026-01-01", "page.seconds": None},
    {"lead_id": "c", "type": "", "occurred_at": None, "page.seconds": "q"},
    {"lead_id": "who", "type": None, "occurred_at": "1969-01-01", "page.seconds": "1"},
    {"lead_id": "c", "type": "t", "occurred_at": "2026-01-02", "page.seconds": "NaN"},
    {"lead_id": None, "type": "t", "occurred_at": "2026-01-02", "page.seconds": None},
]
LEAD_FAULTS = [
    (2, "lead.n", "x", Reason.BAD_NUMBER),
    (2, "lead.since", "y", Reason.BAD_DATE),
    (3, "lead_id", None, Reason.MISSING_VALUE),
    (3, "lead.n", "z", Reason.BAD_NUMBER),
    (4, "lead_id", "a", Reason.DUPLICATE_LEAD),
    (5, "lead_id", "", Reason.MISSING_VALUE),
]
TOUCHPOINT_FAULTS = [
    (2, "lead_id", "b", Reason.UNKNOWN_LEAD),
    (3, "type", "", Reason.MISSING_VALUE),
    (3, "occurred_at", None, Reason.MISSING_VALUE),
    (3, "page.seconds", "q", Reason.BAD_NUMBER),
    (4, "lead_id", "who", Reason.UNKNOWN_LEAD),
    (4, "type", None, Reason.MISSING_VALUE),
    (4, "occurred_at", "1969-01-01", Reason.OUT_OF_RANGE),
    (6, "lead_id", None, Reason.MISSING_VALUE),
]


def _read(leads: Rows, touchpoints: Rows) -> Facts:
    return read_facts(leads, touchpoints, attributes=ATTRIBUTES, properties=PROPERTIES)


def _rows(facts: Facts) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in facts.rejects.to_pylist()]


def _touchpoints(facts: Facts) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return facts.touchpoints_relation(connection).order("ALL").fetchall()


def test_every_bad_cell_is_named_and_good_rows_stay() -> None:
    with _read(LEADS, TOUCHPOINTS) as facts:
        assert facts.rejects.schema == REJECTS_SCHEMA
        assert _rows(facts) == [
            *(("leads", *fault[:3], reason_text(fault[3])) for fault in LEAD_FAULTS),
            *(("touchpoints", *fault[:3], reason_text(fault[3])) for fault in TOUCHPOINT_FAULTS),
        ]
        assert facts.leads_as_of(0)["lead_id"].to_pylist() == ["a", "c"]
        assert [(row[0], row[5]) for row in _touchpoints(facts)] == [("a", 1.0), ("c", None)]


def test_rejects_of_files_are_those_of_tables(tmp_path: Path) -> None:
    pa_csv.write_csv(pa.Table.from_pylist(LEADS), tmp_path / "leads.csv")
    (tmp_path / "t").mkdir()
    table = pa.Table.from_pylist(TOUCHPOINTS)
    pq.write_table(table.slice(0, 2), tmp_path / "t" / "1.parquet")
    pq.write_table(table.slice(2, 0), tmp_path / "t" / "2.parquet")
    pq.write_table(table.slice(2), tmp_path / "t" / "3.parquet")
    with _read(tmp_path / "leads.csv", tmp_path / "t") as facts:
        found = _rows(facts)
    names = {1: str(tmp_path / "t" / "1.parquet"), 3: str(tmp_path / "t" / "3.parquet")}
    leads = [(str(tmp_path / "leads.csv"), *fault[:2], fault[3]) for fault in LEAD_FAULTS]
    touchpoints = [
        (names[1] if row <= 2 else names[3], row if row <= 2 else row - 2, column, reason)
        for row, column, _, reason in TOUCHPOINT_FAULTS
    ]
    assert [(*row[:3], row[4]) for row in found] == [
        (*place, reason_text(reason)) for *place, reason in leads + touchpoints
    ]


def test_the_first_good_row_of_a_lead_is_kept() -> None:
    leads = [
        {"lead_id": 1, "lead.n": "x", "lead.since": None},
        {"lead_id": 1, "lead.n": "2", "lead.since": None},
        {"lead_id": 1, "lead.n": "3", "lead.since": None},
    ]
    with _read(leads, []) as facts:
        assert facts.leads_as_of(0)["lead.n"].to_pylist() == [2.0]
        assert [(row[1], row[2]) for row in _rows(facts)] == [(1, "lead.n"), (3, "lead_id")]


def test_duplicates_in_a_typed_table_are_found_too() -> None:
    leads = pa.table({"lead_id": [2, 1, 2]})
    with read_facts(leads, [], attributes={}, properties={}) as facts:
        assert facts.leads_as_of(0)["lead_id"].to_pylist() == [1, 2]
        assert [row[1:3] for row in _rows(facts)] == [(3, "lead_id")]


def test_strangers_in_a_typed_table_are_found_or_left_alone_as_asked() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    rows = pa.table({"lead_id": [1, 9], "type": ["t", "t"], "occurred_at": [moment, moment]})
    for is_checked, expected in ((True, [1]), (False, [1, 9])):
        with read_facts(
            pa.table({"lead_id": [1]}),
            rows,
            attributes={},
            properties={},
            check_unknown_leads=is_checked,
        ) as facts:
            assert [row[0] for row in _touchpoints(facts)] == expected
            assert len(_rows(facts)) == 2 - len(expected)


def test_long_values_are_cut() -> None:
    leads = [{"lead_id": 1, "lead.n": "x" * 10_000, "lead.since": None}]
    with _read(leads, []) as facts:
        assert facts.rejects["value"].to_pylist() == ["x" * 500]


def test_every_reason_is_explained() -> None:
    assert set(EXPLANATIONS) == set(Reason)


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".PARQUET"])
def test_rejects_are_written_as_the_path_says(tmp_path: Path, ending: str) -> None:
    with _read(LEADS, []) as facts:
        rejects = facts.rejects
    path = tmp_path / f"rejects{ending}"
    write_rejects(rejects, path)
    read = pq.read_table(path) if ending.lower() == ".parquet" else pa_csv.read_csv(path)
    assert read.column_names == REJECTS_SCHEMA.names
    assert read["reason"].to_pylist() == rejects["reason"].to_pylist()


def test_no_spreadsheet_takes_a_rejected_value_for_a_formula(tmp_path: Path) -> None:
    leads = [{"lead_id": 1, "lead.n": '=HYPERLINK("http://x")', "lead.since": "@x"}]
    with _read(leads, []) as facts:
        write_rejects(facts.rejects, tmp_path / "rejects.csv")
    read = pa_csv.read_csv(tmp_path / "rejects.csv")
    assert read["value"].to_pylist() == ['\'=HYPERLINK("http://x")', "'@x"]


def test_rejects_of_another_ending_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"\.csv, \.parquet"):
        write_rejects(REJECTS_SCHEMA.empty_table(), tmp_path / "rejects.txt")
