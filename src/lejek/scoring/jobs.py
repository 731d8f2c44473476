"""Work that the scoring room does later: everybody scored, previews, the marked leads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lejek.scoring import previews, runs
from lejek.scoring.live import score_marked as score_some
from lejek.scoring.models import PreviewRun
from lejek.scoring.versions import NoActiveModel


def score_everybody(*, reason: str, now: datetime) -> dict[str, Any] | None:
    """Score everybody with the active version.

    Returns: the sums of the run; None while there is no active version.
    Repeat: a second run finds everybody as the first one left them.
    """
    try:
        done = runs.score_all(reason=reason, now=now)
    except NoActiveModel:
        return None
    return {
        "run": done.pk,
        "n_leads": done.n_leads,
        "n_changed": done.n_changed,
        "n_differences": done.n_differences,
    }


def make_preview(*, preview_id: int, now: datetime) -> None:  # noqa: ARG001 - as of its request
    """Work a preview out.

    Repeat: one that is done stays as it is.
    """
    asked = PreviewRun.objects.filter(pk=preview_id).exclude(status=PreviewRun.Status.DONE).first()
    if asked is not None:
        previews.work_out(asked)


def score_marked(*, now: datetime) -> int:
    """Score some of the leads that wait; the worker calls it again while it gives more than zero.

    Returns: how many were scored; zero while there is no active version.
    """
    try:
        return score_some(now=now)
    except NoActiveModel:
        return 0
