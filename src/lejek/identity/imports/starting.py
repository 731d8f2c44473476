"""An import begins, gets its columns, is checked, run, and undone: what people may ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from lejek.identity.imports.columns import (
    NEW_FIELD,
    ColumnMapping,
    Problem,
    from_json,
    header_key,
    is_usual,
    problems_of,
    renamed,
    slug,
    suggest,
    type_of,
)
from lejek.identity.imports.files import (
    FileRefused,
    Table,
    is_read_at_once,
    remove,
    store,
    table_of,
    unique,
)
from lejek.identity.models import FieldDefinition, Import
from lejek.identity.normalise.words import tidy
from lejek.identity.targets import LEAD_TARGETS
from lejek.identity.workbooks import Progress
from lejek.kernel.jobs import enqueue
from lejek.people import audit
from lejek.people.models import User

SAMPLE_ROWS = 200
OPEN = (
    Import.Status.READING,
    Import.Status.UPLOADED,
    Import.Status.CHECKING,
    Import.Status.CHECKED,
)
"""States in which the file is looked at, and nothing of it is in."""

CHOOSING = [Import.Status.UPLOADED, Import.Status.CHECKED, Import.Status.CHECKING]
"""States in which people may say what the columns mean."""

TASKS: Mapping[str, str] = {
    Import.Status.READING: "read_file",
    Import.Status.CHECKING: "check_import",
    Import.Status.RUNNING: "run_import",
    Import.Status.UNDOING: "undo_import",
}
"""States in which a job is at work, and which one."""


class MappingRefused(ValueError):
    """A mapping that cannot work; `problems` says all that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


class NotNow(ValueError):
    """An import is not in a state in which this can be asked for."""


def begin_import(
    *,
    chunks: Iterable[bytes],
    file_name: str,
    kind: str,
    actor: User | None,
    now: datetime,
) -> Import:
    """Keep an uploaded file; a short one is read at once, any other by a job.

    Writes: Import, a job that reads it. Raises: FileRefused.
    """
    job = received(chunks=chunks, file_name=file_name, kind=kind, actor=actor, now=now)
    with transaction.atomic():
        job.save()
        if job.status == Import.Status.READING:
            _enqueue(job, now)
    return job


def received(
    *,
    chunks: Iterable[bytes],
    file_name: str,
    kind: str,
    actor: User | None,
    now: datetime,
    header_row: int | None = None,
) -> Import:
    """An import of an uploaded file, not saved yet; unless it is short, it is yet to be read.

    The row with the names of the columns is found, unless it is told. Raises: FileRefused.
    """
    kept = store(chunks)
    job = Import(
        kind=kind,
        status=Import.Status.READING,
        file_name=tidy(Path(file_name.replace("\\", "/")).name)[:255] or "file",
        path=str(kept),
        header_row=header_row,
        actor=actor,
        created_at=now,
    )
    if is_read_at_once(kept):
        try:
            for name, value in _read(job).items():
                setattr(job, name, value)
        except FileRefused:
            kept.unlink()
            raise
        if job.path != str(kept):
            kept.unlink()
    return job


def _read(job: Import, progress: Progress | None = None) -> dict[str, Any]:
    """What an import knows of its table once that can be read, by column.

    Raises: FileRefused; there is no table then.
    """
    kept = Path(job.path)
    path = table_of(kept, progress)
    try:
        table = _with_its_header(job, path)
        return _as_uploaded(job.kind, table, table.count())
    except FileRefused:
        if path != kept:
            path.unlink()
        raise


def _with_its_header(job: Import, path: Path) -> Table:
    """A table with the header that is told or found; where no name is usual, one known before.

    Queries: one.
    """
    table = Table(path, job.header_row)
    is_found = table.is_headless or any(map(is_usual, table.columns))
    if is_found or job.header_row is not None:
        return table
    numbers = {
        header_key(job.kind, unique(row.record.cells)): row.number
        for row in reversed(table.first_rows)
    }
    known = _earlier(job.kind, numbers).values_list("header_key", flat=True)
    number = min((numbers[key] for key in known), default=table.header_row)
    return Table(path, number)


def _as_uploaded(kind: str, table: Table, n_rows: int) -> dict[str, Any]:
    if n_rows < 1:
        raise FileRefused("no_rows")
    key = header_key(kind, table.columns)
    return {
        "status": Import.Status.UPLOADED,
        "path": str(table.path),
        "mapping": _suggested(kind, key, table).as_json(),
        "header_key": key,
        "header_row": table.header_row,
        "rows_total": n_rows,
    }


def read_file(job: Import, *, progress: Progress | None = None) -> None:
    """Turn an uploaded file into a table, and suggest its columns.

    Until that is done, an import counts the kilobytes of its file where it counts rows later.
    Writes: Import. Repeat: begins anew; of two at once only one counts. Raises: FileRefused.
    """
    kept = Path(job.path)
    mine = Import.objects.filter(pk=job.pk, status=Import.Status.READING)

    def tell(n_done: int, n_total: int) -> None:
        mine.update(rows_done=n_done, rows_total=n_total)
        if progress is not None:
            progress(n_done, n_total)

    if not mine.exists():
        return
    found = _read(job, tell)
    path = Path(found["path"])
    is_mine = mine.update(**found, rows_done=0, message="")
    if path != kept:
        (kept if is_mine else path).unlink(missing_ok=True)


def refuse(job: Import, code: str, *, now: datetime) -> None:
    """Give a file up that cannot be read; what is in already stays until it is undone.

    Writes: Import. Repeat: changes nothing, nor when somebody else got further with it meanwhile.
    """
    is_running = job.status == Import.Status.RUNNING
    new = Import.Status.FAILED if is_running else Import.Status.REFUSED
    mine = Import.objects.filter(pk=job.pk, status=job.status, path=job.path)
    if mine.update(status=new, message=code, finished_at=now):
        remove(Path(job.path))


def _earlier(kind: str, keys: Iterable[str]) -> QuerySet[Import]:
    """Imports of files with one of some headers, whose columns somebody has seen."""
    told = [key for key in keys if key]
    return Import.objects.filter(kind=kind, header_key__in=told).exclude(
        status=Import.Status.UPLOADED
    )


def _suggested(kind: str, key: str, table: Table) -> ColumnMapping:
    """The mapping of the last file with this header, else what the headers seem to mean."""
    if last := _earlier(kind, [key]).order_by("-id").first():
        return renamed(from_json(last.mapping), table.columns)
    samples = [row.cells for row in table.first(SAMPLE_ROWS)]
    return suggest(kind, table.columns, samples)


def choose_header(job: Import, number: int) -> Import:
    """Say which of the first rows has the names of the columns, 0 for none of them.

    What the columns mean is suggested anew. Writes: Import. Raises: FileRefused, NotNow.
    """
    table = Table(Path(job.path), number)
    before = Table(Path(job.path), job.header_row)
    n_rows = job.rows_total + _n_above(before) - _n_above(table)
    found = _as_uploaded(job.kind, table, n_rows)
    _advance(job, CHOOSING, found.pop("status"), rows_done=0, counts={}, **found)
    return job


def _n_above(table: Table) -> int:
    """How many of the first rows are not among the rows of a table."""
    return sum(row.number <= table.header_row for row in table.first_rows)


def choose_columns(
    job: Import, mapping: ColumnMapping, *, actor: User | None, now: datetime
) -> Import:
    """Say what the columns mean, and let the import be checked.

    Writes: Import, FieldDefinition for new fields, a job. Raises: MappingRefused, NotNow.
    """
    with transaction.atomic():
        whole = _with_new_fields(job, mapping)
        free = FieldDefinition.objects.values_list("name", flat=True)
        if problems := problems_of(job.kind, whole, free):
            transaction.set_rollback(True)
            raise MappingRefused(problems)
        _advance(job, CHOOSING, Import.Status.CHECKING, mapping=whole.as_json(), actor=actor)
        _enqueue(job, now)
    return job


def _with_new_fields(job: Import, mapping: ColumnMapping) -> ColumnMapping:
    """Make the free-form fields that a mapping asks for."""
    asked = {column: to for column, to in mapping.columns.items() if to in NEW_FIELD}
    if not asked:
        return mapping
    table = Table(Path(job.path), job.header_row)
    rows = table.first(SAMPLE_ROWS)
    made = {}
    for column, choice in asked.items():
        if column not in table.columns:
            continue
        name = f"{NEW_FIELD[choice]}{slug(column).replace('.', '_')}"
        if name in LEAD_TARGETS or name == "lead.email_kind":
            name = f"{name}_2"
        place = table.columns.index(column)
        FieldDefinition.objects.get_or_create(
            name=name,
            defaults={
                "type": type_of(row.cells[place] for row in rows),
                "label_pl": column[:100],
                "label_en": column[:100],
            },
        )
        made[column] = name
    return ColumnMapping({**mapping.columns, **made}, mapping.constant_type)


def start_run(job: Import, *, now: datetime) -> Import:
    """Let a checked import be taken in.

    Writes: Import, a job. Raises: NotNow.
    """
    with transaction.atomic():
        states = [Import.Status.CHECKED]
        _advance(job, states, Import.Status.RUNNING, rows_done=0, counts={})
        _enqueue(job, now)
    return job


def start_undo(job: Import, *, actor: User | None, now: datetime) -> Import:
    """Let an import be undone.

    Writes: Import, an audit entry, a job. Raises: NotNow.
    """
    with transaction.atomic():
        _advance(job, [Import.Status.DONE, Import.Status.FAILED], Import.Status.UNDOING)
        audit.record(
            actor=actor,
            action="undid_import",
            subject=job.file_name,
            details={"import_id": job.pk},
            now=now,
        )
        _enqueue(job, now)
    return job


def go_on(job: Import, *, now: datetime) -> None:
    """Let somebody work on an import again whose job came to no end.

    Writes: a job. Repeat: one job at a time gets anywhere. Raises: NotNow.
    """
    if job.status not in TASKS:
        raise NotNow(job.status)
    _enqueue(job, now)


def stop(job: Import, *, now: datetime) -> Import:
    """Stop an import that is being taken in; what is in stays until it is undone.

    Writes: Import. Raises: NotNow.
    """
    _advance(job, [Import.Status.RUNNING], Import.Status.FAILED, finished_at=now)
    Path(job.path).unlink(missing_ok=True)
    return job


def discard(job: Import) -> None:
    """Forget a file that was never taken in.

    Raises: NotNow.
    """
    open_ = Import.objects.filter(pk=job.pk, status__in=[*OPEN, Import.Status.REFUSED])
    if not open_.delete()[0]:
        raise NotNow(job.status)
    remove(Path(job.path))


def _advance(
    job: Import, old: list[Import.Status], new: Import.Status, **changes: object
) -> Import:
    mine = Import.objects.filter(pk=job.pk, status__in=old)
    if not mine.update(status=new, message="", **changes):
        raise NotNow(job.status)
    job.refresh_from_db()
    return job


def _enqueue(job: Import, now: datetime) -> None:
    task = TASKS[job.status]
    # A check that is at work began with other columns perhaps, and stops: this one has to follow.
    is_one_enough = job.status != Import.Status.CHECKING
    enqueue(
        f"lejek.identity.jobs.{task}",
        {"import_id": job.pk},
        now=now,
        dedupe_key=f"{task}:{job.pk}" if is_one_enough else None,
    )
