"""Uploaded files: kept under names of our own, made into UTF-8 CSV, read row by row.

In: bytes. Out: a table with a header and rows of text. A file is never held in memory.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.conf import settings

from lejek.identity.imports.header import NO_ROW, NoHeader, read_header
from lejek.identity.imports.records import Record, records
from lejek.identity.plain_text import NotText, utf8_of
from lejek.identity.workbooks import Progress, UnsafeWorkbook, look_into, to_csv
from lejek.ui.spreadsheets import as_it_was, harmless

MOST_BYTES = 500 << 20
MOST_COLUMNS = 500
CHUNK_ROWS = 1000
LONGEST_CELL = 100_000
_WORKBOOK, _TEXT = ".xlsx", ".csv"
_SHORT_BYTES = 4 << 20
_LOOKED_AT = 1 << 16

_ZIP, _OLE, _GZIP = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b"
_LITTLE, _BIG = codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE
_OTHERS = (b"%PDF", b"{\\rtf", b"<!DOCTYPE", b"<html", b"\x89PNG", b"\xff\xd8\xff")
"""How files begin that are renamed to .csv again and again."""

_TEXT_AS_FORMULA = re.compile(r'\s*="((?:[^"]|"")*)"\s*')


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
    """Keep a file as it came, until somebody reads it.

    Raises: FileRefused, for what can be seen from its beginning; nothing is kept then.
    """
    raw = new_path(".upload")
    try:
        _write(chunks, raw)
        return raw.rename(raw.with_suffix(_kept_as(raw)))
    finally:
        raw.unlink(missing_ok=True)


def is_read_at_once(kept: Path) -> bool:
    """Whether nobody needs to wait for a file to be read: text that is short."""
    return kept.suffix == _TEXT and kept.stat().st_size <= _SHORT_BYTES


def table_of(kept: Path, progress: Progress | None = None) -> Path:
    """What a kept file holds, as UTF-8 CSV: the file itself where it is that, else one beside.

    Of a workbook it is the first sheet that has rows. `progress` hears how much of it is read.
    Raises: FileRefused.
    """
    if not kept.is_file():
        raise FileRefused("gone")
    target = new_path(_TEXT)
    try:
        if kept.suffix == _WORKBOOK:
            to_csv(kept, target, progress)
            return target
        return utf8_of(kept, target)
    except UnsafeWorkbook as problem:
        raise FileRefused(problem.code) from problem
    except NotText as problem:
        raise FileRefused("not_text") from problem


def _write(chunks: Iterable[bytes], target: Path) -> None:
    n_bytes = 0
    with target.open("wb") as file:
        for chunk in chunks:
            n_bytes += len(chunk)
            if n_bytes > MOST_BYTES:
                raise FileRefused("too_large")
            file.write(chunk if n_bytes > len(chunk) else _marked(chunk))
    if not n_bytes:
        raise FileRefused("empty")


def _marked(start: bytes) -> bytes:
    """The beginning of a file, with the mark of UTF-16 where a tool has left it out.

    In our letters most signs have a zero for one of their two bytes, and none for the other.
    """
    looked_at = start[:_LOOKED_AT]
    n_first, n_second = looked_at[::2].count(0), looked_at[1::2].count(0)
    is_wide = 4 * max(n_first, n_second) > len(looked_at) and not (n_first and n_second)
    if not is_wide or start.startswith((_LITTLE, _BIG)):
        return start
    return (_LITTLE if n_second else _BIG) + start


def _kept_as(raw: Path) -> str:
    """The suffix of what a file is by its beginning. Raises: FileRefused."""
    with raw.open("rb") as file:
        start = file.read(_LOOKED_AT)
    if start.startswith(_ZIP):
        try:
            look_into(raw)
        except UnsafeWorkbook as problem:
            raise FileRefused(problem.code) from problem
        return _WORKBOOK
    if start.startswith(_OLE):
        raise FileRefused("old_workbook")
    if start.startswith(_GZIP):
        raise FileRefused("compressed")
    if start.startswith(_OTHERS):
        raise FileRefused("not_text")
    if b"\0" in start and not start.startswith((_LITTLE, _BIG)):
        raise FileRefused("not_text")
    return _TEXT


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; its number is that of a spreadsheet, which counts empty rows too.

    A row that does not fit the table has a `fault`, and its text in the cells as far as they go.
    """

    number: int
    line: int
    cells: Sequence[str]
    fault: str = ""


class Table:
    """A CSV file. Reading starts anew with each iteration.

    Columns without a name are called by their places, such as `#2`; in a file without a header
    (`is_headless`), all of them.
    """

    def __init__(self, path: Path, header_row: int | None = None) -> None:
        """Read the header, which is found where its row is not told.

        Raises: FileRefused when it is no table, or is not there any more.
        """
        self.path = path
        try:
            header = read_header(path, header_row)
        except FileNotFoundError as error:
            raise FileRefused("gone") from error
        except NoHeader as problem:
            raise FileRefused(problem.code) from problem
        if len(header.names) > MOST_COLUMNS:
            raise FileRefused("too_wide")
        self.separator = header.separator
        self.header_row = header.number
        self.first_rows = header.first_rows
        self._n_lines_before = header.n_lines_before
        self._n_rows_before = header.n_rows_before
        self.columns = unique(header.names)

    @property
    def is_headless(self) -> bool:
        """Whether all rows are data."""
        return self.header_row == NO_ROW

    def rows(self) -> Iterator[Row]:
        """The rows after the header; empty ones are passed over."""
        with self.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            for _ in range(self._n_lines_before):
                file.readline()
            found = records(file, self.separator, width=len(self.columns))
            for number, record in enumerate(found, start=self._n_rows_before + 1):
                if "".join(record.cells).strip():
                    yield self._row(number, record)

    def _row(self, number: int, record: Record) -> Row:
        cells, fault, n_columns = record.cells, record.fault, len(self.columns)
        if not fault and max(map(len, cells)) > LONGEST_CELL:
            fault = "cell_too_long"
        if len(cells) != n_columns:
            if any(cell.strip() for cell in cells[n_columns:]):
                fault = fault or "too_many_cells"
                rest = self.separator.join(cells[n_columns - 1 :])
                cells = [*cells[: n_columns - 1], rest]
            cells = [*cells, *[""] * n_columns][:n_columns]
        text = "".join(cells)
        if "\0" in text:
            cells = [cell.replace("\0", "") for cell in cells]
        if "'" in text:
            cells = [as_it_was(cell) for cell in cells]
        if '="' in text:
            cells = [_unquoted(cell) for cell in cells]
        return Row(number, self._n_lines_before + record.line, cells, fault)

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


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, told apart: an empty one by its place, a second one by a number."""
    found: list[str] = []
    for place, name in enumerate(names, start=1):
        plain = name.strip()[:200] or f"#{place}"
        number, unique = 2, plain
        while unique in found:
            unique, number = f"{plain} ({number})", number + 1
        found.append(unique)
    return tuple(found)


def _unquoted(cell: str) -> str:
    """A text that stands as a formula, so that a spreadsheet takes it for no number."""
    found = _TEXT_AS_FORMULA.fullmatch(cell)
    return cell if found is None else found[1].replace('""', '"')


class Rejects:
    """The file of rows that were refused: the same columns and a reason, to mend and load again.

    Only what a chunk that was committed wrote counts: `n_bytes`. The next chunk writes there, over
    what an interrupted one left behind; nothing is written but by who holds a chunk.
    """

    def __init__(
        self,
        table: Table,
        reason_header: str,
        passed_over: Sequence[str],
        *,
        n_bytes: int,
        path: Path | None = None,
    ) -> None:
        self.path = path or rejects_path(table.path)
        self.n_bytes = n_bytes
        self._separator = table.separator
        names = [name for name in table.columns if name not in passed_over]
        self._header = [*names, reason_header]

    def add(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows, each with its reason at the end."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=self._separator, lineterminator="\r\n")
        if not self.n_bytes:
            text.write("\ufeff")
            writer.writerow([harmless(cell) for cell in self._header])
        writer.writerows([harmless(cell) for cell in row] for row in rows)
        self.path.touch()
        with self.path.open("r+b") as file:
            file.seek(self.n_bytes)
            file.write(text.getvalue().encode())
            file.truncate()
            self.n_bytes = file.tell()


def rejects_path(path: Path) -> Path:
    """Where the refused rows of a file are kept."""
    return path.with_suffix(".rejects.csv")


def remove(path: Path) -> None:
    """Forget a file and its rejects."""
    path.unlink(missing_ok=True)
    rejects_path(path).unlink(missing_ok=True)
