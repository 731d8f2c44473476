"""Records of CSV text: cells, and the number of the line where each record begins.

In: lines. Out: records. A quote that does not close takes no other line with it: its line alone is
a record that cannot be read, as it stands, and reading goes on with the next line. Pure.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

_LEAST_WIDTH, _FEWEST_LINES = 3, 3
"""From here on, lines that are all as wide as a row are rows, not the lines of somebody's text."""


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of a record, and its lines, counted from one; `fault` says what is wrong."""

    line: int
    last_line: int
    cells: Sequence[str]
    fault: str = ""


class _Lines(Iterator[str]):
    """Lines, of which those that the record under way took can be given back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._n_done = 0
        self.taken: list[str] = []
        self.is_over = False

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines, None)
        if line is None:
            self.is_over = True
            raise StopIteration
        self.taken.append(line)
        return line

    def begin(self) -> int:
        """A record begins; gives the number of its line."""
        self._n_done += len(self.taken)
        self.taken.clear()
        return self._n_done + 1

    def keep_first(self) -> str:
        """Give all lines of the record back but the first."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]
        return self.taken[0]


def records(lines: Iterable[str], separator: str, *, width: int = 0) -> Iterator[Record]:
    """The records of some lines.

    `width` is how many cells a row has: where each of several lines looks like a row of its own,
    a stray quote has joined them, though another one closes it.
    """
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=separator)
    while True:
        number = source.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # A cell without an end, or one line that is longer than any cell may be.
            fault = "unclosed_quote" if len(source.taken) > 1 else "cell_too_long"
            yield Record(number, number, _as_it_stands(source, separator), fault)
            continue
        n_lines = len(source.taken)
        if (n_lines == 1 and not source.is_over) or _is_whole(source.taken, separator, width):
            yield Record(number, number + n_lines - 1, cells)
        else:
            alone = _as_it_stands(source, separator)
            yield Record(number, number, alone, "unclosed_quote")


def _as_it_stands(source: _Lines, separator: str) -> Sequence[str]:
    """The first line cut at each separator, whatever its quotes say; nothing of it is lost."""
    return source.keep_first().rstrip("\r\n").split(separator)


def _is_whole(taken: Sequence[str], separator: str, width: int) -> bool:
    """Whether lines are one record with quotes that close, not rows that a stray quote joined."""
    if not _record(separator).fullmatch("".join(taken)):
        return False
    are_rows = all(line.count(separator) == width - 1 for line in taken)
    return not (are_rows and width >= _LEAST_WIDTH and len(taken) >= _FEWEST_LINES)


@cache
def _record(separator: str) -> re.Pattern[str]:
    """A record in full. After a quote that closes a cell of several lines the cell ends."""
    other = rf"[^{re.escape(separator)}\r\n]"
    in_one_line = rf'"(?:[^"\r\n]++|"")*+"{other}*+'
    in_several = r'"(?:[^"]++|"")*+"'
    plain = rf'(?!"){other}*+'
    cell = rf"(?:{in_one_line}|{in_several}|{plain})"
    return re.compile(rf"{cell}(?:{re.escape(separator)}{cell})*+[\r\n]*+")
