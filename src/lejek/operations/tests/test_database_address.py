"""The address of a PostgreSQL server: nothing of it is lost on the way to whoever connects."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from lejek.config.environment import database
from lejek.operations import backup
from lejek.scoring import runs

ADDRESS = "postgresql://ewa:ta%40jne@db.example:5433/leady?sslmode=verify-full&connect_timeout=3"


def settings_of(address: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("LEJEK_DATABASE_URL", address)
    return database("LEJEK_DATABASE_URL", home=Path("nowhere"))


def connect_with(given: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    connection = SimpleNamespace(vendor="postgresql", settings_dict=given)
    monkeypatch.setattr(runs, "connection", connection)
    monkeypatch.setattr(backup, "connection", connection)


def test_options_reach_django_the_batch_and_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    given = settings_of(ADDRESS, monkeypatch)
    assert given["OPTIONS"]["sslmode"] == "verify-full"
    assert given["OPTIONS"]["connect_timeout"] == "3"
    connect_with(given, monkeypatch)
    assert runs.database_address()["place"] == ADDRESS
    seen: dict[str, Any] = {}

    def started(command: list[str], **how: Any) -> subprocess.CompletedProcess[str]:
        seen.update(how["env"])
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", started)
    backup._run(["pg_dump"], "")
    assert (seen["PGHOST"], seen["PGPASSWORD"]) == ("db.example", "ta@jne")
    assert (seen["PGSSLMODE"], seen["PGCONNECT_TIMEOUT"]) == ("verify-full", "3")


def test_a_folder_of_sockets_is_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "postgresql://ewa@/leady?host=%2Frun%2Fpostgresql"
    given = settings_of(address, monkeypatch)
    assert given["HOST"] == "/run/postgresql"
    connect_with(given, monkeypatch)
    assert runs.database_address()["place"] == address


@pytest.mark.parametrize("option", ["sslmod=require", "options=-c%20jit%3Don", "dbname=x"])
def test_an_option_that_is_none_is_refused_with_those_that_are(
    option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        settings_of(f"postgresql://ewa:tajne@db.example/leady?{option}", monkeypatch)
    said = str(refused.value)
    assert option.partition("=")[0] in said
    assert "sslmode" in said
    assert "tajne" not in said
