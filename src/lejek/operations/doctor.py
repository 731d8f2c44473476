"""The doctor: what an operator would get wrong, looked at one by one, with how to mend it.

In: the machine, the settings, the database. Out: findings, the worst of which decides.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.core.mail import get_connection
from django.db import DatabaseError, connection

from lejek.kernel.sqlite_guard import complaint_about_sqlite
from lejek.operations.health import (
    WORKER_SILENT,
    figures,
    overdue_schedules,
    unapplied_migrations,
    worker_silent_for,
)

_LITTLE_BYTES, _HARDLY_ANY_BYTES = 2 << 30, 200 << 20
_SKEW_SECONDS = 2.0
_OLD_BACKUP_DAYS = 2


class Grade(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was found, and how to mend it."""

    grade: Grade
    subject: str
    says: str
    mend: str = ""


def examine(now: datetime) -> list[Finding]:
    """Look at everything; a look that itself fails is a finding too."""
    found: list[Finding] = []
    for look in _LOOKS:
        try:
            found.append(look(now))
        except DatabaseError as error:
            says = f"the database does not answer ({type(error).__name__})"
            found.append(Finding(Grade.FAIL, _name(look), says, "see the line “database”"))
        except OSError as error:
            found.append(Finding(Grade.FAIL, _name(look), str(error), "mend what the line names"))
    return found


def worst(findings: list[Finding]) -> Grade:
    """The worst grade among findings."""
    grades = {finding.grade for finding in findings}
    return next((grade for grade in (Grade.FAIL, Grade.WARN) if grade in grades), Grade.OK)


def _name(look: Callable[[datetime], Finding]) -> str:
    return look.__name__.removeprefix("_look_at_").replace("_", " ")


def _look_at_home(_now: datetime) -> Finding:
    home: Path = settings.HOME
    try:
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(b"written")
    except OSError as error:
        mend = f"let the account that runs lejek write there, or set LEJEK_HOME ({error.strerror})"
        return Finding(Grade.FAIL, "home", f"{home} cannot be written", mend)
    return Finding(Grade.OK, "home", f"{home} can be written")


def _look_at_disk(_now: datetime) -> Finding:
    free = shutil.disk_usage(settings.HOME).free
    says = f"{free / (1 << 30):.1f} GiB free under {settings.HOME}"
    mend = "free some space, or move the data: LEJEK_HOME"
    if free < _HARDLY_ANY_BYTES:
        return Finding(Grade.FAIL, "disk", says, mend)
    if free < _LITTLE_BYTES:
        return Finding(Grade.WARN, "disk", says, mend)
    return Finding(Grade.OK, "disk", says)


def _look_at_clock(_now: datetime) -> Finding:
    """A file's time is given by the disk's machine: on a network disk, by another clock."""
    with tempfile.NamedTemporaryFile(dir=settings.HOME) as file:
        skew = Path(file.name).stat().st_mtime - time.time()
    if abs(skew) > _SKEW_SECONDS:
        says = f"the disk's clock differs by {skew:+.0f} s"
        return Finding(Grade.WARN, "clock", says, "run a time service, such as systemd-timesyncd")
    if time.time() < Path(__file__).stat().st_mtime - 86_400:
        says = "the clock is behind the day on which lejek was installed"
        return Finding(Grade.FAIL, "clock", says, "set the clock, and run a time service")
    return Finding(Grade.OK, "clock", f"agrees with the disk within {_SKEW_SECONDS:.0f} s")


def _look_at_secret_key(_now: datetime) -> Finding:
    if os.environ.get("LEJEK_SECRET_KEY"):
        is_long = len(settings.SECRET_KEY) >= 40
        if is_long:
            return Finding(Grade.OK, "secret key", "comes from LEJEK_SECRET_KEY")
        mend = "python -c 'import secrets; print(secrets.token_urlsafe(48))' makes one"
        return Finding(Grade.WARN, "secret key", "LEJEK_SECRET_KEY is short", mend)
    kept: Path = settings.HOME / "secret-key"
    mode = stat.S_IMODE(kept.stat().st_mode)
    if mode & 0o077:
        says = f"others on this machine may read {kept} (mode {mode:04o})"
        return Finding(Grade.FAIL, "secret key", says, f"chmod 600 {kept}, then make it anew")
    return Finding(Grade.OK, "secret key", f"{kept}, for its owner only")


def _look_at_database(_now: datetime) -> Finding:
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute("SHOW server_version")
            return Finding(Grade.OK, "database", f"PostgreSQL {cursor.fetchone()[0]}")
        if complaint := complaint_about_sqlite():
            return Finding(Grade.FAIL, "database", "unsafe SQLite", complaint)
        cursor.execute("SELECT sqlite_version()")
        version = cursor.fetchone()[0]
        cursor.execute("PRAGMA journal_mode")
        journal = cursor.fetchone()[0]
        cursor.execute("PRAGMA synchronous")
        if cursor.fetchone()[0] < 2:
            mend = "leave PRAGMA synchronous at FULL"
            return Finding(Grade.FAIL, "database", "what was confirmed may be lost", mend)
    if kind := _network_disk(Path(connection.settings_dict["NAME"])):
        mend = "put the SQLite file on a local disk, or use PostgreSQL: LEJEK_DATABASE_URL"
        return Finding(Grade.FAIL, "database", f"the SQLite file lies on {kind}", mend)
    return Finding(Grade.OK, "database", f"SQLite {version}, journal {journal}")


def _network_disk(path: Path) -> str:
    """The kind of the network file system that a path lies on; empty for a local one."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return ""
    best, kind = "", ""
    for line in mounts.read_text().splitlines():
        _, point, found, *_ = line.split()
        if path.resolve().is_relative_to(point) and len(point) >= len(best):
            best, kind = point, found
    return kind if kind.startswith(("nfs", "cifs", "smb", "fuse.sshfs", "9p")) else ""


def _look_at_migrations(_now: datetime) -> Finding:
    missing = unapplied_migrations()
    if missing:
        says = f"{len(missing)} not applied, such as {missing[0]}"
        return Finding(Grade.FAIL, "migrations", says, "lejek backup, then lejek migrate")
    return Finding(Grade.OK, "migrations", "all applied")


def _look_at_worker(now: datetime) -> Finding:
    silent = worker_silent_for(now)
    mend = "start lejek serve, or lejek worker beside your own web server"
    if silent is None:
        return Finding(Grade.FAIL, "worker", "none is running: nothing is scored or sent", mend)
    if silent > WORKER_SILENT:
        says = f"the last sign of life was {silent.total_seconds():.0f} s ago"
        return Finding(Grade.FAIL, "worker", says, mend)
    return Finding(Grade.OK, "worker", "alive")


def _look_at_jobs(now: datetime) -> Finding:
    found = figures(now)
    n_dead, n_events = found.jobs["dead"], found.n_events_dead
    if n_dead or n_events:
        says = f"{n_dead} jobs and {n_events} events failed for good"
        return Finding(Grade.WARN, "jobs", says, "look at them under /settings/jobs/ and try again")
    waits = max(found.oldest_event_seconds, found.oldest_job_seconds, found.oldest_lead_seconds)
    if waits > 300:
        mend = "see that the worker runs; if it does, look at its log"
        return Finding(Grade.WARN, "jobs", f"something has waited for {waits:.0f} s", mend)
    return Finding(Grade.OK, "jobs", f"{found.jobs['ready']} waiting, none dead")


def _look_at_schedules(now: datetime) -> Finding:
    late = overdue_schedules(now)
    if late:
        says = f"late: {', '.join(schedule.name for schedule in late)}"
        return Finding(Grade.WARN, "schedules", says, "see that a worker runs")
    return Finding(Grade.OK, "schedules", "none is late")


def _look_at_mail(_now: datetime) -> Finding:
    backend = settings.EMAIL_BACKEND
    if settings.DEMO or backend.endswith((".locmem.EmailBackend", ".dummy.EmailBackend")):
        return Finding(Grade.OK, "mail", "none is sent here")
    if backend.endswith((".console.EmailBackend", ".filebased.EmailBackend")):
        mend = (
            "set LEJEK_EMAIL_BACKEND=django.core.mail.backends.smtp.EmailBackend and "
            "LEJEK_EMAIL_HOST, so that people can set their passwords"
        )
        return Finding(Grade.WARN, "mail", "no mail leaves this machine", mend)
    try:
        get_connection(timeout=5).open()
    except OSError as error:
        mend = "check LEJEK_EMAIL_HOST, LEJEK_EMAIL_PORT, LEJEK_EMAIL_USER"
        return Finding(Grade.FAIL, "mail", f"the mail server does not answer: {error}", mend)
    return Finding(Grade.OK, "mail", f"{settings.EMAIL_HOST} answers")


def _look_at_addresses(_now: datetime) -> Finding:
    hosts = set(settings.ALLOWED_HOSTS)
    if "*" in hosts:
        mend = "name them: LEJEK_HOSTS=leads.example.com"
        return Finding(Grade.WARN, "addresses", "any host name is answered", mend)
    is_local = hosts <= {"localhost", "127.0.0.1", "[::1]"}
    if not is_local and not settings.SESSION_COOKIE_SECURE:
        mend = "serve over HTTPS and set LEJEK_HTTPS=1"
        return Finding(Grade.WARN, "addresses", "cookies travel without HTTPS", mend)
    return Finding(Grade.OK, "addresses", ", ".join(sorted(hosts)))


def _look_at_backups(now: datetime) -> Finding:
    made = sorted((settings.HOME / "backups").glob("lejek-*[!n]"), key=lambda x: x.stat().st_mtime)
    if settings.DEMO:
        return Finding(Grade.OK, "backups", "a demo needs none")
    if not made:
        mend = "run lejek backup every night, and keep a copy on another machine"
        return Finding(Grade.WARN, "backups", f"none under {settings.HOME / 'backups'}", mend)
    days = (now.timestamp() - made[-1].stat().st_mtime) / 86_400
    if days > _OLD_BACKUP_DAYS:
        return Finding(Grade.WARN, "backups", f"the newest is {days:.0f} days old", "lejek backup")
    return Finding(Grade.OK, "backups", f"newest: {made[-1].name}")


_LOOKS: tuple[Callable[[datetime], Finding], ...] = (
    _look_at_home,
    _look_at_disk,
    _look_at_clock,
    _look_at_secret_key,
    _look_at_database,
    _look_at_migrations,
    _look_at_worker,
    _look_at_jobs,
    _look_at_schedules,
    _look_at_mail,
    _look_at_addresses,
    _look_at_backups,
)
