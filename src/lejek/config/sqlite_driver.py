"""The SQLite that the product runs on.

Debian's SQLite before 3.51.3 can corrupt a database in WAL mode when two connections write and
checkpoint at the same instant, so the one from `pysqlite3` takes its place before Django loads.
Source: sqlite.org/wal.html, section "The WAL-reset bug".
"""

from __future__ import annotations

import sys


def use_bundled_sqlite() -> None:
    """Let `import sqlite3` give the bundled SQLite from now on; twice is as good as once.

    Where there is none, Python's own stays, and `kernel.sqlite_guard` judges it.
    """
    if "sqlite3" in sys.modules and sys.modules["sqlite3"].__name__ == "pysqlite3":
        return
    try:
        import pysqlite3  # noqa: PLC0415 - must happen before anything imports sqlite3
        import pysqlite3.dbapi2  # noqa: PLC0415
    except ImportError:
        return

    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
