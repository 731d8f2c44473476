"""A whole import at once, for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from lejek.identity.imports.columns import ColumnMapping, from_json, problems_of
from lejek.identity.imports.files import FileRefused
from lejek.identity.imports.running import Progress, check, run
from lejek.identity.imports.starting import MappingRefused, discard, read_file, received
from lejek.identity.models import FieldDefinition, Import

_CHUNK = 1 << 20


def run_file(
    path: Path,
    kind: str,
    mapping: Mapping[str, str] | None = None,
    *,
    now: datetime,
    constant_type: str = "",
    progress: Progress | None = None,
    is_rehearsal: bool = False,
    header_row: int | None = None,
) -> Import:
    """Take a file in, as the pages would, without waiting for a worker.

    `mapping` is by column the field; without it, the columns of the last such file, or what the
    headers seem to mean. `header_row` is the row of these, found when it is not told. A rehearsal
    stops after the check and leaves nothing but its counts.
    Returns: the import with its counts. Raises: FileRefused, MappingRefused.
    """
    job = received(
        chunks=_chunks(path),
        file_name=path.name,
        kind=kind,
        actor=None,
        now=now,
        header_row=header_row,
    )
    job.save()
    if job.status == Import.Status.READING:
        _read(job, progress)
    whole = from_json(job.mapping) if mapping is None else ColumnMapping(dict(mapping))
    whole = ColumnMapping(whole.columns, constant_type or whole.constant_type)
    free = FieldDefinition.objects.values_list("name", flat=True)
    if problems := problems_of(kind, whole, free):
        raise MappingRefused(problems)
    job.mapping = whole.as_json()
    job.status = Import.Status.CHECKING if is_rehearsal else Import.Status.RUNNING
    job.save(update_fields=["mapping", "status"])
    (check if is_rehearsal else run)(job, now=now, progress=progress)
    job.refresh_from_db()
    return job


def _read(job: Import, progress: Progress | None) -> None:
    try:
        read_file(job, progress=progress)
    except FileRefused:
        discard(job)
        raise
    job.refresh_from_db()


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
