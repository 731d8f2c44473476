"""The header of a table: its separator, the names of its columns, and whether it has any.

In: a UTF-8 CSV file. Out: its header. Pure but for reading the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path

from leadscore.separators import beginning
from lejek.identity.imports.records import Record, records

_LOOKED_AT = 1 << 20
_SAMPLE_ROWS = 50
_DATA = re.compile(
    r"[^\s@]+@[^\s@]+\.[^\s@]+"  # an address
    r"|\+?[\d\s().-]{7,}"  # a phone, a NIP, a REGON
    r"|\d{4}-\d\d-\d\d.*|\d{1,2}[./]\d{1,2}[./]\d{4}.*"  # a day
)


class NoHeader(ValueError):
    """A file without a row that could be a header; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Header:
    """The cells of the first row, what separates them, and how many lines the rows come after.

    `is_data` says that the first row is a row like the others.
    """

    names: Sequence[str]
    separator: str
    n_lines_before: int
    is_data: bool


def read_header(path: Path) -> Header:
    """The header of a file; a first line `sep=;`, as spreadsheets write it, is obeyed.

    Raises: NoHeader.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = StringIO(file.read(_LOOKED_AT), newline="").readlines()
    n_before, separators = beginning(lines)
    rows = {each: _rows(lines[n_before:], each) for each in separators}
    separator = max(separators, key=lambda each: _agreement(rows[each]))
    if not rows[separator]:
        raise NoHeader("no_header")
    first = rows[separator][0]
    if first.fault:
        raise NoHeader("broken_header")
    names = [cell.strip() for cell in first.cells]
    is_data = any(_DATA.fullmatch(name) for name in names)
    n_before += first.line - 1 if is_data else first.last_line
    return Header(names, separator, n_before, is_data)


def _rows(lines: Sequence[str], separator: str) -> list[Record]:
    """The first rows, cut by a separator."""
    found = (each for each in records(lines, separator) if "".join(each.cells).strip())
    return list(islice(found, _SAMPLE_ROWS))


def _agreement(rows: Sequence[Record]) -> tuple[int, int]:
    """How well a separator cuts: rows as wide as the first, when it is cut at all; its width."""
    widths = [len(row.cells) for row in rows]
    if not widths or widths[0] == 1:
        return (0, 0)
    return widths.count(widths[0]), widths[0]
