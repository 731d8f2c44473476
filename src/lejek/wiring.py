"""Who hears of what: every event of the house and its handlers, on one screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from django.utils.module_loading import import_string

from lejek.kernel.events import Handler

_HANDLERS: Mapping[str, Sequence[str]] = {
    # identity
    "touchpoints_attached": ("lejek.scoring.handlers.mark_leads",),
    "attributes_changed": ("lejek.scoring.handlers.mark_leads",),
    "lead_created": ("lejek.scoring.handlers.mark_leads",),
    "import_finished": ("lejek.scoring.handlers.rescore_after_import",),
    "import_undone": ("lejek.scoring.handlers.rescore_after_import",),
    # consent
    "consent_changed": ("lejek.scoring.handlers.mark_leads",),
    # scoring
    "version_activated": ("lejek.scoring.handlers.start_run_after_activation",),
    "lead_scored": ("lejek.qualification.handlers.move_by_definitions",),
    # qualification: stage_changed, lead_accepted, lead_rejected are heard by the hand-over, later
}


@cache
def handlers() -> Mapping[str, Sequence[Handler]]:
    """The handlers by event."""
    return {name: tuple(import_string(path) for path in paths) for name, paths in _HANDLERS.items()}
