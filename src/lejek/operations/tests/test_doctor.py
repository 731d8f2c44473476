"""The doctor: what it finds, and that it says how to mend it."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lejek.kernel import clock, jobs
from lejek.kernel.models import Event, Heartbeat, Job, Schedule
from lejek.operations import doctor
from lejek.operations.doctor import Grade

pytestmark = pytest.mark.django_db


def found(subject: str) -> doctor.Finding:
    return next(each for each in doctor.examine(clock.now()) if each.subject == subject)


@pytest.fixture(autouse=True)
def sound(settings: Any, home: Path) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]  # Django adds one of its own for tests
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Heartbeat.objects.create(process="w", role="worker", beat_at=clock.now())
    Schedule.objects.update(next_at=clock.now() + timedelta(hours=1))
    (home / "backups").mkdir()
    (home / "backups" / "lejek-20260301-020000.sqlite3").touch()


def test_a_sound_house_has_no_findings() -> None:
    findings = doctor.examine(clock.now())
    assert [each for each in findings if each.grade is not Grade.OK] == []
    assert doctor.worst(findings) is Grade.OK


def test_whatever_is_wrong_comes_with_how_to_mend_it(settings: Any) -> None:
    Heartbeat.objects.all().delete()
    settings.ALLOWED_HOSTS = ["*"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    findings = doctor.examine(clock.now())
    wrong = [each for each in findings if each.grade is not Grade.OK]
    assert {each.subject for each in wrong} == {"worker", "addresses", "mail"}
    assert all(each.mend for each in wrong)
    assert doctor.worst(findings) is Grade.FAIL


def test_a_worker_that_fell_silent() -> None:
    Heartbeat.objects.update(beat_at=clock.now() - timedelta(minutes=3))
    assert found("worker").grade is Grade.FAIL
    assert "180 s ago" in found("worker").says


def test_a_key_that_others_may_read(home: Path) -> None:
    (home / "secret-key").chmod(0o644)
    assert found("secret key").grade is Grade.FAIL
    assert "chmod 600" in found("secret key").mend


def test_dead_jobs_and_events() -> None:
    jobs.enqueue("some.task", now=clock.now())
    Job.objects.update(status=Job.Status.DEAD)
    Event.objects.create(name="x", content={}, happened_at=clock.now(), dead_at=clock.now())
    assert found("jobs").says == "1 jobs and 1 events failed for good"


def test_a_disk_that_is_nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "lejek.operations.doctor.shutil.disk_usage",
        lambda _path: type("Usage", (), {"free": 100 << 20})(),
    )
    assert found("disk").grade is Grade.FAIL


def test_a_home_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**options: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("lejek.operations.doctor.tempfile.TemporaryFile", refuse)
    assert found("home").grade is Grade.FAIL
    assert "LEJEK_HOME" in found("home").mend


def test_a_mail_server_that_does_not_answer(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert found("mail").grade is Grade.FAIL


def test_migrations_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lejek.operations.doctor.unapplied_migrations", lambda: ["kernel.0009_x"])
    assert found("migrations").grade is Grade.FAIL
    assert "kernel.0009_x" in found("migrations").says


def test_schedules_that_are_late() -> None:
    Schedule.objects.update(next_at=clock.now() - timedelta(hours=1))
    assert found("schedules").grade is Grade.WARN


def test_no_backup_for_days(home: Path) -> None:
    old = clock.now().timestamp() - 5 * 86_400
    os.utime(home / "backups" / "lejek-20260301-020000.sqlite3", (old, old))
    assert found("backups").says == "the newest is 5 days old"


def test_cookies_without_https(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["leads.example.com"]
    assert "LEJEK_HTTPS" in found("addresses").mend
