"""Backup and restore, for SQLite and PostgreSQL, while others work.

In: the database. Out: one file and its manifest (`<file>.json`: when, of what, its hash, the rows
of each table); and back, checked before and after.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _
from psycopg.pq import Conninfo

from lejek import __version__

Say = Callable[[str], None]
_COUNTED_NOT = frozenset({"kernel_heartbeat"})
"""Tables that say something of the moment only."""


class BackupFailed(Exception):
    """A backup or restore that must not be trusted; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds."""

    made_at: str
    kind: str
    lejek: str
    sha256: str
    n_bytes: int
    rows: dict[str, int]
    migrations: list[str]


def default_name(now: datetime) -> str:
    """The name of a backup made now."""
    return f"lejek-{now:%Y%m%d-%H%M%S}.{'sqlite3' if connection.vendor == 'sqlite' else 'dump'}"


def manifest_path(backup: Path) -> Path:
    """Where the manifest of a backup lies."""
    return backup.with_name(backup.name + ".json")


def make_backup(target: Path, *, now: datetime) -> Manifest:
    """Write the database as it is at one moment into a file that did not exist yet.

    Raises: BackupFailed; then nothing is left under the name of the target.
    """
    if target.exists():
        raise BackupFailed(_("%s exists already; name another file") % target)
    if not connection.introspection.table_names():
        raise BackupFailed(_("the database is empty: there is nothing to keep"))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)  # whoever may not write there hears it in the system's words
    try:
        make = _back_up_sqlite if connection.vendor == "sqlite" else _back_up_postgresql
        rows, applied = make(unfinished)
        unfinished.chmod(0o600)
        _to_disk(unfinished)
        manifest = Manifest(
            made_at=now.isoformat(),
            kind=connection.vendor,
            lejek=__version__,
            sha256=_hash_of(unfinished),
            n_bytes=unfinished.stat().st_size,
            rows=rows,
            migrations=applied,
        )
        _write_manifest(manifest_path(target), manifest)
        unfinished.rename(target)
        _to_disk(target.parent)
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def check_backup(backup: Path) -> Manifest:
    """The manifest of a backup that is whole, readable and of this kind of database.

    Raises: BackupFailed with what is wrong.
    """
    manifest = _read_manifest(backup)
    if manifest.kind != connection.vendor:
        kinds = {"file": backup, "kind": manifest.kind, "here": connection.vendor}
        complaint = _(
            "%(file)s is a backup of %(kind)s, but the database here is %(here)s; "
            "set LEJEK_DATABASE_URL accordingly"
        )
        raise BackupFailed(complaint % kinds)
    if _hash_of(backup) != manifest.sha256:
        complaint = _("%s is not what was written (another sha256): use another backup")
        raise BackupFailed(complaint % backup)
    if manifest.kind == "sqlite":
        with closing(_open_quietly(backup)) as opened:
            _check_integrity(opened)
            if _rows_of(opened) != manifest.rows:
                complaint = _("%s does not hold the rows that its manifest names")
                raise BackupFailed(complaint % backup)
    else:
        _run(["pg_restore", "--list", str(backup)], _("pg_restore cannot read the backup"))
    return manifest


def restore_backup(backup: Path, *, keep_as: Path | None, now: datetime) -> Manifest:
    """Put a backup in the place of what is in the database.

    `keep_as` is where what was there is kept, as a backup too.
    Raises: BackupFailed; for a backup that is not whole before anything is touched.
    """
    manifest = check_backup(backup)
    if keep_as is not None:
        make_backup(keep_as, now=now)
    if manifest.kind == "sqlite":
        _restore_sqlite(backup)
    else:
        _restore_postgresql(backup)
    found = rows_now()
    wrong = sorted(name for name, count in manifest.rows.items() if found.get(name) != count)
    if wrong:
        complaint = _("after the restore these tables differ: %s")
        raise BackupFailed(complaint % ", ".join(wrong))
    return manifest


def finished_backups(folder: Path) -> list[Path]:
    """The backups in a folder that came to their end, the oldest first.

    Whether one still is what was written is for `check_backup` to find out: that takes a while.
    """
    made = [path.with_suffix("") for path in folder.glob("lejek-*.json")]
    return sorted(filter(_is_finished, made), key=lambda path: path.stat().st_mtime)


def _is_finished(backup: Path) -> bool:
    try:
        return _read_manifest(backup).n_bytes == backup.stat().st_size
    except BackupFailed:
        return False


def rows_now() -> dict[str, int]:
    """How many rows each table of the database holds."""
    with connection.cursor() as cursor:
        return _count(cursor, connection.introspection.table_names(cursor))


def _count(cursor: Any, tables: list[str]) -> dict[str, int]:  # noqa: ANN401 - either driver's
    rows = {}
    for table in sorted(set(tables) - _COUNTED_NOT):
        quoted = '"' + table.replace('"', '""') + '"'
        cursor.execute(f"SELECT COUNT(*) FROM {quoted}")  # noqa: S608 - a name of the catalogue
        rows[table] = int(cursor.fetchone()[0])
    return rows


def _applied() -> list[str]:
    return sorted(
        f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()
    )


# SQLite


def _back_up_sqlite(target: Path) -> tuple[dict[str, int], list[str]]:
    applied = _applied()
    with closing(_open_quietly(Path(connection.settings_dict["NAME"]))) as source:
        try:
            source.execute("VACUUM INTO ?", (str(target),))
        except sqlite3.Error as error:
            given = {"file": target, "error": error}
            raise BackupFailed(_("%(file)s cannot be written: %(error)s") % given) from None
    with closing(_open_quietly(target)) as made:
        _check_integrity(made)
        return _rows_of(made), applied


def _restore_sqlite(backup: Path) -> None:
    """Copy page by page into the file that is there, in one transaction of SQLite's own.

    So nobody who has it open is left with a file that is gone.
    """
    connection.close()
    target = Path(connection.settings_dict["NAME"])
    with (
        closing(_open_quietly(backup)) as source,
        closing(sqlite3.connect(target, timeout=30)) as into,
    ):
        source.backup(into)
        _check_integrity(into)
        into.executescript(connection.settings_dict["OPTIONS"]["init_command"])
        into.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _to_disk(target)


def _open_quietly(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30)


def _check_integrity(opened: sqlite3.Connection) -> None:
    found = [row[0] for row in opened.execute("PRAGMA integrity_check")]
    if found != ["ok"]:
        raise BackupFailed(_("SQLite finds the file damaged: %s") % "; ".join(found[:3]))
    if broken := opened.execute("PRAGMA foreign_key_check").fetchall():
        raise BackupFailed(_("rows that point to rows that are not there: %d") % len(broken))


def _rows_of(opened: sqlite3.Connection) -> dict[str, int]:
    names = opened.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return _count(opened.cursor(), [name for (name,) in names])


# PostgreSQL


def _back_up_postgresql(target: Path) -> tuple[dict[str, int], list[str]]:
    """The dump and the counts see the same moment: one exported snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        rows = _count(cursor, connection.introspection.table_names(cursor))
        applied = _applied()
        _run(
            ["pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}"],
            _("pg_dump failed"),
        )
    _run(["pg_restore", "--list", str(target)], _("pg_restore cannot read what pg_dump wrote"))
    return rows, applied


_EMPTY_IT = """
SET client_min_messages = warning;
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP TABLE public.%I CASCADE', name);
    END LOOP;
END $$;
"""
"""A newer version may have tables that the backup does not know: none of them stays."""


def _restore_postgresql(backup: Path) -> None:
    """Everything away and the backup in, in one transaction."""
    connection.close()
    complaint = _("pg_restore failed; nothing was changed")
    with TemporaryDirectory(dir=settings.HOME, prefix="restore-") as folder:
        script = Path(folder) / "restore.sql"
        said = ("--clean", "--if-exists", "--no-owner", f"--file={script}", str(backup))
        _run(["pg_restore", *said], complaint)
        quietly = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction")
        _run(["psql", *quietly, f"--command={_EMPTY_IT}", f"--file={script}"], complaint)


def _run(command: list[str], complaint: str) -> None:
    """Run one of PostgreSQL's programs against the database of the settings."""
    given = connection.settings_dict
    known = {
        "PGHOST": given["HOST"],
        "PGPORT": given["PORT"],
        "PGUSER": given["USER"],
        "PGPASSWORD": given["PASSWORD"],
        "PGDATABASE": given["NAME"],
    }
    variables = {each.keyword.decode(): each.envvar for each in Conninfo.get_defaults()}
    known |= {
        variable.decode(): given["OPTIONS"][keyword]
        for keyword, variable in variables.items()
        if variable and keyword in given["OPTIONS"]
    }
    environment = os.environ | {name: str(value) for name, value in known.items() if value}
    try:
        ended = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        complaint = _("%s was not found: apt-get install postgresql-client")
        raise BackupFailed(complaint % command[0]) from None
    if ended.returncode:
        raise BackupFailed(f"{complaint}: {ended.stderr.strip()[-500:]}")


# Files


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _to_disk(path: Path) -> None:
    with _descriptor(path) as descriptor:
        os.fsync(descriptor)


@contextmanager
def _descriptor(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _write_manifest(path: Path, manifest: Manifest) -> None:
    path.write_text(json.dumps(asdict(manifest), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    _to_disk(path)


def _read_manifest(backup: Path) -> Manifest:
    if not backup.is_file():
        raise BackupFailed(_("there is no file %s") % backup)
    try:
        held = json.loads(manifest_path(backup).read_text(encoding="utf-8"))
    except FileNotFoundError:
        complaint = _("%s is missing: a backup is two files, the data and this one")
        raise BackupFailed(complaint % manifest_path(backup)) from None
    except ValueError as error:
        given = {"file": manifest_path(backup), "error": error}
        raise BackupFailed(_("%(file)s cannot be read: %(error)s") % given) from None
    if not isinstance(held, dict) or held.keys() != {field.name for field in fields(Manifest)}:
        complaint = _("%s is not what lejek backup writes beside a backup")
        raise BackupFailed(complaint % manifest_path(backup))
    return Manifest(**held)
