"""An empty database for processes that a test starts, of the kind that the tests run on."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

SERVER = os.environ.get("LEJEK_TEST_DATABASE_URL", "")
"""Where tests make databases; empty while they run on SQLite."""


@contextmanager
def own_database() -> Iterator[str]:
    """Its address, for LEJEK_DATABASE_URL; empty on SQLite, which every home has of its own."""
    if not SERVER:
        yield ""
        return
    import psycopg

    name = f"own_{uuid.uuid4().hex}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{SERVER.rsplit('/', 1)[0]}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
