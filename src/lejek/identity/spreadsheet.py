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
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path

MOST_MEMBERS = 2_000
MOST_UNPACKED_BYTES = 1 << 30
MOST_RATIO = 100
_SMALL_BYTES = 10 << 20
_MEMORY_BYTES = 3 << 30
_CPU_SECONDS = 300


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
    if len(members) > MOST_MEMBERS or n_unpacked > MOST_UNPACKED_BYTES or is_dense:
        raise UnsafeWorkbook("bomb")


def to_csv(path: Path, target: Path) -> None:
    """Write the first sheet of a workbook that has rows as CSV.

    Raises: UnsafeWorkbook.
    """
    look_into(path)
    done = subprocess.run(
        [sys.executable, "-m", "lejek.identity.spreadsheet", str(path), str(target)],
        env={key: os.environ[key] for key in ("PATH", "PYTHONPATH") if key in os.environ},
        capture_output=True,
        timeout=_CPU_SECONDS * 2,
        check=False,
    )
    if done.returncode:
        raise UnsafeWorkbook("not_a_workbook" if done.returncode == 1 else "bomb")


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
            if sheet.height:
                writer.writerows(_texts(row) for row in sheet.iter_rows())
                return


def _texts(row: Iterable[object]) -> list[str]:
    return [_text(cell) for cell in row]


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
    except Exception:  # noqa: BLE001 - a parser fails in its own ways on what is no workbook
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
