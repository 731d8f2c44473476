"""What somebody has just moved by hand: said on the page of the lead, with a way back.

In: a lead, who looks, the move that the address names. Out: from where to where.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, QuerySet

from lejek.desk.words import Words
from lejek.identity.models import Lead
from lejek.people.models import User
from lejek.qualification.models import StageTransition
from lejek.ui.numbers import whole_number


@dataclass(frozen=True, slots=True)
class Moved:
    """A move from one stage to another; `is_listed` where the lead is still one to call."""

    move_id: int
    old: str
    new: str
    is_listed: bool


def moves_of(lead: Lead, user: User) -> QuerySet[StageTransition]:
    """The moves of a lead that somebody made."""
    return StageTransition.objects.filter(lead=lead, actor=user).select_related("lead")


def just_moved(lead: Lead, user: User, named: str, words: Words) -> Moved | None:
    """The move that an address names, while it is the last one and theirs.

    Queries: one where a move is named.
    """
    move_id = whole_number(named)
    if move_id is None:
        return None
    later = StageTransition.objects.filter(lead=lead, pk__gt=move_id)
    move = moves_of(lead, user).filter(~Exists(later), pk=move_id, new=lead.stage).first()
    if move is None:
        return None
    is_listed = not words.is_finished(move.new)
    return Moved(move.pk, words.stage(move.old), words.stage(move.new), is_listed)
