"""What a later room says of leads, by the names in the settings.

In: nothing. Out: the stages as configured; those that wait for a definition; how leads moved, and
which definitions they crossed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from leadscore.days import to_instant


class Stage(Protocol):
    """A stage as configured."""

    key: str
    label_pl: str
    label_en: str
    definition: str
    is_working: bool


def stages() -> Sequence[Stage]:
    """The stages, the earliest first. Queries: one."""
    return list(import_string(settings.SCORING_STAGES)())


def led_into(definition: str, lang: str) -> list[str]:
    """What the stages are called that leads enter when they meet a definition. Queries: one."""
    return [
        stage.label_pl if lang == "pl" else stage.label_en
        for stage in stages()
        if definition and stage.definition == definition
    ]


def stage_changes() -> list[tuple[int, str, str, int]]:
    """How leads moved: (lead, from stage, to stage, microseconds), in that order. Queries: one."""
    moves = import_string(settings.SCORING_TRANSITIONS)()
    rows = moves.values_list("lead_id", "old", "new", "at")
    return [(lead_id, old, new, to_instant(at)) for lead_id, old, new, at in rows]


def crossings() -> list[tuple[int, str, bool, int]]:
    """Which definitions leads began or ceased to meet, in the order in which it happened.

    Returns: (lead, definition, whether it began, microseconds). Queries: one.
    """
    crossed = import_string(settings.SCORING_CROSSINGS)()
    rows = crossed.values_list("lead_id", "definition", "has_begun", "at")
    return [(lead_id, name, begun, to_instant(at)) for lead_id, name, begun, at in rows]
