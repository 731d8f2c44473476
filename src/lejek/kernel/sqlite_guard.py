"""The guard at the door: a SQLite that can corrupt its file in WAL mode is not used in WAL mode.

In: the settings of the database. Out: nothing, or a refusal that says what to do.
"""

from __future__ import annotations

import sqlite3
from gettext import gettext as _

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

SAFE_VERSION = (3, 51, 3)
BACKPORTED = ((3, 44, 6), (3, 50, 7))


def refuse_unsafe_sqlite() -> None:
    """Do nothing, unless the database is SQLite, in WAL mode, and of a version that is not safe.

    Raises: ImproperlyConfigured, with the ways out.
    Source: sqlite.org/wal.html, section "The WAL-reset bug".
    """
    complaint = complaint_about_sqlite()
    if complaint:
        raise ImproperlyConfigured(complaint)


def complaint_about_sqlite() -> str:
    """What is wrong with SQLite and how to mend it; empty when nothing is."""
    if connection.vendor != "sqlite":
        return ""
    version = sqlite3.sqlite_version_info
    options = connection.settings_dict.get("OPTIONS", {})
    uses_wal = "journal_mode=wal" in str(options.get("init_command", "")).replace(" ", "").lower()
    if not uses_wal or is_safe_in_wal_mode(version):
        return ""
    found = ".".join(str(number) for number in version)
    # Said before Django is set up, so in the language of the command line.
    complaint = _(
        "SQLite %s can corrupt a database that several processes write in WAL mode. Ways "
        "out: pip install --force-reinstall pysqlite3 (it brings a safe SQLite along); or SQLite "
        "3.51.3 or newer (3.50.7 and 3.44.6 are safe too); or PostgreSQL: "
        "LEJEK_DATABASE_URL=postgresql://user@host/name; or, slower, LEJEK_SQLITE_JOURNAL=truncate"
    )
    return complaint % found


def is_safe_in_wal_mode(version: tuple[int, ...]) -> bool:
    """Whether this SQLite may write in WAL mode from several connections."""
    return version >= SAFE_VERSION or any(
        version[:2] == fixed[:2] and version >= fixed for fixed in BACKPORTED
    )
