"""The process that opens workbooks, and its limits: a workbook can be a bomb.

In: the path of a workbook. Out: its first sheet that has rows, as CSV.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from lejek.identity.workbooks.formats import Kind, kinds
from lejek.identity.workbooks.package import Package, Part, UnsafeWorkbook, look_into, open_package
from lejek.identity.workbooks.sheet import Meaning, rows
from lejek.identity.workbooks.table import TooManyCells, write_table
from lejek.identity.workbooks.texts import Texts

MEMORY_BYTES = 512 << 20
CPU_SECONDS = 900
MOST_BYTES = 4 << 30
"""What is written for one workbook, texts or rows: a shared text can be told again and again."""

_TELL_EVERY = 4 << 20
_NO_WORKBOOK, _BOMB, _TOO_MANY_CELLS = 1, 2, 3
_CODES = {_NO_WORKBOOK: "not_a_workbook", _TOO_MANY_CELLS: "too_many_cells"}
Progress = Callable[[int, int], None]


def to_csv(path: Path, target: Path, progress: Progress | None = None) -> None:
    """Write the first sheet of a workbook that has rows as CSV; all of it, or there is no target.

    `progress` is told now and then how many kilobytes are read, of how many.
    Raises: UnsafeWorkbook.
    """
    look_into(path)
    try:
        code = _watched(path, target, progress)
        if code:
            # Whatever else ended it was one of the limits.
            raise UnsafeWorkbook(_CODES.get(code, "bomb"))
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _watched(path: Path, target: Path, progress: Progress | None) -> int:
    with subprocess.Popen(
        [sys.executable, "-m", "lejek.identity.workbooks", str(path), str(target)],
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
    return limited.returncode


def main(path: Path, target: Path) -> int:
    """The work of the limited process."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, MOST_BYTES),
    ):
        resource.setrlimit(limit, (most, most))
    try:
        convert(path, target, _tell)
    except (MemoryError, OSError):
        return _BOMB
    except TooManyCells:
        return _TOO_MANY_CELLS
    except Exception:  # noqa: BLE001 - what is no workbook fails in many ways
        return _NO_WORKBOOK
    return 0


def _tell(n_done: int, n_total: int) -> None:
    sys.stdout.write(f"{n_done} {n_total}\n")
    sys.stdout.flush()


def convert(path: Path, target: Path, progress: Progress) -> None:
    """Write the first sheet of a workbook that has rows, in this process."""
    target.touch()
    with zipfile.ZipFile(path) as packed, closing(Texts(target.parent)) as texts:
        package = open_package(packed)
        n_texts = package.texts.n_bytes if package.texts else 0
        meter = _Meter(progress, n_texts + sum(sheet.n_bytes for sheet in package.sheets[:1]))
        if package.texts is not None:
            with package.open(package.texts) as part:
                texts.fill(part, meter.told)
        meaning = Meaning(texts, _kinds(package), package.counts_from_1904)
        for sheet in package.sheets:
            meter.n_before, meter.n_total = n_texts, n_texts + sheet.n_bytes
            if write_table(_rows(package, sheet, meaning, meter), target):
                meter.end()
                return


class _Meter:
    """Tells now and then how far the reading is."""

    def __init__(self, progress: Progress, n_total: int) -> None:
        self.n_before, self.n_total = 0, n_total
        self._progress = progress
        self._n_told = 0

    def told(self, n_bytes: int) -> None:
        """So many bytes of a part are read."""
        n_done = self.n_before + n_bytes
        if n_done >= self._n_told + _TELL_EVERY:
            self._n_told = n_done
            self._progress(n_done >> 10, self.n_total >> 10)

    def end(self) -> None:
        """All that is wanted is read."""
        self._progress(self.n_total >> 10, self.n_total >> 10)


def _kinds(package: Package) -> dict[str, Kind]:
    if package.styles is None:
        return {}
    with package.open(package.styles) as part:
        return kinds(part)


def _rows(package: Package, sheet: Part, meaning: Meaning, meter: _Meter) -> Iterator[list[str]]:
    with package.open(sheet) as part:
        for found in rows(part, meaning):
            yield from found.cells
            meter.told(found.n_bytes)
