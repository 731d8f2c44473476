"""CSV files: separator, header, record numbers, and the records that are no rows.

In: a UTF-8 file. Out: a source of text columns.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from leadscore.inputs.cells import Kind
from leadscore.inputs.rejects import LONGEST_VALUE, REJECTS_SCHEMA, Reason, reason_texts
from leadscore.inputs.sources import (
    Connection,
    Lost,
    Places,
    Positions,
    Relation,
    places_in_one,
    raw_names,
)
from leadscore.separators import beginning

_HEADER_CHARACTERS = 1 << 20
_CHUNK = 1 << 20
_LOST, _SCANS = "lost_records", "lost_scans"

_REASONS = f"""CASE CAST(error_type AS VARCHAR)
    WHEN 'MISSING COLUMNS' THEN '{Reason.WRONG_CELL_COUNT}'
    WHEN 'TOO MANY COLUMNS' THEN '{Reason.WRONG_CELL_COUNT}'
    WHEN 'UNQUOTED VALUE' THEN '{Reason.BAD_QUOTES}'
    WHEN 'INVALID ENCODING' THEN '{Reason.BAD_ENCODING}'
    WHEN 'LINE SIZE OVER MAXIMUM' THEN '{Reason.LINE_TOO_LONG}'
    ELSE '{Reason.BAD_RECORD}' END"""


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns, what separates cells, and how many lines stand before it."""

    names: tuple[str, ...]
    separator: str
    n_lines_before: int


def read_header(path: Path, needed: Sequence[str]) -> Header:
    """The header of a CSV file, cut by the separator that finds the most needed names.

    A first line `sep=;`, as spreadsheets write it, is obeyed.
    Raises: ValueError when there is no header.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = file.read(_HEADER_CHARACTERS).splitlines(keepends=True)
    n_before, separators = beginning(lines)
    if n_before == len(lines):
        raise ValueError
    headers = [_cut(lines[n_before:], separator, n_before) for separator in separators]
    wanted = frozenset(needed)
    return max(headers, key=lambda header: (len(wanted & {*header.names}), len(header.names)))


def _cut(lines: list[str], separator: str, n_before: int) -> Header:
    cells = next(csv.reader(lines, delimiter=separator), [])
    return Header(tuple(cell.strip() for cell in cells), separator, n_before)


class CsvSource:
    """A CSV file as columns of text; an empty cell is missing.

    Every scan parses the whole file, so callers write down what comes of it.
    """

    is_cheap_to_scan = False

    def __init__(self, label: str, path: Path, needed: Sequence[str]) -> None:
        self.label = label
        self._path = path
        self._header = read_header(path, needed)
        self.is_comma_certain = self._header.separator != ","

    def column_kinds(self) -> Sequence[tuple[str, Kind, str]]:
        """All text."""
        return [(name, Kind.CELL, Kind.CELL.value) for name in self._header.names]

    def scan(self, connection: Connection, names: Sequence[str]) -> Relation:
        """The columns as text, in the order of the file; bad records are set aside."""
        connection.execute(f"DROP TABLE IF EXISTS {_LOST}")
        connection.execute(f"DROP TABLE IF EXISTS {_SCANS}")
        indices = [self._header.names.index(name) for name in names]
        cells = ", ".join(
            f"c{index} AS {raw}" for index, raw in zip(indices, raw_names(names), strict=True)
        )
        return self._records(connection).project(cells)

    def _records(self, connection: Connection) -> Relation:
        n_columns = len(self._header.names)
        records = connection.read_csv(
            str(self._path),
            header=True,
            sep=self._header.separator,
            quotechar='"',
            escapechar='"',
            skiprows=self._header.n_lines_before,
            auto_detect=False,
            columns={f"c{index}": "VARCHAR" for index in range(n_columns)},
            store_rejects=True,
            rejects_table=_LOST,
            rejects_scan=_SCANS,
            strict_mode=True,
        )
        # In a file of one column an empty line cannot be told from an empty cell.
        return records.filter("c0 IS NOT NULL") if n_columns == 1 else records

    def lost(self, connection: Connection) -> Lost:
        """The records that were set aside, with their numbers."""
        found = (
            connection.table(_LOST)
            .project(f"line, {_REASONS} AS code, csv_line")
            .aggregate("line, min(code) AS code, min(csv_line) AS value", "line")
            .project(f"line, code, left(trim(value, chr(13) || chr(10)), {LONGEST_VALUE}) AS value")
            .order("line")
            .to_arrow_table()
        )
        numbers = self._record_numbers(found["line"].to_numpy().astype(np.int64))
        places = places_in_one(self.label, numbers - 1)
        columns = [
            places.files,
            places.rows,
            pa.repeat("", len(numbers)),
            found["value"],
            reason_texts(found["code"]),
        ]
        return Lost(pa.Table.from_arrays(columns, schema=REJECTS_SCHEMA), numbers)

    def _record_numbers(self, lines: Positions) -> Positions:
        """Record numbers from the reader's line numbers, which count header and empty lines."""
        if not len(lines):
            return lines
        n_before = self._header.n_lines_before
        empty = empty_lines(self._path)
        return lines - 1 - n_before - np.searchsorted(empty[empty > n_before], lines)

    def places(self, positions: Positions, lost: Lost) -> Places:
        """Record numbers of rows: the records that were lost before each are counted too."""
        n_rows_before = lost.numbers - 1 - np.arange(len(lost.numbers))
        n_lost_before = np.searchsorted(n_rows_before, positions, side="right")
        return places_in_one(self.label, positions + n_lost_before)


def empty_lines(path: Path) -> Positions:
    """The numbers, from one, of empty lines outside quotes; a quoted cell's lines count as one."""
    numbers = [np.zeros(0, dtype=np.int64)]
    n_lines, is_quoted, was_end = 0, False, True
    for chunk in _without_returns(path):
        quotes = np.cumsum(chunk == ord('"')) + is_quoted
        ends = (chunk == ord("\n")) & (quotes % 2 == 0)
        after_end = np.concatenate(([was_end], ends[:-1]))
        lines = n_lines + np.cumsum(ends)
        numbers.append(lines[ends & after_end].astype(np.int64))
        n_lines, is_quoted, was_end = int(lines[-1]), bool(quotes[-1] % 2), bool(ends[-1])
    return np.concatenate(numbers)


def _without_returns(path: Path) -> Iterator[np.ndarray[tuple[int], np.dtype[np.uint8]]]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if kept := chunk.replace(b"\r", b""):
                yield np.frombuffer(kept, dtype=np.uint8)
