"""What an operator has at hand opens the database too: SQLite as it comes with Python or Debian."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.embedded
def test_a_usual_sqlite_reads_the_columns_that_the_store_makes(tmp_path: Path) -> None:
    environment = {**os.environ, "LEJEK_HOME": str(tmp_path)}
    environment.pop("LEJEK_DATABASE_URL", None)
    command = [sys.executable, "-m", "lejek", "migrate"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    with sqlite3.connect(tmp_path / "lejek.sqlite3") as connection:
        for table in ("identity_contact", "identity_company"):
            assert connection.execute(f"SELECT search_key FROM {table}").fetchall() == []
