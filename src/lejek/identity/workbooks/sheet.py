"""The rows of a sheet as text, one after another.

In: a part of a workbook that is a sheet. Out: its rows down to the last that has anything in it,
each in its place; the cells of a row stand in their columns. How far a sheet goes is not asked of
the sheet: many tell it wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import IO

from lejek.identity.workbooks import markup
from lejek.identity.workbooks.formats import Kind, iso_text, number_text
from lejek.identity.workbooks.texts import Texts, as_written

LAST_COLUMN, LAST_ROW = 16_384, 1_048_576
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the values of cells mean: shared texts, styles, and where days are counted from."""

    texts: Texts
    kinds: Mapping[str, Kind]
    counts_from_1904: bool

    def of(self, value: str, type_: str, style: str) -> str:
        """A cell as text; an error, such as `#N/A`, is no value."""
        if type_ == "s":
            return self.texts[int(value)] if value else ""
        if type_ == "n":
            kind = self.kinds.get(style, Kind.PLAIN)
            return number_text(value, kind, counts_from_1904=self.counts_from_1904)
        if type_ == "b":
            return "false" if value in ("0", "false") else "true"
        if type_ == "e":
            return ""
        return iso_text(value) if type_ == "d" else as_written(value)


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a sheet, and how many bytes of it have been read so far."""

    cells: Sequence[list[str]]
    n_bytes: int


def rows(part: IO[bytes], meaning: Meaning) -> Iterator[Rows]:
    """The rows of a sheet, a few at a time; one without anything in it is an empty list."""
    reader = _Reader(meaning)
    for n_bytes in markup.read(part, reader.start, reader.end, reader.text):
        found, reader.rows = reader.rows, []
        yield Rows(found, n_bytes)
        if reader.is_over:
            return


class _Reader:
    """Hears a sheet; a row is ready when it ends."""

    def __init__(self, meaning: Meaning) -> None:
        self.rows: list[list[str]] = []
        self.is_over = False
        self._meaning = meaning
        self._row: list[str] = []
        self._place = -1
        self._number = self._n_ready = 0
        self._type = self._style = ""
        self._pieces: list[str] = []
        self._is_heard = self._is_spoken = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        name = markup.local(name)
        if name == "c":
            reference = attributes.get("r")
            self._place = column_of(reference.rstrip(_DIGITS)) if reference else self._place + 1
            self._type = attributes.get("t", "n")
            self._style = attributes.get("s", "0")
        elif name in ("v", "t"):
            self._is_heard = not self._is_spoken
        elif name == "row":
            self._row, self._place = [], -1
            self._number = _number_of(attributes.get("r", ""), after=self._number)
        elif name == "rPh":
            self._is_spoken = True

    def end(self, name: str) -> None:
        name = markup.local(name)
        if name in ("v", "t"):
            self._is_heard = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            if self._row:
                self._ready()
        elif name == "rPh":
            self._is_spoken = False
        elif name == "sheetData":
            self.is_over = True

    def text(self, text: str) -> None:
        if self._is_heard:
            self._pieces.append(text)

    def _ready(self) -> None:
        """Hand the row on, after the empty ones above it."""
        self.rows += [[]] * (self._number - self._n_ready - 1)
        self.rows.append(self._row)
        self._n_ready = self._number

    def _end_cell(self) -> None:
        if not self._pieces:
            return
        value = "".join(self._pieces)
        self._pieces.clear()
        if cell := self._meaning.of(value, self._type, self._style):
            missing = self._place + 1 - len(self._row)
            if missing > 0:
                self._row.extend([""] * missing)
            self._row[self._place] = cell


def _number_of(told: str, *, after: int) -> int:
    """The number of a row: as it says, else the next; the first is 1."""
    number = int(told) if told.isdecimal() and len(told) <= len(str(LAST_ROW)) else 0
    return number if after < number <= LAST_ROW else after + 1


@lru_cache(maxsize=LAST_COLUMN)
def column_of(letters: str) -> int:
    """The place of a column by its letters, the first is 0.

    Raises: ValueError for what is no column.
    """
    place = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError(letters)
        place = place * 26 + ord(letter) - ord("A") + 1
    if not 1 <= place <= LAST_COLUMN:
        raise ValueError(letters)
    return place - 1
