"""Who hears of what, and what happens by itself: the whole house on one screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from lejek.kernel import schedules
from lejek.kernel.events import Handler
from lejek.kernel.worker import Turn

_TO_OTHERS = "lejek.connectors.handlers.note"
_HANDLERS: Mapping[str, Sequence[str]] = {
    # identity
    "touchpoints_attached": ("lejek.scoring.handlers.mark_leads",),
    "attributes_changed": ("lejek.scoring.handlers.mark_leads", _TO_OTHERS),
    "lead_created": ("lejek.scoring.handlers.mark_leads", _TO_OTHERS),
    "import_finished": ("lejek.scoring.handlers.rescore_after_import", _TO_OTHERS),
    "consents_stated": ("lejek.consent.handlers.record_stated",),
    "import_undone": (
        "lejek.consent.handlers.forget_import",
        "lejek.scoring.handlers.rescore_after_import",
        _TO_OTHERS,
    ),
    # consent
    "consent_changed": ("lejek.scoring.handlers.mark_leads", _TO_OTHERS),
    # scoring
    "version_activated": ("lejek.scoring.handlers.start_run_after_activation", _TO_OTHERS),
    "lead_scored": ("lejek.qualification.handlers.follow_score",),
    "score_withdrawn": ("lejek.qualification.handlers.follow_score",),
    # qualification
    "definitions_crossed": (_TO_OTHERS,),
    "stage_changed": ("lejek.scoring.handlers.mark_where_stages_count", _TO_OTHERS),
    "lead_accepted": (_TO_OTHERS,),
    "lead_rejected": (_TO_OTHERS,),
    "verdict_taken_back": (_TO_OTHERS,),
    # deals
    "deal_opened": (_TO_OTHERS,),
    "deal_closed": (_TO_OTHERS,),
    "deal_reopened": (_TO_OTHERS,),
}


@cache
def handlers() -> Mapping[str, Sequence[Handler]]:
    """The handlers by event."""
    return {name: tuple(import_string(path) for path in paths) for name, paths in _HANDLERS.items()}


_TURNS = ("lejek.scoring.jobs.score_marked",)
"""What the worker does in small portions, again and again."""
_APART = ("lejek.connectors.delivering.send_waiting",)
"""What may have to wait for somebody outside, and so has threads of its own."""

_NIGHTLY = {"reason": "nightly"}
_SCHEDULES: Sequence[tuple[str, str, str, Mapping[str, str]]] = (
    # name, task, cron in the time zone of the organisation, arguments
    ("score_everybody_nightly", "lejek.scoring.jobs.score_everybody", "0 0 * * *", _NIGHTLY),
    ("forget_old", "lejek.kernel.keeping.forget_old", "30 3 * * *", {}),
    ("forget_files", "lejek.identity.jobs.forget_files", "35 3 * * *", {}),
    ("forget_deliveries", "lejek.connectors.jobs.forget_deliveries", "40 3 * * *", {}),
)


@cache
def turns() -> Mapping[str, Turn]:
    """The turns of the worker by address."""
    return {path: import_string(path) for path in _TURNS}


@cache
def turns_apart() -> Mapping[str, Turn]:
    """Those that wait for somebody outside, by address."""
    return {path: import_string(path) for path in _APART}


def ensure_schedules(now: datetime) -> None:
    """Make the schedules, or bring them up to date."""
    for name, task_path, cron, arguments in _SCHEDULES:
        schedules.ensure(
            name, task_path, cron, settings.TIME_ZONE, now=now, arguments=dict(arguments)
        )
