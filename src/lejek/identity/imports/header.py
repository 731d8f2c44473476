"""The header of a table: its separator, its row, and the names of the columns, if it has any.

In: a UTF-8 CSV file. Out: its header. Pure but for reading the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path
from statistics import median, mode

from leadscore.separators import beginning
from lejek.identity.imports.columns import is_usual
from lejek.identity.imports.records import Record, records

NO_ROW = 0
"""The number of the header in a file whose rows are all data."""

MOST_LOOKED_AT = 20
"""Rows at the beginning among which the header is."""

_LOOKED_AT = 1 << 20
_SAMPLE_ROWS = 50
_KEY = re.compile(
    r"[^\s@]+@[^\s@]+\.[^\s@]+"  # an address
    r"|\+?[\d\s().-]{7,}"  # a phone, a NIP, a REGON
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}[./]\d{1,2}[./]\d{4}.*")


class NoHeader(ValueError):
    """A file without a row that could be a header; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class FirstRow:
    """A row with something in it, at the beginning of a file, and its number in a spreadsheet."""

    number: int
    record: Record

    @property
    def told(self) -> list[str]:
        """The cells with something in them."""
        return [cell.strip() for cell in self.record.cells if cell.strip()]

    @property
    def is_of_somebody(self) -> bool:
        """Whether it says who it is about."""
        return any(map(_KEY.fullmatch, self.told))

    @property
    def is_data(self) -> bool:
        """Whether it says of somebody, or of a day, and names no columns."""
        return self.is_of_somebody or any(map(_DAY.fullmatch, self.told))


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns, what separates them, and how much stands before the rows.

    `number` is that of the row it is; `NO_ROW` says that the first row is a row like the others,
    and the names are empty. `first_rows` are those that it may be.
    """

    names: Sequence[str]
    separator: str
    number: int
    n_lines_before: int
    n_rows_before: int
    first_rows: Sequence[FirstRow]


@dataclass(frozen=True, slots=True)
class _Reading:
    """The first rows, cut by a separator, and the place among them of the one that may be it."""

    separator: str
    rows: Sequence[FirstRow]
    place: int
    has_header: bool = True

    @property
    def agreement(self) -> tuple[int, int]:
        """How well the separator cuts: rows as wide as the header, when it is cut; its width."""
        widths = [len(row.record.cells) for row in self.rows[self.place :]]
        width = widths[0] if widths and self.has_header else mode([*widths, 1])
        return (0, 0) if width == 1 else (widths.count(width), width)


def read_header(path: Path, number: int | None = None) -> Header:
    """The header of a file, found or with the number of its row told.

    It is the first row, unless that is data already, or titles stand above the names of columns.
    A first line `sep=;`, as spreadsheets write it, is obeyed.
    Raises: NoHeader.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = StringIO(file.read(_LOOKED_AT), newline="").readlines()
    n_before, separators = beginning(lines)
    # The line that names the separator is no row of a spreadsheet.
    n_rows_before = n_before - (len(separators) == 1)
    readings = (
        _reading(lines[n_before:], separator, n_rows_before, number) for separator in separators
    )
    best = max(readings, key=lambda each: each.agreement)
    if not best.rows:
        raise NoHeader("no_header")
    row = best.rows[best.place]
    if number not in (None, NO_ROW, row.number):
        raise NoHeader("no_header")
    is_data = row.is_data if number is None else number == NO_ROW
    if row.record.fault and not is_data:
        raise NoHeader("broken_header")
    names = [""] * _width(best.rows) if is_data else [cell.strip() for cell in row.record.cells]
    n_lines = row.record.line - 1 if is_data else row.record.last_line
    return Header(
        names,
        best.separator,
        NO_ROW if is_data else row.number,
        n_before + n_lines,
        row.number - is_data,
        best.rows[:MOST_LOOKED_AT],
    )


def _reading(
    lines: Sequence[str], separator: str, n_rows_before: int, number: int | None
) -> _Reading:
    numbered = enumerate(records(lines, separator), start=n_rows_before + 1)
    found = (FirstRow(each, record) for each, record in numbered if "".join(record.cells).strip())
    rows = list(islice(found, _SAMPLE_ROWS))
    if number is None:
        return _Reading(separator, rows, _place_of_header(rows))
    if number == NO_ROW:
        return _Reading(separator, rows, 0, has_header=False)
    places = (place for place, row in enumerate(rows[:MOST_LOOKED_AT]) if row.number == number)
    return _Reading(separator, rows, next(places, 0))


def _place_of_header(rows: Sequence[FirstRow]) -> int:
    """The place of the first row that looks like a header; without one, the first."""
    for place, row in enumerate(rows[:MOST_LOOKED_AT]):
        if _names_columns(row, rows[:place], rows[place + 1 :]):
            return place
    return 0


def _names_columns(row: FirstRow, above: Sequence[FirstRow], below: Sequence[FirstRow]) -> bool:
    """Whether a row has usual names of columns, is as wide as the data, and has none above it.

    Where few of its cells are such names, only titles stand above, less than half as wide.
    """
    names = row.told
    n_usual = sum(map(is_usual, names))
    if not n_usual or row.record.fault or row.is_data:
        return False
    if below and 2 * len(names) <= median(len(each.told) for each in below):
        return False
    if any(each.is_of_somebody and 2 * len(each.told) > len(names) for each in above):
        return False
    if n_usual == len(names) or (n_usual > 1 and 2 * n_usual >= len(names)):
        return True
    return all(2 * len(each.told) <= len(names) for each in above)


def _width(rows: Sequence[FirstRow]) -> int:
    """How wide rows without a header are."""
    widths = [len(each.record.cells) for each in rows]
    return max(widths[0], mode(widths))
