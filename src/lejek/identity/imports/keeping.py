"""How long files of imports are kept: until they are in, or nobody comes back for them.

In: the night. Out: files that are gone, and imports without anybody's data.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import Q

from lejek.identity.imports.files import folder, remove
from lejek.identity.imports.starting import OPEN, NotNow, discard
from lejek.identity.models import Import

UPLOADS_KEPT = timedelta(days=14)
"""A file that was uploaded and never taken in."""

REJECTS_KEPT = timedelta(days=30)
"""The rows that were refused, after the others were taken in."""

_State = Import.Status
_WAITING = (*OPEN, _State.REFUSED)
_MOVING = (_State.RUNNING, _State.UNDOING)
_EXAMPLES = ("examples", "left_out_examples")


def forget_files(*, now: datetime) -> dict[str, int]:
    """Delete what is older than it is kept; what moves stays, however old it is.

    Writes: Import. Returns: how many of each.
    """
    return {
        "uploads": _forget_uploads(now - UPLOADS_KEPT),
        "rejects": _forget_rejects(now - REJECTS_KEPT),
        "strays": _forget_strays(now - REJECTS_KEPT),
    }


def _forget_uploads(before: datetime) -> int:
    """Discard files that were never taken in."""
    n_gone = 0
    for job in Import.objects.filter(status__in=_WAITING, created_at__lt=before):
        try:
            discard(job)
        except NotNow:
            # Somebody came back for it this moment.
            continue
        n_gone += 1
    return n_gone


def _forget_rejects(before: datetime) -> int:
    """Forget refused rows, and the examples of them."""
    done = Import.objects.exclude(status__in=[*_WAITING, *_MOVING]).filter(finished_at__lt=before)
    told = done.filter(Q(counts__has_key="examples") | Q(counts__has_key="left_out_examples"))
    for job in told:
        remove(Path(job.path))
        counts = {name: value for name, value in job.counts.items() if name not in _EXAMPLES}
        Import.objects.filter(pk=job.pk, status=job.status).update(counts=counts)
    return len(told)


def _forget_strays(before: datetime) -> int:
    """Delete files that no import knows: a process ended before it said that it had made one."""
    known = {
        Path(path).name.partition(".")[0] for path in Import.objects.values_list("path", flat=True)
    }
    strays = [
        path
        for path in folder().iterdir()
        if path.name.partition(".")[0] not in known and path.stat().st_mtime < before.timestamp()
    ]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)
