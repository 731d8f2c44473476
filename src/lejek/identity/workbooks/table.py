"""The rows of a sheet as CSV, cut to the box that has anything in it.

In: rows, each as long as it goes. Out: a file of rows that are all as wide, from the first column
that is ever used. An empty row is an empty line, so that rows keep their numbers.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

MOST_CELLS = 30_000_000
"""A million rows of 30 columns."""


class TooManyCells(Exception):
    """A sheet that is larger than is taken in as a workbook."""


class Box:
    """The columns that have anything in them, seen row by row; from the first, before the end."""

    def __init__(self) -> None:
        self.first, self.end = sys.maxsize, 0
        self.n_rows = 0

    def add(self, row: list[str]) -> None:
        """See a row with something in it. Raises: TooManyCells."""
        self.n_rows += 1
        self.end = max(self.end, len(row))
        if self.first:
            begins = next(place for place, cell in enumerate(row) if cell)
            self.first = min(self.first, begins)
        if self.n_rows * (self.end - self.first) > MOST_CELLS:
            raise TooManyCells


def write_table(rows: Iterable[list[str]], target: Path) -> int:
    """Write rows as they come; a second time when some go further than the first of them.

    Returns: how many rows have anything in them. Raises: TooManyCells.
    """
    box, width = Box(), 0
    with _opened(target) as file:
        writer = csv.writer(file, lineterminator="\n")
        for row in rows:
            if row:
                box.add(row)
                width = width or len(row)
            writer.writerow(_as_wide(row, width))
    if box.n_rows and (box.first or box.end > width):
        _cut(target, box)
    return box.n_rows


def _cut(target: Path, box: Box) -> None:
    """Write a table anew, with the columns of its box; what was written goes, come what may."""
    csv.field_size_limit(sys.maxsize)
    with target.open(encoding="utf-8", newline="") as written:
        target.unlink()
        with _opened(target) as file:
            csv.writer(file, lineterminator="\n").writerows(_boxed(csv.reader(written), box))


def _boxed(rows: Iterable[list[str]], box: Box) -> Iterator[list[str]]:
    for row in rows:
        yield _as_wide(row, box.end)[box.first :]


def _as_wide(row: list[str], width: int) -> list[str]:
    missing = width - len(row) if row else 0
    return row + [""] * missing if missing > 0 else row


def _opened(target: Path) -> TextIO:
    return target.open("w", encoding="utf-8", newline="")
