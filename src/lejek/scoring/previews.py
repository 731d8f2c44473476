"""What a draft would change, worked out and kept for that draft.

In: a draft and the active version. Out: a PreviewRun with the answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from leadscore.days import to_instant
from leadscore.options import HORIZON_DAYS
from lejek.kernel import clock
from lejek.kernel.jobs import enqueue
from lejek.people.access import can
from lejek.people.models import User
from lejek.people.rules import SCOPES, Scope
from lejek.scoring.batch.process import TIMEOUT_SECONDS, run
from lejek.scoring.models import PreviewRun
from lejek.scoring.runs import database_address
from lejek.scoring.stages import crossings, stage_changes, stages
from lejek.scoring.versions import active_version, fingerprint, read_document

WEEKS = 12
EXPIRES = timedelta(seconds=2 * TIMEOUT_SECONDS)
"""After so long whoever worked a preview out has died."""
_OPEN = (PreviewRun.Status.WAITING, PreviewRun.Status.RUNNING)

log = structlog.get_logger(__name__)


def may_see(user: User) -> bool:
    """Whether somebody may see previews: they count leads of everybody.

    Whoever sees no leads but the own ones may not; a manager does, with the names of the team.
    """
    return can(user, "models.read") and SCOPES.get(user.role, Scope.OWN) is not Scope.OWN


def is_open(asked: PreviewRun, now: datetime) -> bool:
    """Whether a preview is still being worked out; one that takes too long has failed."""
    return asked.status in _OPEN and asked.as_of > now - EXPIRES


def request_preview(*, document: str, actor: User | None, now: datetime) -> PreviewRun:
    """Have the preview of a document worked out by a job.

    Raises: InvalidModel for a document with errors; NoActiveModel when there is nothing to compare.
    Repeat: a preview of this document that is still being worked out is not begun again, unless
    it has taken so long that its process must have died.
    """
    read_document(document)
    mark, version = fingerprint(document), active_version()
    asked_before = PreviewRun.objects.filter(fingerprint=mark, version=version, status__in=_OPEN)
    with transaction.atomic():
        for found in asked_before:
            if is_open(found, now):
                return found
        asked_before.update(
            status=PreviewRun.Status.FAILED,
            finished_at=now,
            message="its process ended without a word",
        )
        asked = PreviewRun.objects.create(
            fingerprint=mark, document=document, version=version, as_of=now, requested_by=actor
        )
        enqueue("lejek.scoring.jobs.make_preview", {"preview_id": asked.pk}, now=now)
    return asked


def work_out(asked: PreviewRun) -> None:
    """Work a preview out and keep its answer; a failure is kept too, with its reason."""
    PreviewRun.objects.filter(pk=asked.pk).update(status=PreviewRun.Status.RUNNING, message="")

    def heard(done: int, of: int) -> None:
        PreviewRun.objects.filter(pk=asked.pk).update(n_done=done, n_steps=of)

    try:
        asked.result = run(_question(asked), heard)
        asked.status = PreviewRun.Status.DONE
    except Exception as error:  # noqa: BLE001 - whatever it was, whoever waits must hear of it
        log.warning("preview_failed", preview=asked.pk, error=str(error)[-2000:])
        asked.status, asked.message = PreviewRun.Status.FAILED, str(error)[-2000:]
    asked.finished_at = clock.now()
    asked.save(update_fields=["result", "status", "message", "finished_at"])


def _question(asked: PreviewRun) -> dict[str, object]:
    from lejek.scoring.batch.preview import week_ends  # noqa: PLC0415 - it brings engines along

    as_of = to_instant(asked.as_of)
    zone = read_document(asked.document).time_zone
    configured = stages()
    return {
        "task": "preview",
        "database": database_address(),
        "before": asked.version.document,
        "after": asked.document,
        "as_of": as_of,
        "weeks": week_ends(zone, as_of, WEEKS),
        "definitions": list(
            dict.fromkeys(stage.definition for stage in configured if stage.definition)
        ),
        "finished_stages": [stage.key for stage in configured if not stage.is_working],
        "stage_changes": stage_changes(),
        "crossings": crossings(),
        "horizon_days": HORIZON_DAYS,
        "outcomes": _outcomes(),
    }


def _outcomes() -> list[tuple[int, str, int]]:
    """How leads ended, by the later room that records it: (lead, won or lost, microseconds)."""
    recorded = import_string(settings.SCORING_OUTCOMES)()
    rows = recorded.values_list("lead_id", "outcome", "closed_at")
    return [(lead_id, outcome, to_instant(at)) for lead_id, outcome, at in rows]
