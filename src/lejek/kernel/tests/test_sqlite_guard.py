"""A SQLite that can lose data is refused at the door."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from lejek.kernel.sqlite_guard import is_safe_in_wal_mode

# An interpreter that finds no bundled SQLite and whose own is old.
OLD_SQLITE = """
import sys
sys.modules["pysqlite3"] = None
import sqlite3
sqlite3.sqlite_version_info = (3, 40, 1)
sqlite3.dbapi2.sqlite_version_info = (3, 40, 1)
from lejek.cli import main
raise SystemExit(main(["doctor"]))
"""


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_which_versions_are_safe(version: tuple[int, ...], is_safe: bool) -> None:
    assert is_safe_in_wal_mode(version) is is_safe


def test_the_sqlite_that_runs_here_is_safe() -> None:
    assert is_safe_in_wal_mode(sqlite3.sqlite_version_info)


def start(tmp_path: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"LEJEK_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", **more}
    return subprocess.run(
        [sys.executable, "-c", OLD_SQLITE],
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.mark.embedded
def test_an_unsafe_one_is_refused_with_the_ways_out(tmp_path: Path) -> None:
    ended = start(tmp_path)
    assert ended.returncode == 1
    assert "SQLite 3.40.1 can corrupt" in ended.stderr
    for way in ("pysqlite3", "3.51.3", "LEJEK_DATABASE_URL", "LEJEK_SQLITE_JOURNAL=truncate"):
        assert way in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.embedded
def test_it_may_be_used_without_wal_when_somebody_says_so(tmp_path: Path) -> None:
    ended = start(tmp_path, LEJEK_SQLITE_JOURNAL="truncate")
    assert "can corrupt" not in ended.stderr
    assert "journal truncate" in ended.stdout
