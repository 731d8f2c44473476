"""What identity does later: checking, running and undoing imports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from lejek.identity.imports.running import check, run
from lejek.identity.imports.undoing import undo
from lejek.identity.models import Import


def check_import(import_id: int, *, now: datetime) -> None:
    """See what an import would do. Repeat: begins anew."""
    _do(check, import_id, now)


def run_import(import_id: int, *, now: datetime) -> None:
    """Take an import in. Repeat: goes on where it stopped."""
    _do(run, import_id, now)


def undo_import(import_id: int, *, now: datetime) -> None:
    """Undo an import. Repeat: goes on where it stopped."""
    _do(undo, import_id, now)


def _do(step: Callable[..., None], import_id: int, now: datetime) -> None:
    job = Import.objects.select_related("actor").filter(pk=import_id).first()
    if job is None:
        return
    try:
        step(job, now=now)
    except Exception as error:
        # The page says that it stopped; the queue tries again.
        Import.objects.filter(pk=import_id).update(message=f"{type(error).__name__}: {error}"[:500])
        raise
