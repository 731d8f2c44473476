"""Locks of the whole database, for what only one may do at a time."""

from __future__ import annotations

from django.db import connection


def hold_others_back(lock: int) -> None:
    """Let nobody else pass here until this transaction ends, as SQLite does by itself.

    What is read afterwards holds what the one before has written.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
