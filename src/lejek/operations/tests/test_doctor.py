"""The doctor: what it finds, and that it says how to mend it."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.utils import translation

from lejek.kernel import clock, jobs
from lejek.kernel.models import Event, Heartbeat, Job, Schedule
from lejek.kernel.sqlite_guard import refuse_unsafe_sqlite
from lejek.operations import doctor
from lejek.operations.backup import Manifest, manifest_path
from lejek.operations.doctor import Grade
from lejek.people.models import Role, User
from lejek.scoring.tests.builders import published

pytestmark = pytest.mark.django_db


def found(subject: str, now: datetime | None = None) -> doctor.Finding:
    findings = doctor.examine(now or clock.now())
    return next(each for each in findings if each.subject == subject)


@pytest.fixture(autouse=True)
def sound(settings: Any, home: Path) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]  # Django adds one of its own for tests
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Heartbeat.objects.create(process="w", role="worker", beat_at=clock.now())
    Schedule.objects.update(next_at=clock.now() + timedelta(hours=1))
    User.objects.create_user("admin@example.com", None, name="Adam", role=Role.ADMINISTRATOR)
    (home / "backups").mkdir()
    back_up(home / "backups" / "lejek-20260301-020000.sqlite3")


def back_up(target: Path) -> None:
    """A backup as the doctor sees it: its two files."""
    made = Manifest(clock.now().isoformat(), connection.vendor, "0", "", 4, {}, [])
    target.write_bytes(b"rows")
    manifest_path(target).write_text(json.dumps(asdict(made)))


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
    now = clock.now()
    Heartbeat.objects.update(beat_at=now - timedelta(minutes=3))
    assert found("worker", now).grade is Grade.FAIL
    assert "180 s ago" in found("worker", now).says


def test_a_key_that_others_may_read(home: Path) -> None:
    (home / "secret-key").chmod(0o644)
    assert found("signing key").grade is Grade.FAIL
    assert "makes a new one" in found("signing key").mend


def test_dead_jobs_and_events() -> None:
    jobs.enqueue("some.task", now=clock.now())
    Job.objects.update(status=Job.Status.DEAD)
    Event.objects.create(name="x", content={}, happened_at=clock.now(), dead_at=clock.now())
    assert found("jobs").says == "failed for good: jobs 1, events 1"


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


def test_a_model_whose_days_begin_elsewhere_than_the_nightly_run(settings: Any) -> None:
    published(now=clock.now())
    assert found("schedules").grade is Grade.OK
    settings.TIME_ZONE = "Europe/Lisbon"
    assert "in Europe/Warsaw, the nightly run in Europe/Lisbon" in found("schedules").says
    assert "LEJEK_TIME_ZONE=Europe/Warsaw" in found("schedules").mend


def test_cookies_by_https_with_no_proxy_named(settings: Any) -> None:
    settings.ALLOWED_HOSTS, settings.SESSION_COOKIE_SECURE = ["leads.example.com"], True
    assert "LEJEK_PROXIES=1" in found("addresses").mend
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert found("addresses").grade is Grade.OK


def test_no_backup_for_days(home: Path) -> None:
    old = clock.now().timestamp() - 5 * 86_400
    os.utime(home / "backups" / "lejek-20260301-020000.sqlite3", (old, old))
    assert found("backups").says == "the newest is 5 days old"


@pytest.mark.parametrize("left", ["unfinished", "without a manifest", "cut off"])
def test_what_never_became_a_backup_does_not_count(home: Path, left: str) -> None:
    folder = home / "backups"
    old = clock.now().timestamp() - 5 * 86_400
    os.utime(folder / "lejek-20260301-020000.sqlite3", (old, old))
    newer = folder / "lejek-20260306-020000.sqlite3"
    back_up(newer)
    assert found("backups").grade is Grade.OK
    if left == "unfinished":
        newer.rename(newer.with_name(newer.name + ".unfinished"))
    elif left == "without a manifest":
        manifest_path(newer).unlink()
    else:
        newer.write_bytes(b"ro")
    assert found("backups").says == "the newest is 5 days old"


def test_cookies_without_https(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["leads.example.com"]
    assert "LEJEK_HTTPS" in found("addresses").mend


@pytest.mark.parametrize(
    "secret", ["short", "a" * 64, "ab" * 40], ids=["short", "one letter", "two letters"]
)
def test_a_key_that_can_be_guessed(
    home: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    (home / "secret-key").write_text(secret)
    assert "can be guessed" in found("signing key").says
    (home / "secret-key").unlink()
    monkeypatch.setenv("LEJEK_SECRET_KEY", secret)
    settings.SECRET_KEY = secret
    assert found("signing key").grade is Grade.FAIL
    assert "token_urlsafe" in found("signing key").mend


def test_files_with_data_that_others_may_read(home: Path) -> None:
    home.chmod(0o755)
    (home / "lejek.sqlite3").touch()
    (home / "lejek.sqlite3").chmod(0o644)
    assert "lejek.sqlite3" in found("home").says
    assert found("home").mend == f"chmod -R go-rwx {home}"
    home.chmod(0o700)
    assert found("home").grade is Grade.OK


def told_by(tell: Callable[[], float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the doctor alone go by another clock; whatever else runs keeps its own."""
    monkeypatch.setattr("lejek.operations.doctor.time", SimpleNamespace(time=tell))


@pytest.mark.parametrize("seconds", [-90, 90])
def test_a_clock_that_differs_from_the_disks(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    told_by(lambda: time.time() + seconds, monkeypatch)
    clock = found("clock")
    assert clock.grade is Grade.WARN
    told = re.search(r"differs by ([+-]\d+) s", clock.says)
    assert told is not None
    assert abs(int(told[1]) + seconds) < 30, "but for the time that asking took"
    assert "time service" in clock.mend


@pytest.mark.parametrize(("told", "skew"), [(103.0, 0.0), (112.0, 2.0), (95.0, -5.0)])
def test_a_clock_that_takes_long_to_ask_is_not_wrong(
    monkeypatch: pytest.MonkeyPatch, told: float, skew: float
) -> None:
    before_and_after = iter([100.0, 110.0])
    told_by(lambda: next(before_and_after), monkeypatch)
    assert doctor._skew(lambda: told) == skew


def test_a_clock_that_differs_from_the_database_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lejek.operations.doctor._skew_of_the_server", lambda: 3600.0)
    assert found("clock").grade is Grade.FAIL


def test_a_clock_before_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    told_by(lambda: 1_000_000_000.0, monkeypatch)
    monkeypatch.setattr("lejek.operations.doctor._skew_of_the_disk", lambda: 0.0)
    monkeypatch.setattr("lejek.operations.doctor._skew_of_the_server", lambda: 0.0)
    assert "behind the day" in found("clock").says


def test_an_old_sqlite_is_found_and_refused_at_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        assert "PostgreSQL" in found("database").says
        return
    monkeypatch.setattr("lejek.kernel.sqlite_guard.sqlite3.sqlite_version_info", (3, 40, 1))
    assert found("database").grade is Grade.FAIL
    assert "pysqlite3" in found("database").mend
    with pytest.raises(ImproperlyConfigured, match=r"3\.40\.1"):
        refuse_unsafe_sqlite()


def test_nobody_who_could_sign_in() -> None:
    User.objects.update(is_active=False)
    assert "create-user" in found("users").mend


def test_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("connection refused")

    for name in ("unapplied_migrations", "worker_silent_for", "figures", "has_people"):
        monkeypatch.setattr(f"lejek.operations.doctor.{name}", away)
    assert found("worker").grade is Grade.FAIL
    assert "LEJEK_DATABASE_URL" in found("worker").mend


def test_a_database_without_tables_asks_for_migrations_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_such_table(*_: object) -> None:
        raise OperationalError("no such table: kernel_heartbeat")

    monkeypatch.setattr("lejek.operations.doctor.unapplied_migrations", lambda: ["kernel.0001_x"])
    monkeypatch.setattr("lejek.operations.doctor.worker_silent_for", no_such_table)
    assert found("worker").mend == "lejek migrate"


def test_the_doctor_speaks_polish() -> None:
    Heartbeat.objects.all().delete()
    with translation.override("pl"):
        worker = found("praca w tle")
    assert worker.says == "nie działa: nic nie jest przeliczane ani wysyłane"
    assert "lejek serve" in worker.mend
