"""Which stage a lead moves to, decided from what it crossed. Plain values in, a decision out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum


class Crossing(Enum):
    """What happened to a definition between two scorings."""

    BEGAN = "began"
    ENDED = "ended"
    NONE = "none"


def crossing(*, was_met: bool, meets: bool, keeps: bool) -> Crossing:
    """Whether a definition began or ended; a lead on the edge does not flap.

    A definition begins when its condition holds, and ends when not even the weaker condition under
    which it is kept holds any more.
    """
    if not was_met and meets:
        return Crossing.BEGAN
    if was_met and not keeps:
        return Crossing.ENDED
    return Crossing.NONE


@dataclass(frozen=True, slots=True)
class StageRule:
    """A stage as a decision needs it."""

    key: str
    position: int
    definition: str
    is_working: bool


def stage_after(
    stages: Sequence[StageRule], current: str, began: Sequence[str]
) -> StageRule | None:
    """The furthest stage that a crossing leads into; None when the lead stays where it is.

    Crossings only move a lead forward: back is a decision of a person. A lead in a stage where
    nobody works on it any more (a customer, a disqualified one) stays.
    """
    by_key: Mapping[str, StageRule] = {stage.key: stage for stage in stages}
    here = by_key.get(current)
    if here is None or not here.is_working:
        return None
    ahead = [
        stage
        for stage in stages
        if stage.definition and stage.definition in began and stage.position > here.position
    ]
    return max(ahead, key=lambda stage: stage.position, default=None)
