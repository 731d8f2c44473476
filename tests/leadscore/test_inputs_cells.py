"""What cells mean, and which ones are bad."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.conditions import FieldType
from leadscore.days import to_instant
from leadscore.inputs import read_facts
from leadscore.inputs.cells import Cell, Kind, reading


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _read(cell: Cell, text: str | None, kind: Kind = Kind.CELL, *, comma: bool = False) -> object:
    """The value of a cell, or its fault as text with an exclamation mark."""
    found = reading(cell, kind, is_comma_certain=comma)
    assert found is not None
    row = (
        _connection()
        .execute(
            f"SELECT {found.value_of('p', 'r')}, {found.fault_of('p', 'r')} "
            f"FROM (SELECT r, {found.parsed_of('r')} AS p FROM (SELECT $1::VARCHAR AS r))",
            [text],
        )
        .fetchone()
    )
    assert row is not None
    return row[0] if row[1] is None else f"!{row[1]}"


NUMBERS = [
    ("12", 12.0),
    ("-1.5", -1.5),
    ("+2", 2.0),
    ("1e3", 1000.0),
    (" 7 ", 7.0),
    ("1 234,5", 1234.5),
    ("1\u00a0234\u00a0567,25", 1234567.25),
    ("-1\u202f234", -1234.0),
    ("0,5", 0.5),
    ("1234,567", 1234.567),
    ("NaN", None),
    ("", None),
    ("  ", None),
    (None, None),
    ("abc", "!bad_number"),
    ("12 34", "!bad_number"),
    ("1.234,5", "!bad_number"),
    ("1_000", "!bad_number"),
    ("0x1F", "!bad_number"),
    ("inf", "!bad_number"),
    ("-Infinity", "!bad_number"),
    ("1e999", "!bad_number"),
    ("12 zł", "!bad_number"),
    ("١٢", "!bad_number"),
    ("1,234", "!ambiguous_number"),
    ("12,345", "!ambiguous_number"),
]


@pytest.mark.parametrize(("text", "expected"), NUMBERS)
def test_numbers(text: str | None, expected: object) -> None:
    assert _read(Cell.NUMBER, text) == expected


def test_a_comma_in_a_file_with_other_separators_is_a_decimal_comma() -> None:
    assert _read(Cell.NUMBER, "1,234", comma=True) == 1.234
    assert _read(Cell.NUMBER, "1 234,567", comma=True) == 1234.567


BOOLEANS = [
    *((text, True) for text in ("true", "TRUE", "1", "yes", "Tak", " tak ", "PRAWDA")),
    *((text, False) for text in ("false", "False", "0", "no", "NIE", "FAŁSZ")),
    ("", None),
    (None, None),
    ("maybe", "!bad_boolean"),
    ("2", "!bad_boolean"),
    ("t", "!bad_boolean"),
]


@pytest.mark.parametrize(("text", "expected"), BOOLEANS)
def test_booleans(text: str | None, expected: object) -> None:
    assert _read(Cell.BOOLEAN, text) == expected


DATES = [
    ("2026-01-31", date(2026, 1, 31)),
    (" 2024-02-29 ", date(2024, 2, 29)),
    ("1965-02-03", date(1965, 2, 3)),
    ("2026-01-31 00:00:00", date(2026, 1, 31)),
    ("2026-01-31T00:00:00.000", date(2026, 1, 31)),
    ("", None),
    ("2025-02-29", "!bad_date"),
    ("2026-1-31", "!bad_date"),
    ("31.01.2026", "!bad_date"),
    ("2026-01-31 12:00", "!bad_date"),
    ("0000-01-01", "!bad_date"),
    ("today", "!bad_date"),
]


@pytest.mark.parametrize(("text", "expected"), DATES)
def test_dates(text: str, expected: object) -> None:
    assert _read(Cell.DATE, text) == expected


NOON = to_instant(datetime(2026, 1, 31, 12, tzinfo=UTC))
MOMENTS = [
    ("2026-01-31T12:00:00Z", NOON),
    ("2026-01-31T13:00:00+01:00", NOON),
    ("2026-01-31T13:00:00+0100", NOON),
    ("2026-01-31T13:00:00+01", NOON),
    ("2026-01-31T06:30-05:30", NOON),
    ("2026-01-31 12:00:00", NOON),
    ("2026-01-31 12:00", NOON),
    ("2026-01-31T12:00Z", NOON),
    (" 2026-01-31T12:00:00Z ", NOON),
    ("2026-01-31T12:00:00.25Z", NOON + 250_000),
    ("2026-01-31T12:00:00,25Z", NOON + 250_000),
    ("2026-01-31T12:00:00.123456789Z", NOON + 123_456),
    ("2026-01-31", NOON - 43_200_000_000),
    ("1970-01-01", 0),
    ("2100-12-31T23:59:59.999999Z", to_instant(datetime(2101, 1, 1, tzinfo=UTC)) - 1),
    ("", None),
    (None, None),
    ("1969-12-31T23:59:59Z", "!out_of_range"),
    ("2101-01-01", "!out_of_range"),
    ("0001-01-01", "!out_of_range"),
    ("9999-12-31", "!out_of_range"),
    ("1769860800", "!bad_moment"),
    ("31.01.2026 12:00", "!bad_moment"),
    ("2026-02-30", "!bad_moment"),
    ("2026-01-31T24:00:00Z", "!bad_moment"),
    ("2026-01-31T12:60:00Z", "!bad_moment"),
    ("2026-01-31T12:00:00+15:00", "!bad_moment"),
    ("2026-01-31 12:00:00 Europe/Warsaw", "!bad_moment"),
    ("infinity", "!bad_moment"),
    ("epoch", "!bad_moment"),
    ("2026/01/31", "!bad_moment"),
]


@pytest.mark.parametrize(("text", "expected"), MOMENTS)
def test_moments(text: str | None, expected: object) -> None:
    assert _read(Cell.MOMENT, text) == expected


FIRST, LAST = datetime(1970, 1, 2), datetime(2100, 12, 30)  # noqa: DTZ001 - bounds are naive


@given(st.datetimes(FIRST, LAST, timezones=st.timezones()))
def test_every_moment_that_python_writes_is_read_exactly(moment: datetime) -> None:
    offset = moment.utcoffset()
    assert offset is not None
    is_whole = offset.total_seconds() % 60 == 0
    expected = to_instant(moment) if is_whole else "!bad_moment"
    assert _read(Cell.MOMENT, moment.isoformat()) == expected
    assert _read(Cell.MOMENT, moment.isoformat(" ")) == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_python_writes_is_read_exactly(number: float) -> None:
    assert _read(Cell.NUMBER, repr(number)) == number


@given(st.integers(-(10**9), 10**9), st.integers(0, 99))
def test_every_number_that_a_polish_spreadsheet_writes_is_read_exactly(
    whole: int, hundredths: int
) -> None:
    polish = f"{whole:,}".replace(",", "\u00a0") + f",{hundredths:02}"
    assert _read(Cell.NUMBER, polish) == float(f"{whole}.{hundredths:02}")


@given(st.text())
def test_no_text_stops_the_reading(text: str) -> None:
    text = text.replace("\x00", "")
    for cell in Cell:
        _read(cell, text)


IDS = [
    (Cell.KEY, "007", "007"),
    (Cell.KEY, " a ", " a "),
    (Cell.KEY, "  ", None),
    (Cell.INTEGER_KEY, "-7", -7),
    (Cell.INTEGER_KEY, str(2**63 - 1), 2**63 - 1),
    (Cell.INTEGER_KEY, str(2**63), "!unknown_lead"),
    (Cell.INTEGER_KEY, "007", "!unknown_lead"),
    (Cell.INTEGER_KEY, "7.0", "!unknown_lead"),
    (Cell.INTEGER_KEY, "", None),
]


@pytest.mark.parametrize(("cell", "text", "expected"), IDS)
def test_ids(cell: Cell, text: str, expected: object) -> None:
    assert _read(cell, text) == expected


TYPED_FAULTS = [
    (FieldType.NUMBER, pa.array([float("inf")]), "bad_number"),
    (FieldType.BOOLEAN, pa.array([2]), "bad_boolean"),
    (FieldType.BOOLEAN, pa.array([0.5]), "bad_boolean"),
    (FieldType.DATE, pa.array([NOON], pa.timestamp("us")), "bad_date"),
    (FieldType.DATE, pa.array([-800_000], pa.date32()), "bad_date"),
    (FieldType.DATE, pa.array([4_000_000], pa.date32()), "bad_date"),
]


@pytest.mark.parametrize(
    ("kind", "values", "code"), TYPED_FAULTS, ids=lambda part: str(getattr(part, "type", part))
)
def test_typed_cells_can_be_bad_too(kind: FieldType, values: pa.Array, code: str) -> None:
    leads = pa.table({"lead_id": [1], "lead.x": values})
    with read_facts(leads, [], attributes={"lead.x": kind}, properties={}) as facts:
        assert [text.partition(":")[0] for text in facts.rejects["reason"].to_pylist()] == [code]


TYPED_MOMENTS = [
    pa.array([-1], pa.timestamp("us")),
    pa.array([2**63 - 1], pa.timestamp("us")),
    pa.array([-(2**63) + 1], pa.timestamp("ms")),
    pa.array([4_102_444_800 + 366 * 86_400], pa.timestamp("s", "UTC")),
    pa.array([date(1969, 12, 31)]),
]


@pytest.mark.parametrize("values", TYPED_MOMENTS, ids=lambda values: str(values.type))
@pytest.mark.parametrize("column", ["occurred_at", "received_at"])
def test_typed_moments_out_of_range_are_bad(values: pa.Array, column: str) -> None:
    rows = pa.table(
        {
            "lead_id": [1],
            "type": ["a"],
            "occurred_at": pa.array([NOON], pa.timestamp("us")),
            column: values,
        }
        if column == "received_at"
        else {"lead_id": [1], "type": ["a"], "occurred_at": values}
    )
    with read_facts([{"lead_id": 1}], rows, attributes={}, properties={}) as facts:
        [reject] = facts.rejects.to_pylist()
    assert (reject["column"], reject["reason"].partition(":")[0]) == (column, "out_of_range")


def test_a_file_cut_by_semicolons_may_write_decimal_commas(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("lead_id;lead.n\n1;1,234\n2;1 234,5\n", encoding="utf-8")
    with read_facts(path, [], attributes={"lead.n": FieldType.NUMBER}, properties={}) as facts:
        assert facts.leads_as_of(0)["lead.n"].to_pylist() == [1.234, 1234.5]
