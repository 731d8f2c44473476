"""Rows that were left out: where they stand, which cell is wrong, and why.

In: faults found while reading. Out: one table, one row for each bad cell, and files of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from leadscore.errors import InvalidInput
from leadscore.inputs.problems import UnknownFormat


class Reason(StrEnum):
    """Why a row was left out. The text of a reject begins with this code."""

    MISSING_VALUE = "missing_value"
    BAD_NUMBER = "bad_number"
    AMBIGUOUS_NUMBER = "ambiguous_number"
    BAD_BOOLEAN = "bad_boolean"
    BAD_DATE = "bad_date"
    BAD_MOMENT = "bad_moment"
    OUT_OF_RANGE = "out_of_range"
    BAD_ID = "bad_id"
    BAD_OUTCOME = "bad_outcome"
    UNKNOWN_LEAD = "unknown_lead"
    DUPLICATE_LEAD = "duplicate_lead"
    WRONG_CELL_COUNT = "wrong_cell_count"
    BAD_QUOTES = "bad_quotes"
    BAD_ENCODING = "bad_encoding"
    LINE_TOO_LONG = "line_too_long"
    BAD_RECORD = "bad_record"


EXPLANATIONS: Mapping[Reason, str] = {
    Reason.MISSING_VALUE: "the cell is empty, and the row cannot do without it",
    Reason.BAD_NUMBER: "not a finite number; write 1234.5 or 1 234,5",
    Reason.AMBIGUOUS_NUMBER: "the comma may be a decimal or a thousands separator; write 1234.5",
    Reason.BAD_BOOLEAN: "neither yes nor no; write true, false, 1, 0, yes, no, tak or nie",
    Reason.BAD_DATE: "not a day of the calendar; write 2026-01-31, without a time of day",
    Reason.BAD_MOMENT: "not a moment; write 2026-01-31T12:00:00+01:00",
    Reason.OUT_OF_RANGE: "outside the years 1970 to 2100",
    Reason.BAD_ID: "an id is text or a whole number",
    Reason.BAD_OUTCOME: "neither won nor lost",
    Reason.UNKNOWN_LEAD: "no lead with this lead_id among the accepted leads",
    Reason.DUPLICATE_LEAD: "an earlier row has the same lead_id and was kept",
    Reason.WRONG_CELL_COUNT: "the record has more or fewer cells than the header",
    Reason.BAD_QUOTES: "a quoted cell does not end where it should",
    Reason.BAD_ENCODING: "the record is not valid UTF-8 although the file is",
    Reason.LINE_TOO_LONG: "the record is longer than 2 MB",
    Reason.BAD_RECORD: "the record cannot be read",
}

REJECTS_SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("row", pa.int64()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("reason", pa.string()),
    ]
)
"""`row` counts data rows (records of a CSV) from one; `value` is the cell as it was found."""

LONGEST_VALUE = 500
"""Characters of a value or record that a reject keeps."""

_FORMULA_STARTS = "^[=+\\-@\t\r]"


def reason_text(reason: Reason) -> str:
    """The code and what it means, as it stands in a reject."""
    return f"{reason}: {EXPLANATIONS[reason]}"


def reason_texts(codes: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The same for an array of codes."""
    found = pa.array([str(reason) for reason in Reason])
    texts = pa.array([reason_text(reason) for reason in Reason])
    return pc.take(texts, pc.index_in(codes, value_set=found))


def no_rejects() -> pa.Table:
    """A table of rejects without a row."""
    return REJECTS_SCHEMA.empty_table()


def joined_rejects(tables: Iterable[pa.Table]) -> pa.Table:
    """Several tables of rejects as one, in the given order."""
    return pa.concat_tables([no_rejects(), *tables]).combine_chunks()


def write_rejects(table: pa.Table, path: str | Path) -> None:
    """Writes rejects as CSV or Parquet, by the ending of the path.

    In CSV a value that a spreadsheet would take for a formula gets an apostrophe in front.
    Raises: InvalidInput for another ending.
    """
    target = Path(path)
    ending = target.suffix.lower()
    if ending == ".parquet":
        pa.parquet.write_table(table, target)
    elif ending == ".csv":
        pa.csv.write_csv(_without_formulas(table), target)
    else:
        raise InvalidInput([UnknownFormat(source=str(path), accepted=".csv, .parquet")])


def _without_formulas(table: pa.Table) -> pa.Table:
    for name in ("file", "column", "value"):
        cells = table[name]
        guarded = pc.replace_substring_regex(cells, f"({_FORMULA_STARTS})", "'\\1")
        index = table.schema.get_field_index(name)
        table = table.set_column(index, name, guarded)
    return table
