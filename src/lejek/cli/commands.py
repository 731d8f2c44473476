"""What each command does: it asks one function of the product, and says what came of it."""

from __future__ import annotations

import argparse
import getpass
import os
import signal
import sys
from collections.abc import Callable, Mapping

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.validators import validate_email
from django.db import connection

from leadscore.errors import LeadScoreError
from lejek import wiring
from lejek.cli import demo
from lejek.kernel import clock
from lejek.kernel.worker import Worker, run_waiting
from lejek.operations import backup, doctor, serving
from lejek.operations.health import WORKER_SILENT, unapplied_migrations, worker_silent_for

DONE, REFUSED, MISUSED = 0, 1, 2
_MARKS = {doctor.Grade.OK: "ok  ", doctor.Grade.WARN: "warn", doctor.Grade.FAIL: "FAIL"}


def say(line: str) -> None:
    """A line for whoever sits at the terminal."""
    print(line, flush=True)


def complain(line: str) -> int:
    """Say what is wrong; the exit code for it."""
    print(f"lejek: {line}", file=sys.stderr, flush=True)
    return REFUSED


def migrate(_asked: argparse.Namespace) -> int:
    """Bring the database up to date."""
    say("Bringing the database up to date ...")
    call_command("createcachetable", verbosity=0)
    call_command("migrate", interactive=False, verbosity=0)
    return DONE


def serve(asked: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    return _serve(asked, lambda: None)


def _serve(asked: argparse.Namespace, on_up: Callable[[], None]) -> int:
    if asked.migrate:
        migrate(asked)
    elif missing := unapplied_migrations():
        return complain(
            f"the database misses {len(missing)} migrations; run lejek migrate, or "
            "lejek serve --migrate"
        )
    if settings.DEMO and asked.host not in demo.LOOPBACK:
        return complain("the demo listens on this machine only; unset LEJEK_DEMO to serve others")
    if not serving.is_free(asked.host, asked.port):
        return complain(
            f"something listens at {asked.host}:{asked.port} already; name another --port"
        )
    call_command("collectstatic", interactive=False, verbosity=0)

    def announce() -> None:
        say(f"Lejek is at {serving.address(asked.host, asked.port)} - Ctrl-C stops it.")
        on_up()

    is_clean = serving.serve(
        asked.host, asked.port, say, on_up=announce, with_worker=not asked.no_worker
    )
    say("Stopped.")
    return DONE if is_clean else REFUSED


def work(asked: argparse.Namespace) -> int:
    """Work until told to stop."""
    if asked.once:
        run_waiting(wiring.handlers(), list(wiring.turns().values()))
        return DONE
    worker = Worker(wiring.handlers(), wiring.turns())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: worker.stop.set())
    if worker.run():
        return DONE
    # A job was given back unfinished; its thread must not go on.
    sys.stdout.flush()
    os._exit(DONE)


def show_demo(asked: argparse.Namespace) -> int:
    """Prepare the demo, and serve it."""
    if asked.reset:
        demo.throw_away(settings.HOME)
    migrate(asked)
    demo.load_when_empty(asked.leads, say)
    if asked.no_serve:
        say(f"The demo is ready in {settings.HOME}; lejek demo serves it.")
        return DONE
    if not serving.is_free(asked.host, asked.port):
        return complain(
            f"something listens at {asked.host}:{asked.port} already; name another --port"
        )
    say("")
    say("This is a demo: everybody in it is made up, and only this machine can reach it.")
    say("You are signed in already; the bar at the top switches between three roles.")
    say("")

    def open_browser() -> None:
        if not asked.no_browser:
            demo.open_browser(serving.address(asked.host, asked.port))

    wish = argparse.Namespace(host=asked.host, port=asked.port, migrate=False, no_worker=False)
    return _serve(wish, open_browser)


def create_user(asked: argparse.Namespace) -> int:
    """Make a user with a password."""
    from lejek.people.services import Refused, add_user  # noqa: PLC0415 - below Django's setup

    try:
        validate_email(asked.email)
    except ValidationError:
        return complain(f"{asked.email} is no e-mail address")
    password = _password(from_stdin=asked.password_stdin)
    try:
        validate_password(password)
        user = add_user(
            email=asked.email,
            name=asked.name or asked.email.split("@", 1)[0],
            role=asked.role,
            team=None,
            actor=None,
            now=clock.now(),
        )
    except ValidationError as error:
        return complain(" ".join(error.messages))
    except Refused as error:
        return complain(str(error))
    user.set_password(password)
    user.save(update_fields=["password"])
    say(f"{user.email} can sign in as {user.role}.")
    return DONE


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Once more: "):
        raise SystemExit(complain("the two passwords differ"))
    return first


def take_in(asked: argparse.Namespace) -> int:
    """Take a file in, and say what became of its rows."""
    from lejek.identity.imports import run_file  # noqa: PLC0415 - it brings spreadsheets along

    if not asked.file.is_file():
        return complain(f"there is no file {asked.file}")
    try:
        done = run_file(
            asked.file,
            asked.kind,
            now=clock.now(),
            constant_type=asked.type,
            is_rehearsal=asked.dry_run,
        )
    except LeadScoreError as error:
        return complain(str(error))
    for name, count in sorted(done.counts.items()):
        say(f"{name}: {count}")
    if asked.dry_run:
        say("Nothing was changed (--dry-run).")
    return DONE


def rescore(_asked: argparse.Namespace) -> int:
    """Score everybody, now and in this process."""
    from lejek.scoring.jobs import score_everybody  # noqa: PLC0415 - it brings the engines along

    done = score_everybody(reason="command", now=clock.now())
    if done is None:
        return complain("no scoring model is published yet")
    for name, count in done.items():
        say(f"{name}: {count}")
    return DONE


def examine(_asked: argparse.Namespace) -> int:
    """Say what is wrong, and how to mend it."""
    findings = doctor.examine(clock.now())
    width = max(len(finding.subject) for finding in findings)
    for finding in findings:
        say(f"{_MARKS[finding.grade]}  {finding.subject:<{width}}  {finding.says}")
        if finding.mend:
            say(f"{'':<{width + 8}}-> {finding.mend}")
    return REFUSED if doctor.worst(findings) is doctor.Grade.FAIL else DONE


def back_up(asked: argparse.Namespace) -> int:
    """Write a backup."""
    now = clock.now()
    target = asked.file or settings.HOME / "backups" / backup.default_name(now)
    try:
        made = backup.make_backup(target, now=now)
    except (backup.BackupFailed, OSError) as error:
        return complain(str(error))
    n_rows = sum(made.rows.values())
    say(f"{target}: {made.n_bytes / (1 << 20):.1f} MiB, {n_rows} rows, checked.")
    say(f"Keep {backup.manifest_path(target).name} beside it, and a copy on another machine.")
    return DONE


def restore(asked: argparse.Namespace) -> int:
    """Put a backup in the place of the database."""
    now = clock.now()
    try:
        manifest = backup.check_backup(asked.file)
        if _is_being_used():
            return complain("a worker is running on this database; stop lejek first")
        if not asked.yes and not _is_sure(manifest):
            say("Nothing was changed.")
            return REFUSED
        keep = None
        if not asked.discard and connection.introspection.table_names():
            keep = settings.HOME / "backups" / f"before-restore-{backup.default_name(now)}"
        backup.restore_backup(asked.file, keep_as=keep, now=now)
    except (backup.BackupFailed, OSError) as error:
        return complain(str(error))
    say(f"Restored and checked: {sum(manifest.rows.values())} rows from {manifest.made_at}.")
    if keep is not None:
        say(f"What was there before is kept in {keep}.")
    if unapplied_migrations():
        say("The backup is of an older version: run lejek migrate.")
    return DONE


def _is_being_used() -> bool:
    if "kernel_heartbeat" not in connection.introspection.table_names():
        return False
    silent = worker_silent_for(clock.now())
    return silent is not None and silent < WORKER_SILENT


def _is_sure(manifest: backup.Manifest) -> bool:
    say(f"This replaces everything in the database by the backup of {manifest.made_at}.")
    if not sys.stdin.isatty():
        say("Say --yes to do so without being asked.")
        return False
    return input("Type “restore” to go on: ").strip() == "restore"


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
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
