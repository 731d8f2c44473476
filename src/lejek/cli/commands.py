"""What each command does: it asks one function of the product, and says what came of it."""

from __future__ import annotations

import argparse
import errno
import getpass
import os
import signal
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from gettext import gettext as _
from gettext import ngettext

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils.formats import number_format

from lejek import wiring
from lejek.cli import demo
from lejek.cli.complaints import told
from lejek.kernel import clock
from lejek.kernel.worker import Worker, run_waiting
from lejek.operations import backup, doctor, serving
from lejek.operations.health import has_living_worker, has_people, unapplied_migrations

DONE, REFUSED, MISUSED = 0, 1, 2

Command = Callable[[argparse.Namespace], int]


def say(line: str) -> None:
    """A line for whoever sits at the terminal."""
    print(line, flush=True)


def complain(line: str) -> int:
    """Say what is wrong; the exit code for it."""
    print(f"lejek: {line}", file=sys.stderr, flush=True)
    return REFUSED


def needs_tables(command: Command) -> Command:
    """The command, refused while the database is not up to date."""

    @wraps(command)
    def checked(asked: argparse.Namespace) -> int:
        missing = unapplied_migrations()
        return complain(_behind(len(missing))) if missing else command(asked)

    return checked


def _behind(n_missing: int) -> str:
    return ngettext(
        "the database misses %d migration; run: lejek migrate",
        "the database misses %d migrations; run: lejek migrate",
        n_missing,
    ) % (n_missing,)


def migrate(_asked: argparse.Namespace) -> int:
    """Bring the database up to date, and say what to do next."""
    _migrate()
    if has_people():
        say(_("Up to date. lejek serve serves it."))
    else:
        say(_("Up to date. Next, the first administrator: lejek create-user you@example.com"))
    return DONE


def _migrate() -> None:
    say(_("Bringing the database up to date ..."))
    call_command("createcachetable", verbosity=0)
    call_command("migrate", interactive=False, verbosity=0)


def serve(asked: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    return _serve(asked, lambda: None)


def _serve(asked: argparse.Namespace, on_up: Callable[[], None]) -> int:
    if asked.migrate:
        _migrate()
    elif missing := unapplied_migrations():
        return complain(_behind(len(missing)))
    if settings.DEMO and asked.host not in demo.LOOPBACK:
        return complain(
            _("the demo listens on this machine only; unset LEJEK_DEMO to serve others")
        )
    if error := serving.refusal(asked.host, asked.port):
        return complain(_cannot_listen(asked, error))
    call_command("collectstatic", interactive=False, verbosity=0)

    def announce() -> None:
        address = serving.address(asked.host, asked.port)
        say(_("Lejek is at %s - Ctrl-C stops it.") % address)
        if not has_people():
            say(_("Nobody can sign in yet: lejek create-user you@example.com"))
        on_up()

    is_clean = serving.serve(
        asked.host, asked.port, say, on_up=announce, with_worker=not asked.no_worker
    )
    say(_("Stopped."))
    return DONE if is_clean else REFUSED


def _cannot_listen(asked: argparse.Namespace, error: OSError) -> str:
    place = {"host": asked.host, "port": asked.port}
    if error.errno == errno.EADDRINUSE:
        return _("something listens at %(host)s:%(port)d already; name another --port") % place
    if error.errno == errno.EACCES:
        return _("this account may not listen at port %(port)d; name one from 1024 on") % place
    return _("%(host)s is no address of this machine; name another --host") % place


@needs_tables
def work(asked: argparse.Namespace) -> int:
    """Work until told to stop."""
    if asked.once:
        turns = [*wiring.turns().values(), *wiring.turns_apart().values()]
        run_waiting(wiring.handlers(), turns)
        return DONE
    worker = Worker(wiring.handlers(), wiring.turns(), wiring.turns_apart())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: worker.stop.set())
    if worker.run():
        return DONE
    # A job was given back unfinished; its thread must not go on.
    sys.stdout.flush()
    os._exit(DONE)


def show_demo(asked: argparse.Namespace) -> int:
    """Prepare the demo, and serve it."""
    error = None if asked.no_serve else serving.refusal(asked.host, asked.port)
    if error is not None:
        return complain(_cannot_listen(asked, error))
    if asked.reset:
        if _is_being_used():
            return complain(_("the demo is running; stop it before it is made anew"))
        connection.close()
        demo.throw_away(settings.HOME)
    _migrate()
    demo.load_when_empty(asked.leads, say)
    if asked.no_serve:
        say(_("The demo is ready in %s; lejek demo serves it.") % settings.HOME)
        return DONE
    say("")
    say(_("This is a demo: everybody in it is made up, and only this machine can reach it."))
    say(_("You are signed in already; the bar at the top switches between three roles."))
    say("")

    def open_browser() -> None:
        if not asked.no_browser:
            demo.open_browser(serving.address(asked.host, asked.port))

    wish = argparse.Namespace(host=asked.host, port=asked.port, migrate=False, no_worker=False)
    return _serve(wish, open_browser)


@needs_tables
def create_user(asked: argparse.Namespace) -> int:
    """Make a user with a password."""
    from lejek.people.models import User  # noqa: PLC0415 - below Django's setup
    from lejek.people.services import Refused, add_user  # noqa: PLC0415

    try:
        validate_email(asked.email)
    except ValidationError:
        return complain(_("%s is no e-mail address") % asked.email)
    if User.objects.filter(email__iexact=asked.email).exists():
        return complain(_("%s is a user already") % asked.email)
    password = _password(from_stdin=asked.password_stdin)
    if password is None:
        return REFUSED
    try:
        validate_password(password)
        with transaction.atomic():
            user = add_user(
                email=asked.email,
                name=asked.name or asked.email.split("@", 1)[0],
                role=asked.role,
                team=None,
                actor=None,
                now=clock.now(),
            )
            user.set_password(password)
            user.save(update_fields=["password"])
    except ValidationError as error:
        return complain(" ".join(error.messages))
    except Refused as error:
        return complain(str(error))
    who = {"email": user.email, "role": user.get_role_display()}
    say(_("%(email)s can sign in (%(role)s). lejek serve serves the pages.") % who)
    return DONE


def _password(*, from_stdin: bool) -> str | None:
    """The password that is typed; None, with a complaint, when there is none."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        complain(_("nobody is here to type a password; give it with --password-stdin"))
        return None
    first = getpass.getpass(_("Password: "))
    if first != getpass.getpass(_("Once more: ")):
        complain(_("the two passwords differ"))
        return None
    return first


@needs_tables
def take_in(asked: argparse.Namespace) -> int:
    """Take a file in, and say what became of its rows."""
    from lejek.cli import taking_in  # noqa: PLC0415 - it brings spreadsheets along

    if asked.file.is_dir():
        return complain(_("%s is a folder; name a CSV or XLSX file") % asked.file)
    if not asked.file.is_file():
        return complain(_("there is no file %s") % asked.file)
    try:
        done = taking_in.take_in_file(asked, now=clock.now())
    except taking_in.Refused as error:
        return complain(f"{asked.file}: {error}")
    for line in taking_in.told(done, is_rehearsal=asked.dry_run):
        say(line)
    return DONE


@needs_tables
def rescore(_asked: argparse.Namespace) -> int:
    """Score everybody, now and in this process."""
    from lejek.scoring.jobs import score_everybody  # noqa: PLC0415 - it brings the engines along

    done = score_everybody(reason="command", now=clock.now())
    if done is None:
        return complain(
            _("no scoring model is published yet; lejek serve, then publish one under /models/")
        )
    say(
        _(
            "Leads scored: %(n_leads)d, with another score than before: %(n_changed)d, "
            "live and batch disagree: %(n_differences)d."
        )
        % done
    )
    return DONE


def examine(_asked: argparse.Namespace) -> int:
    """Say what is wrong, and how to mend it."""
    marks = {doctor.Grade.OK: _("ok"), doctor.Grade.WARN: _("warn"), doctor.Grade.FAIL: _("FAIL")}
    findings = doctor.examine(clock.now())
    mark = max(map(len, marks.values()))
    subject = max(len(finding.subject) for finding in findings)
    for finding in findings:
        say(f"{marks[finding.grade]:<{mark}}  {finding.subject:<{subject}}  {finding.says}")
        if finding.mend:
            say(f"{'':<{mark + subject + 4}}-> {finding.mend}")
    return REFUSED if doctor.worst(findings) is doctor.Grade.FAIL else DONE


def back_up(asked: argparse.Namespace) -> int:
    """Write a backup."""
    now = clock.now()
    target = asked.file or settings.HOME / "backups" / backup.default_name(now)
    try:
        made = backup.make_backup(target, now=now)
    except (backup.BackupFailed, OSError) as error:
        return complain(told(error))
    written = {
        "file": target,
        "mebibytes": number_format(made.n_bytes / (1 << 20), 1),
        "rows": sum(made.rows.values()),
        "manifest": backup.manifest_path(target).name,
    }
    say(_("%(file)s: %(mebibytes)s MiB, rows: %(rows)d, checked.") % written)
    say(_("Keep %(manifest)s beside it, and a copy of both on another machine.") % written)
    return DONE


def restore(asked: argparse.Namespace) -> int:
    """Put a backup in the place of the database."""
    now = clock.now()
    try:
        manifest = backup.check_backup(asked.file)
        if _is_being_used():
            return complain(_("a worker is running on this database; stop lejek first"))
        if not asked.yes and not _is_sure(manifest):
            say(_("Nothing was changed."))
            return REFUSED
        keep = None
        if not asked.discard and connection.introspection.table_names():
            keep = settings.HOME / "backups" / f"before-restore-{backup.default_name(now)}"
        backup.restore_backup(asked.file, keep_as=keep, now=now)
    except (backup.BackupFailed, OSError) as error:
        return complain(told(error))
    back = {"rows": sum(manifest.rows.values()), "moment": manifest.made_at}
    say(_("Restored and checked: %(rows)d rows from %(moment)s.") % back)
    if keep is not None:
        say(_("What was there before is kept in %s.") % keep)
    if unapplied_migrations():
        say(_("The backup is of an older version: run lejek migrate."))
    return DONE


def _is_being_used() -> bool:
    if "kernel_heartbeat" not in connection.introspection.table_names():
        return False
    return has_living_worker(clock.now())


def _is_sure(manifest: backup.Manifest) -> bool:
    say(_("This replaces everything in the database by the backup of %s.") % manifest.made_at)
    if not sys.stdin.isatty():
        say(_("Say --yes to do so without being asked."))
        return False
    word = _("restore")
    return input(_("Type “%s” to go on: ") % word).strip() == word


COMMANDS: Mapping[str, Command] = {
    "serve": serve,
    "worker": work,
    "demo": show_demo,
    "migrate": migrate,
    "create-user": create_user,
    "import": take_in,
    "rescore": rescore,
    "doctor": examine,
    "backup": back_up,
    "restore": restore,
}
