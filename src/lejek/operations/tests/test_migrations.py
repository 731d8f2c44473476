"""A database of the first version is brought up to date with all that is in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lejek.kernel.tests.stores import own_database


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An empty database of the kind that the tests run on."""
    with own_database() as address:
        yield os.environ | {
            "DJANGO_SETTINGS_MODULE": "lejek.config.settings",
            "LEJEK_HOME": str(tmp_path),
            "LEJEK_DATABASE_URL": address,
            "LEJEK_LANGUAGE": "en",
            "LEJEK_LOG_LEVEL": "ERROR",
        }


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_rows_of_the_first_version_are_all_there_after_the_upgrade(
    environment: dict[str, str],
) -> None:
    ended = run(environment, "lejek.operations.tests.upgradable")
    assert ended.returncode == 0, ended.stderr[-3000:]
    said = json.loads(ended.stdout)
    assert len(said["made"]) > 20
    assert min(said["made"].values()) > 0
    lost = {
        table: (n_made, said["found"].get(table))
        for table, n_made in said["made"].items()
        if said["found"].get(table, n_made) < n_made
    }
    assert lost == {}


@pytest.mark.slow
def test_a_fresh_database_is_complete_and_a_second_time_changes_nothing(
    environment: dict[str, str],
) -> None:
    for _ in range(2):
        ended = run(environment, "lejek", "migrate")
        assert (ended.returncode, ended.stderr) == (0, "")
    examined = run(environment, "lejek", "doctor").stdout
    assert "all applied" in examined


def test_the_migrations_say_what_the_models_say(environment: dict[str, str]) -> None:
    ended = run(environment, "lejek", "manage", "makemigrations", "--check", "--dry-run")
    assert ended.returncode == 0, ended.stdout
