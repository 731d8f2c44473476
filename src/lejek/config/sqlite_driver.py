"""The SQLite that the product runs on.

Debian's SQLite before 3.51.3 can corrupt a database in WAL mode when two connections write and
checkpoint at the same instant, so the one from `pysqlite3` takes its place before Django loads.
Source: sqlite.org/wal.html, section "The WAL-reset bug".
"""

from __future__ import annotations

import sys

SAFE_VERSION = (3, 51, 3)
BACKPORTED = ((3, 44, 6), (3, 50, 7))


def use_bundled_sqlite() -> None:
    """Let `import sqlite3` give the bundled SQLite from now on; twice is as good as once."""
    if "sqlite3" in sys.modules and sys.modules["sqlite3"].__name__ == "pysqlite3":
        return
    import pysqlite3  # noqa: PLC0415 - must happen before anything imports sqlite3
    import pysqlite3.dbapi2  # noqa: PLC0415

    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


def is_safe_in_wal_mode(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite may write in WAL mode from several connections."""
    return version >= SAFE_VERSION or any(
        version[:2] == fixed[:2] and version >= fixed for fixed in BACKPORTED
    )
