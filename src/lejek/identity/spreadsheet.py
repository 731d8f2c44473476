"""An XLSX workbook as CSV, made in a limited process of its own: workbooks can be bombs.

In: the path of a workbook. Out: its first sheet that has rows, as UTF-8 with commas. This module
knows nothing of Django: the process starts quickly.
"""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

MOST_MEMBERS = 2_000
MOST_RATIO = 100
MOST_CELLS = 30_000_000
"""A million rows of 30 columns. A cell takes some 80 bytes while the sheet is open."""

_SMALL_BYTES = 10 << 20
_MEMORY_BYTES = 3 << 30
_CPU_SECONDS = 300
_TELL_EVERY = 10_000
_NO_WORKBOOK, _TOO_MANY_CELLS = 1, 3
_CODES = {_NO_WORKBOOK: "not_a_workbook", _TOO_MANY_CELLS: "too_many_cells"}
Progress = Callable[[int, int], None]


class UnsafeWorkbook(Exception):
    """A workbook that is not opened; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def look_into(path: Path) -> None:
    """Look at the table of contents of a workbook, before anything is unpacked.

    Raises: UnsafeWorkbook for macros, a bomb, or what is no workbook.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise UnsafeWorkbook("not_a_workbook") from error
    names = {member.filename.lower() for member in members}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise UnsafeWorkbook("has_macros")
    if "xl/workbook.xml" not in names:
        raise UnsafeWorkbook("not_a_workbook")
    n_packed = sum(member.compress_size for member in members) or 1
    n_unpacked = sum(member.file_size for member in members)
    is_dense = n_unpacked > _SMALL_BYTES and n_unpacked > MOST_RATIO * n_packed
    if len(members) > MOST_MEMBERS or is_dense:
        raise UnsafeWorkbook("bomb")


def to_csv(path: Path, target: Path, progress: Progress | None = None) -> None:
    """Write the first sheet of a workbook that has rows as CSV.

    `progress` is told now and then how many rows are written, of how many.
    Raises: UnsafeWorkbook.
    """
    look_into(path)
    with subprocess.Popen(
        [sys.executable, "-m", "lejek.identity.spreadsheet", str(path), str(target)],
        env={key: os.environ[key] for key in ("PATH", "PYTHONPATH") if key in os.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as limited:
        try:
            for line in limited.stdout or ():
                if progress is not None:
                    n_done, n_total = line.split()
                    progress(int(n_done), int(n_total))
        except BaseException:
            limited.kill()
            raise
    if limited.returncode:
        # Whatever else ended it was one of the limits.
        raise UnsafeWorkbook(_CODES.get(limited.returncode, "bomb"))


class _TooManyCells(Exception):
    """A sheet that is larger than can be taken in as a workbook."""


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))


def _convert(path: Path, target: Path) -> None:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - only within the limits

    workbook = CalamineWorkbook.from_path(str(path))
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.height * sheet.width > MOST_CELLS:
                raise _TooManyCells
            if sheet.height:
                for number, row in enumerate(sheet.iter_rows()):
                    if number % _TELL_EVERY == 0:
                        sys.stdout.write(f"{number} {sheet.height}\n")
                        sys.stdout.flush()
                    writer.writerow([_text(cell) for cell in row])
                return


def _text(cell: object) -> str:
    """A cell as text: whole numbers without a decimal point, days and moments as ISO 8601."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime):
        is_day = cell.time() == time()
        return cell.date().isoformat() if is_day else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell).replace("\r\n", "\n").replace("\r", "\n")


def main() -> int:
    """The work of the limited process."""
    _limit()
    try:
        _convert(Path(sys.argv[1]), Path(sys.argv[2]))
    except MemoryError:
        return 2
    except _TooManyCells:
        return _TOO_MANY_CELLS
    except Exception:  # noqa: BLE001 - a parser fails in its own ways on what is no workbook
        return _NO_WORKBOOK
    return 0


if __name__ == "__main__":
    sys.exit(main())
