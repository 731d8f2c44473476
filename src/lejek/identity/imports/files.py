"""Uploaded files: kept under names of our own, turned into UTF-8 CSV, read row by row.

In: bytes. Out: a table with a header and rows of text. A file is never held in memory.
"""

from __future__ import annotations

import csv
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.conf import settings

from leadscore.inputs.csv_files import read_header
from leadscore.inputs.encodings import utf8_file
from lejek.identity.spreadsheet import UnsafeWorkbook, to_csv

MOST_BYTES = 500 << 20
MOST_COLUMNS = 500
CHUNK_ROWS = 1000
LONGEST_CELL = 100_000

_ZIP, _OLE, _GZIP = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b"
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_PLAIN_NUMBER = re.compile(r"^[+-]?[\d\s.,()/-]*$")


class FileRefused(ValueError):
    """A file that cannot be imported; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def folder() -> Path:
    """Where files of imports are kept; nobody else on the machine may read them."""
    found = Path(settings.HOME) / "imports"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def new_path(suffix: str) -> Path:
    """A path that nothing has yet; the name an upload came under plays no part in it."""
    return folder() / f"{uuid.uuid4().hex}{suffix}"


def store(chunks: Iterable[bytes]) -> Path:
    """Keep a file and turn it into UTF-8 CSV.

    Raises: FileRefused; nothing is kept then.
    """
    raw = new_path(".upload")
    try:
        _write(chunks, raw)
        return _prepared(raw)
    finally:
        raw.unlink(missing_ok=True)


def _write(chunks: Iterable[bytes], target: Path) -> None:
    n_bytes = 0
    with target.open("wb") as file:
        for chunk in chunks:
            n_bytes += len(chunk)
            if n_bytes > MOST_BYTES:
                raise FileRefused("too_large")
            file.write(chunk)
    if not n_bytes:
        raise FileRefused("empty")


def _prepared(raw: Path) -> Path:
    with raw.open("rb") as file:
        start = file.read(1 << 16)
    target = new_path(".csv")
    if start.startswith(_ZIP):
        try:
            to_csv(raw, target)
        except UnsafeWorkbook as problem:
            target.unlink(missing_ok=True)
            raise FileRefused(problem.code) from problem
        return target
    if start.startswith(_OLE):
        raise FileRefused("old_workbook")
    if start.startswith(_GZIP):
        raise FileRefused("compressed")
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefused("not_text")
    plain = utf8_file(raw, new_path)
    plain.rename(target)
    return target


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; its number counts records from one, the header first."""

    number: int
    cells: Sequence[str]
    is_broken: bool = False


class Table:
    """A CSV file with a header. Reading starts anew with each iteration."""

    def __init__(self, path: Path) -> None:
        """Read the header.

        Raises: FileRefused when there is none, or it is no table.
        """
        self.path = path
        try:
            header = read_header(path, ())
        except (ValueError, csv.Error) as error:
            raise FileRefused("no_header") from error
        if not any(header.names) or len(header.names) > MOST_COLUMNS:
            raise FileRefused("no_header" if not any(header.names) else "too_wide")
        self.separator = header.separator
        self._n_lines_before = header.n_lines_before
        self.columns = _unique(header.names)

    def rows(self) -> Iterator[Row]:
        """The rows after the header; empty ones are passed over."""
        number = 1
        with self.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            for _ in range(self._n_lines_before):
                file.readline()
            reader = csv.reader(file, delimiter=self.separator)
            next(reader, None)
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    number += 1
                    yield Row(number, (), is_broken=True)
                    continue
                if any(cell.strip() for cell in cells):
                    number += 1
                    yield self._row(number, cells)

    def _row(self, number: int, cells: list[str]) -> Row:
        n_columns = len(self.columns)
        is_broken = any(cell.strip() for cell in cells[n_columns:])
        is_broken = is_broken or any(len(cell) > LONGEST_CELL for cell in cells)
        padded = (cells + [""] * n_columns)[:n_columns]
        return Row(number, tuple(_unguarded(cell) for cell in padded), is_broken)

    def chunks(self, *, skip: int = 0, size: int = CHUNK_ROWS) -> Iterator[list[Row]]:
        """The rows from the one after `skip` on, in lists of `size`."""
        rows = islice(self.rows(), skip, None)
        while chunk := list(islice(rows, size)):
            yield chunk

    def count(self) -> int:
        """How many rows there are."""
        return sum(1 for _ in self.rows())

    def first(self, n_rows: int) -> list[Row]:
        """The first rows."""
        return list(islice(self.rows(), n_rows))


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, told apart: an empty one by its place, a second one by a number."""
    found: list[str] = []
    for place, name in enumerate(names, start=1):
        plain = name.strip()[:200] or f"#{place}"
        number, unique = 2, plain
        while unique in found:
            unique, number = f"{plain} ({number})", number + 1
        found.append(unique)
    return tuple(found)


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    is_formula = _FORMULA.match(cell) and not _PLAIN_NUMBER.match(cell)
    return f"'{cell}" if is_formula else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


class Rejects:
    """The file of rows that were refused: the same columns and a reason, to mend and load again."""

    def __init__(
        self, table: Table, reason_header: str, passed_over: Sequence[str], *, n_bytes: int
    ) -> None:
        """Go on after `n_bytes`: what an interrupted run wrote behind them is cut off."""
        self.path = rejects_path(table.path)
        self._separator = table.separator
        if not n_bytes:
            self.path.write_bytes(b"\xef\xbb\xbf")
            names = [name for name in table.columns if name not in passed_over]
            self.add([(*names, reason_header)])
            return
        with self.path.open("r+b") as file:
            file.truncate(n_bytes)
        self.n_bytes = n_bytes

    def add(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows, each with its reason at the end."""
        with self.path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=self._separator, lineterminator="\r\n")
            writer.writerows([guarded(cell) for cell in row] for row in rows)
        self.n_bytes = self.path.stat().st_size


def rejects_path(path: Path) -> Path:
    """Where the refused rows of a file are kept."""
    return path.with_suffix(".rejects.csv")
