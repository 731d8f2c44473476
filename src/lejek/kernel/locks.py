"""Locks for what only one may do at a time, in whichever process."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.db import DatabaseError, connection


def hold_others_back(lock: int) -> None:
    """Let nobody else pass here until this transaction ends, as SQLite does by itself.

    What is read afterwards holds what the one before has written.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])


@contextmanager
def one_at_a_time(lock: int, file: Path) -> Iterator[None]:
    """Wait until nobody else is inside, and keep others out through many transactions.

    The lock goes with its holder: with the connection to PostgreSQL; with the process that has the
    file open on SQLite, which is on one machine anyway.
    """
    if connection.vendor != "postgresql":
        with file.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock])
    try:
        yield
    finally:
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
