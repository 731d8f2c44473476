"""The header of a table: its separator, the names of its columns, and whether it has any.

In: a UTF-8 CSV file. Out: its header. Pure but for reading the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SEPARATORS = (",", ";", "\t", "|")
_LOOKED_AT = 1 << 20
_SAMPLE_ROWS = 50
_DATA = re.compile(
    r"[^\s@]+@[^\s@]+\.[^\s@]+"  # an address
    r"|\+?[\d\s().-]{7,}"  # a phone, a NIP, a REGON
    r"|\d{4}-\d\d-\d\d.*|\d{1,2}[./]\d{1,2}[./]\d{4}.*"  # a day
)


class NoHeader(ValueError):
    """A file without a row that could be a header."""


@dataclass(frozen=True, slots=True)
class Header:
    """The cells of the first row, what separates them, and how many lines stand before it.

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
        lines = file.read(_LOOKED_AT).splitlines(keepends=True)
    n_before = 0
    separators: Sequence[str] = SEPARATORS
    while n_before < len(lines) and not lines[n_before].strip():
        n_before += 1
    if n_before < len(lines) and (told := _told_separator(lines[n_before])):
        n_before, separators = n_before + 1, (told,)
    rows = {each: _rows(lines[n_before:], each) for each in separators}
    separator = max(separators, key=lambda each: _agreement(rows[each]))
    first = rows[separator][0] if rows[separator] else []
    if not any(first):
        raise NoHeader
    is_data = any(_DATA.fullmatch(cell) for cell in first)
    return Header(first, separator, n_before, is_data)


def _told_separator(line: str) -> str | None:
    text = line.rstrip("\r\n")
    return text[4:] if text[:4].lower() == "sep=" and text[4:] in SEPARATORS else None


def _rows(lines: Sequence[str], separator: str) -> list[list[str]]:
    """The first rows, cut by a separator."""
    found: list[list[str]] = []
    try:
        for cells in csv.reader(lines, delimiter=separator):
            if any(cell.strip() for cell in cells):
                found.append([cell.strip() for cell in cells])
            if len(found) == _SAMPLE_ROWS:
                break
    except csv.Error:
        # A later row is broken; it is refused when its turn comes.
        return found
    return found


def _agreement(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """How well a separator cuts: rows as wide as the first, when it is cut at all; its width."""
    if not rows or len(rows[0]) == 1:
        return (0, 0)
    return sum(len(row) == len(rows[0]) for row in rows), len(rows[0])
