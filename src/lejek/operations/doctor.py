"""The doctor: what an operator would get wrong, looked at one by one, with how to mend it.

In: the machine, the settings, the database. Out: findings, the worst of which decides.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from lejek.connectors.models import Endpoint
from lejek.connectors.selectors import in_trouble
from lejek.kernel.sqlite_guard import complaint_about_sqlite
from lejek.operations.backup import finished_backups
from lejek.operations.health import (
    WORKER_SILENT,
    figures,
    has_people,
    overdue_schedules,
    unapplied_migrations,
    worker_silent_for,
)
from lejek.people.mail import can_send_mail

_LITTLE_BYTES, _HARDLY_ANY_BYTES = 2 << 30, 200 << 20
_SKEW_SECONDS = 2.0
_OLD_BACKUP_DAYS = 2
_LONG_SECRET = 40


class Grade(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, and how to mend it."""

    grade: Grade
    says: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Finding(Answer):
    """What was looked at, what was found, and how to mend it."""

    subject: str = ""


Look = Callable[[datetime], Answer]


def _ok(says: str) -> Answer:
    return Answer(Grade.OK, says)


def _warn(says: str, mend: str) -> Answer:
    return Answer(Grade.WARN, says, mend)


def _fail(says: str, mend: str) -> Answer:
    return Answer(Grade.FAIL, says, mend)


def examine(now: datetime) -> list[Finding]:
    """Look at everything; a look that itself fails is a finding too.

    The words are those of the active language.
    """
    found: list[Finding] = []
    for subject, look in _LOOKS.items():
        answer = _answer(look, now)
        found.append(Finding(answer.grade, answer.says, answer.mend, _(subject)))
    return found


def _answer(look: Look, now: datetime) -> Answer:
    try:
        return look(now)
    except DatabaseError as error:
        return _without_the_database(error)
    except OSError as error:
        return _fail(str(error), _("mend what the line names"))


def _without_the_database(error: DatabaseError) -> Answer:
    try:
        is_behind = bool(unapplied_migrations())
    except DatabaseError:
        is_behind = False
    if is_behind:
        return _fail(_("cannot be told before the migrations are applied"), "lejek migrate")
    says = _("the database does not answer (%s)") % type(error).__name__
    return _fail(says, _("start it, or look at LEJEK_DATABASE_URL"))


def worst(findings: list[Finding]) -> Grade:
    """The worst grade among findings."""
    grades = {finding.grade for finding in findings}
    return next((grade for grade in (Grade.FAIL, Grade.WARN) if grade in grades), Grade.OK)


def _look_at_home(_now: datetime) -> Answer:
    home: Path = settings.HOME
    try:
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(b"written")
    except OSError as error:
        mend = _("let the account that runs lejek write there, or set LEJEK_HOME (%s)")
        return _fail(_("%s cannot be written") % home, mend % error.strerror)
    if open_to_others := _open_to_others(home):
        says = _("others on this machine may read %s") % ", ".join(open_to_others)
        return _warn(says, f"chmod -R go-rwx {home}")
    return _ok(_("%s can be written, by its owner only") % home)


def _open_to_others(home: Path) -> list[str]:
    """The files with data of people that another account could open."""
    if not stat.S_IMODE(home.stat().st_mode) & 0o011:
        return []
    kept = (*home.glob("*.sqlite3*"), *(home / "backups").glob("*"), *(home / "imports").glob("*"))
    return sorted(path.name for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o044)


def _look_at_disk(_now: datetime) -> Answer:
    free = shutil.disk_usage(settings.HOME).free
    given = {"gibibytes": number_format(free / (1 << 30), 1), "home": settings.HOME}
    says = _("%(gibibytes)s GiB free under %(home)s") % given
    mend = _("free some space, or move the data: LEJEK_HOME")
    if free < _HARDLY_ANY_BYTES:
        return _fail(says, mend)
    if free < _LITTLE_BYTES:
        return _warn(says, mend)
    return _ok(says)


def _look_at_clock(_now: datetime) -> Answer:
    """Against the clocks that one can reach: the disk's, and the database server's."""
    mend = _("set the clock, and run a time service such as systemd-timesyncd")
    skew = _skew_of_the_disk()
    if abs(skew) > _SKEW_SECONDS:
        return _warn(_("the disk's clock differs by %+.0f s") % skew, mend)
    skew = _skew_of_the_server()
    if abs(skew) > _SKEW_SECONDS:
        return _fail(_("the database server's clock differs by %+.0f s") % skew, mend)
    if time.time() < Path(__file__).stat().st_mtime - 86_400:
        return _fail(_("the clock is behind the day on which lejek was installed"), mend)
    return _ok(_("agrees with the others within %.0f s") % _SKEW_SECONDS)


def _skew_of_the_disk() -> float:
    return _skew(_clock_of_the_disk)


def _skew_of_the_server() -> float:
    return _skew(_clock_of_the_server) if connection.vendor == "postgresql" else 0.0


def _skew(ask: Callable[[], float]) -> float:
    """How far a clock is from ours, whichever moment it told while it was being asked."""
    before = time.time()
    told = ask()
    return told - min(max(told, before), time.time())


def _clock_of_the_disk() -> float:
    """A file's time is given by the disk's machine: on a network disk, by another clock."""
    with tempfile.NamedTemporaryFile(dir=settings.HOME) as file:
        return Path(file.name).stat().st_mtime


def _clock_of_the_server() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::double precision")
        return float(cursor.fetchone()[0])


def _look_at_secret_key(_now: datetime) -> Answer:
    make = _("this makes one: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'")
    if os.environ.get("LEJEK_SECRET_KEY"):
        if _is_weak(settings.SECRET_KEY):
            return _fail(_("LEJEK_SECRET_KEY can be guessed"), make)
        return _ok(_("comes from LEJEK_SECRET_KEY"))
    kept: Path = settings.HOME / "secret-key"
    if stat.S_IMODE(kept.stat().st_mode) & 0o077:
        says = _("others on this machine may read %s") % kept
        return _fail(says, _("rm %s, then start lejek: it makes a new one") % kept)
    if _is_weak(kept.read_text().strip()):
        says = _("what is in %s can be guessed") % kept
        return _fail(says, _("rm %s, then start lejek: it makes a new one") % kept)
    return _ok(_("%s, for its owner only") % kept)


def _is_weak(secret: str) -> bool:
    return len(secret) < _LONG_SECRET or len(set(secret)) < _LONG_SECRET // 4


def _look_at_database(_now: datetime) -> Answer:
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute("SHOW server_version")
            return _ok(f"PostgreSQL {cursor.fetchone()[0]}")
        if complaint := complaint_about_sqlite():
            return _fail(_("unsafe SQLite"), complaint)
        cursor.execute("SELECT sqlite_version()")
        version = cursor.fetchone()[0]
        cursor.execute("PRAGMA journal_mode")
        journal = cursor.fetchone()[0]
        cursor.execute("PRAGMA synchronous")
        if cursor.fetchone()[0] < 2:
            says = _("what was confirmed may be lost")
            return _fail(says, _("leave PRAGMA synchronous at FULL"))
    if kind := _network_disk(Path(connection.settings_dict["NAME"])):
        mend = _("put the SQLite file on a local disk, or use PostgreSQL: LEJEK_DATABASE_URL")
        return _fail(_("the SQLite file lies on %s") % kind, mend)
    return _ok(f"SQLite {version}, journal {journal}")


def _network_disk(path: Path) -> str:
    """The kind of the network file system that a path lies on; empty for a local one."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return ""
    best, kind = "", ""
    for line in mounts.read_text().splitlines():
        _device, point, found, *_rest = line.split()
        if path.resolve().is_relative_to(point) and len(point) >= len(best):
            best, kind = point, found
    return kind if kind.startswith(("nfs", "cifs", "smb", "fuse.sshfs", "9p")) else ""


def _look_at_migrations(_now: datetime) -> Answer:
    missing = unapplied_migrations()
    if not missing:
        return _ok(_("all applied"))
    says = _("not applied: %(n)d, such as %(first)s") % {"n": len(missing), "first": missing[0]}
    is_new = not connection.introspection.table_names()
    return _fail(says, "lejek migrate" if is_new else _("lejek backup, then lejek migrate"))


def _look_at_users(_now: datetime) -> Answer:
    if has_people():
        return _ok(_("somebody can sign in"))
    return _warn(_("nobody can sign in yet"), "lejek create-user you@example.com")


def _look_at_worker(now: datetime) -> Answer:
    silent = worker_silent_for(now)
    mend = _("start lejek serve, or lejek worker beside your own web server")
    if silent is None:
        return _fail(_("none is running: nothing is scored or sent"), mend)
    if silent > WORKER_SILENT:
        says = _("the last sign of life was %.0f s ago") % silent.total_seconds()
        return _fail(says, mend)
    return _ok(_("alive"))


def _look_at_jobs(now: datetime) -> Answer:
    found = figures(now)
    n_dead, n_events = found.jobs["dead"], found.n_events_dead
    if n_dead or n_events:
        counts = {"jobs": n_dead, "events": n_events}
        says = _("failed for good: jobs %(jobs)d, events %(events)d") % counts
        return _warn(says, _("look at them under /settings/jobs/, then try again or discard"))
    waits = max(found.oldest_event_seconds, found.oldest_job_seconds, found.oldest_lead_seconds)
    if waits > 300:
        mend = _("see that the worker runs; if it does, look at its log")
        return _warn(_("something has waited for %.0f s") % waits, mend)
    return _ok(_("waiting: %d, dead: 0") % found.jobs["ready"])


def _look_at_schedules(now: datetime) -> Answer:
    late = overdue_schedules(now)
    if late:
        says = _("late: %s") % ", ".join(schedule.name for schedule in late)
        return _warn(says, _("see that a worker runs"))
    zone = _zone_of_the_model()
    if zone not in ("", settings.TIME_ZONE):
        given = {"zone": zone, "ours": settings.TIME_ZONE}
        says = _("a day of the scoring model begins in %(zone)s, the nightly run in %(ours)s")
        mend = _("set LEJEK_TIME_ZONE=%(zone)s, or time_zone: %(ours)s in the model; then restart")
        return _warn(says % given, mend % given)
    return _ok(_("none is late"))


def _zone_of_the_model() -> str:
    """The time zone in which the active model counts days; empty without one."""
    from lejek.scoring import selectors, versions  # noqa: PLC0415 - they bring the engines along

    active = selectors.active_or_none()
    return "" if active is None else str(versions.ready(active).model.time_zone)


def _look_at_mail(_now: datetime) -> Answer:
    backend = settings.EMAIL_BACKEND
    if settings.DEMO or backend.endswith((".locmem.EmailBackend", ".dummy.EmailBackend")):
        return _ok(_("none is sent here"))
    if not can_send_mail() or backend.endswith(
        (".console.EmailBackend", ".filebased.EmailBackend")
    ):
        mend = _(
            "set LEJEK_EMAIL_HOST, so that people can set their passwords by a link; without it "
            "an administrator shows the link: /settings/users/"
        )
        return _warn(_("no mail leaves this machine"), mend)
    try:
        get_connection(timeout=5).open()
    except (OSError, SMTPException) as error:
        mend = _("check LEJEK_EMAIL_HOST, LEJEK_EMAIL_PORT, LEJEK_EMAIL_USER")
        return _fail(_("the mail server does not answer: %s") % error, mend)
    return _ok(_("%s answers") % settings.EMAIL_HOST)


def _look_at_webhooks(_now: datetime) -> Answer:
    if not Endpoint.objects.exists():
        return _ok(_("there are none"))
    if troubled := [str(each) for each in in_trouble()]:
        mend = _("look at the answers under /settings/webhooks/")
        return _warn(_("nothing arrives: %s") % ", ".join(troubled), mend)
    return _ok(_("messages arrive"))


def _look_at_addresses(_now: datetime) -> Answer:
    hosts = set(settings.ALLOWED_HOSTS)
    if "*" in hosts:
        mend = _("name them: LEJEK_HOSTS=leads.example.com")
        return _warn(_("any host name is answered"), mend)
    if settings.SESSION_COOKIE_SECURE and not settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        says = _("everybody behind the proxy seems to come from one address")
        return _warn(says, _("say how many proxies are in front: LEJEK_PROXIES=1"))
    is_local = hosts <= {"localhost", "127.0.0.1", "[::1]"}
    if not is_local and not settings.SESSION_COOKIE_SECURE:
        mend = _("serve over HTTPS and set LEJEK_HTTPS=1")
        return _warn(_("cookies travel without HTTPS"), mend)
    if settings.DEBUG:
        return _fail(_("errors show the inside of the product"), _("unset LEJEK_DEBUG"))
    return _ok(", ".join(sorted(hosts)))


def _look_at_backups(now: datetime) -> Answer:
    folder = settings.HOME / "backups"
    if settings.DEMO:
        return _ok(_("a demo needs none"))
    made = finished_backups(folder)
    if not made:
        mend = _("run lejek backup every night, and keep a copy on another machine")
        return _warn(_("none under %s") % folder, mend)
    age = timedelta(seconds=now.timestamp() - made[-1].stat().st_mtime)
    if age > timedelta(days=_OLD_BACKUP_DAYS):
        says = ngettext("the newest is %d day old", "the newest is %d days old", age.days) % (
            age.days,
        )
        return _warn(says, "lejek backup")
    return _ok(_("newest: %s") % made[-1].name)


_LOOKS: Mapping[str, Look] = {
    gettext_noop("home"): _look_at_home,
    gettext_noop("disk"): _look_at_disk,
    gettext_noop("clock"): _look_at_clock,
    gettext_noop("signing key"): _look_at_secret_key,
    gettext_noop("database"): _look_at_database,
    gettext_noop("migrations"): _look_at_migrations,
    gettext_noop("users"): _look_at_users,
    gettext_noop("worker"): _look_at_worker,
    gettext_noop("jobs"): _look_at_jobs,
    gettext_noop("schedules"): _look_at_schedules,
    gettext_noop("mail"): _look_at_mail,
    gettext_noop("webhooks"): _look_at_webhooks,
    gettext_noop("addresses"): _look_at_addresses,
    gettext_noop("backups"): _look_at_backups,
}
