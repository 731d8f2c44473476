"""What load balancers and monitoring are told."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from lejek.kernel import clock, events, jobs
from lejek.kernel.models import Heartbeat
from lejek.operations.health import has_living_worker
from lejek.people.models import User
from lejek.people.services import make_api_key

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time passes."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


def beat(seconds_ago: float) -> None:
    at = clock.now() - timedelta(seconds=seconds_ago)
    Heartbeat.objects.create(process="w", role="worker", beat_at=at)


def test_the_process_is_alive_whatever_the_database_does(client: Client) -> None:
    answer = client.get("/health/livez")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_it_is_ready_with_a_living_worker(client: Client, db: None) -> None:
    beat(1)
    answer = client.get("/health/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("prepare", "says"),
    [(lambda: None, "none has ever run"), (lambda: beat(95), "silent for 95 s")],
    ids=["never", "no longer"],
)
def test_it_is_not_ready_without_a_living_worker(
    client: Client, db: None, still: None, prepare: Callable[[], None], says: str
) -> None:
    prepare()
    answer = client.get("/health/readyz")
    assert answer.status_code == 503
    assert says in answer.json()["checks"]["worker"]["says"]


def test_it_is_not_ready_with_a_migration_missing(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lejek.operations.health.unapplied_migrations", lambda: ["kernel.0009_x"])
    answer = client.get("/health/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == {
        "ok": False,
        "says": "1 to apply: lejek migrate",
    }


def test_it_is_not_ready_without_its_database(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("host=db.example.com password=hunter2")

    monkeypatch.setattr("lejek.operations.health.unapplied_migrations", away)
    answer = client.get("/health/readyz")
    assert answer.status_code == 503
    assert b"hunter2" not in answer.content


def test_figures_come_from_the_database(client: Client, db: None, still: None) -> None:
    jobs.enqueue("some.task", {"email": "jan@example.com"}, now=NOW - timedelta(seconds=60))
    events.emit("said", {"email": "jan@example.com"}, now=NOW - timedelta(seconds=30))
    text = client.get("/health/metrics").content.decode()
    figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[:1] != "#")
    assert figures['lejek_jobs{status="ready"}'] == "1.0"
    assert figures['lejek_jobs{status="dead"}'] == "0.0"
    assert figures["lejek_events_waiting"] == "1.0"
    assert figures["lejek_oldest_job_seconds"] == "60.0"
    assert figures["lejek_oldest_event_seconds"] == "30.0"
    assert figures["lejek_worker_silent_seconds"] == "NaN"
    assert "jan" not in text


def test_figures_are_for_this_machine_or_for_who_brings_a_key(
    client: Client, administrator: User
) -> None:
    far: Any = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/health/metrics", **far).status_code == 401
    proxied: Any = {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}
    assert client.get("/health/metrics", **proxied).status_code == 401
    _, secret = make_api_key(
        name="monitoring", scopes=["leads:read"], user=administrator, now=clock.now()
    )
    assert (
        client.get("/health/metrics", HTTP_AUTHORIZATION=f"Bearer {secret}", **far).status_code
        == 200
    )
    assert client.get("/health/metrics", HTTP_AUTHORIZATION="Bearer no", **far).status_code == 401


def test_asking_changes_nothing(client: Client, db: None) -> None:
    assert client.post("/health/readyz").status_code == 405
    client.get("/health/readyz")
    assert not client.cookies


def test_a_worker_of_this_machine_that_was_killed_is_known_to_be_gone(db: None) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    machine = socket.gethostname()[:60]
    now = clock.now()
    Heartbeat.objects.create(process=f"{machine}:{ended.pid}", role="worker", beat_at=now)
    assert not has_living_worker(now)
    Heartbeat.objects.create(process=f"{machine}:{os.getpid()}", role="worker", beat_at=now)
    assert has_living_worker(now)
    Heartbeat.objects.all().delete()
    Heartbeat.objects.create(process="another-machine:1", role="worker", beat_at=now)
    assert has_living_worker(now)
    assert not has_living_worker(now + timedelta(seconds=31))
