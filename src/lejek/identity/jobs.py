"""What identity does later: reading, checking, running and undoing imports, keeping few files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from lejek.identity.imports import keeping
from lejek.identity.imports.files import FileRefused
from lejek.identity.imports.running import check, run
from lejek.identity.imports.starting import read_file as read
from lejek.identity.imports.starting import refuse
from lejek.identity.imports.undoing import undo
from lejek.identity.models import Import


def read_file(import_id: int, *, now: datetime) -> None:
    """Turn an uploaded file into a table. Repeat: begins anew."""
    _do(read, import_id, now)


def check_import(import_id: int, *, now: datetime) -> None:
    """See what an import would do. Repeat: begins anew."""
    _do(partial(check, now=now), import_id, now)


def run_import(import_id: int, *, now: datetime) -> None:
    """Take an import in. Repeat: goes on where it stopped."""
    _do(partial(run, now=now), import_id, now)


def undo_import(import_id: int, *, now: datetime) -> None:
    """Undo an import. Repeat: goes on where it stopped."""
    _do(partial(undo, now=now), import_id, now)


def forget_files(*, now: datetime) -> dict[str, int]:
    """Delete files of imports that nobody needs any more. Repeat: finds none."""
    return keeping.forget_files(now=now)


def _do(step: Callable[[Import], None], import_id: int, now: datetime) -> None:
    job = Import.objects.select_related("actor").filter(pk=import_id).first()
    if job is None:
        return
    try:
        step(job)
    except FileRefused as refusal:
        refuse(job, refusal.code, now=now)
    except Exception as error:
        # The page says that it stopped; the queue tries again.
        mine = Import.objects.filter(pk=import_id, status=job.status)
        mine.update(message=f"{type(error).__name__}: {error}"[:500])
        raise
