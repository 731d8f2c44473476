"""Stages and reasons as an organisation wants them.

In: what somebody entered in the settings. Out: stages and reasons, each change in the audit log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Max, Model
from django.utils.text import slugify

from leadscore.errors import LeadScoreError
from lejek.identity.models import Lead
from lejek.people import audit
from lejek.people.models import User
from lejek.qualification.models import RejectionReason, Stage, StageTransition
from lejek.qualification.services import ACCEPTED, REJECTED

BEGINNING = "lead"
NEEDED = frozenset({BEGINNING, ACCEPTED, REJECTED})
"""Stages that new leads and verdicts go to: they may be renamed, not taken away."""

Placed = TypeVar("Placed", Stage, RejectionReason)
_MOVED: Mapping[type[Model], str] = {Stage: "moved_stage", RejectionReason: "moved_reason"}


class InUse(LeadScoreError):
    """What is to be deleted is still needed. `why` is a key: `needed`, `leads` or `history`."""

    def __init__(self, why: str, count: int = 0) -> None:
        super().__init__(f"in use: {why} {count}")
        self.why = why
        self.count = count


@dataclass(frozen=True, slots=True)
class StageEntry:
    """What somebody entered for a stage."""

    label_pl: str
    label_en: str
    definition: str
    is_working: bool
    is_won: bool


@dataclass(frozen=True, slots=True)
class ReasonEntry:
    """What somebody entered for a reason."""

    label_pl: str
    label_en: str
    is_active: bool


@transaction.atomic
def add_stage(*, entry: StageEntry, actor: User, now: datetime) -> Stage:
    """A new stage, last in order. Its key is made from the English label and never changes."""
    taken = frozenset(Stage.objects.values_list("key", flat=True))
    last = Stage.objects.aggregate(last=Max("position"))["last"] or 0
    stage = Stage.objects.create(
        key=free_key(entry.label_en, taken), position=last + 10, **asdict(entry)
    )
    audit.record(
        actor=actor, action="added_stage", subject=stage.key, details=asdict(entry), now=now
    )
    return stage


@transaction.atomic
def change_stage(*, stage: Stage, entry: StageEntry, actor: User, now: datetime) -> bool:
    """Another label, definition or meaning of a stage; its key stays, and so does its history.

    Repeat: entering the same again changes nothing and returns False.
    """
    changes = _changes(stage, asdict(entry))
    if not changes:
        return False
    Stage.objects.filter(pk=stage.pk).update(**asdict(entry))
    audit.record(actor=actor, action="changed_stage", subject=stage.key, details=changes, now=now)
    return True


@transaction.atomic
def delete_stage(*, stage: Stage, actor: User, now: datetime) -> None:
    """Take away a stage that no lead has ever been in.

    Raises: InUse, with the reason.
    """
    if stage.key in NEEDED:
        raise InUse("needed")
    n_leads = Lead.objects.filter(stage=stage.key).count()
    if n_leads:
        raise InUse("leads", n_leads)
    n_past = StageTransition.objects.filter(new=stage.key).count()
    if n_past:
        raise InUse("history", n_past)
    Stage.objects.filter(pk=stage.pk).delete()
    audit.record(actor=actor, action="deleted_stage", subject=stage.key, now=now)


def move_stage(*, stage: Stage, by: int, actor: User, now: datetime) -> bool:
    """One place up (-1) or down (1); False when there is nowhere to go."""
    return _move(stage, list(Stage.objects.order_by("position", "id")), by, actor, now)


@transaction.atomic
def add_reason(*, entry: ReasonEntry, actor: User, now: datetime) -> RejectionReason:
    """A new reason for which sales may send a lead back, last in order."""
    taken = frozenset(RejectionReason.objects.values_list("key", flat=True))
    last = RejectionReason.objects.aggregate(last=Max("position"))["last"] or 0
    reason = RejectionReason.objects.create(
        key=free_key(entry.label_en, taken), position=last + 1, **asdict(entry)
    )
    audit.record(
        actor=actor, action="added_reason", subject=reason.key, details=asdict(entry), now=now
    )
    return reason


@transaction.atomic
def change_reason(
    *, reason: RejectionReason, entry: ReasonEntry, actor: User, now: datetime
) -> bool:
    """Another label of a reason, or whether it is offered; verdicts given with it stay.

    Repeat: entering the same again changes nothing and returns False.
    """
    changes = _changes(reason, asdict(entry))
    if not changes:
        return False
    RejectionReason.objects.filter(pk=reason.pk).update(**asdict(entry))
    audit.record(actor=actor, action="changed_reason", subject=reason.key, details=changes, now=now)
    return True


def move_reason(*, reason: RejectionReason, by: int, actor: User, now: datetime) -> bool:
    """One place up (-1) or down (1); False when there is nowhere to go."""
    return _move(reason, list(RejectionReason.objects.order_by("position", "id")), by, actor, now)


def free_key(label: str, taken: frozenset[str]) -> str:
    """A key made from a label, with a number where it is taken already."""
    stem = slugify(label).replace("-", "_")[:34] or "other"
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}_{number}", number + 1
    return key


def _changes(row: Stage | RejectionReason, entered: dict[str, object]) -> dict[str, object]:
    """What is different, as [old, new]."""
    return {
        name: [getattr(row, name), value]
        for name, value in entered.items()
        if getattr(row, name) != value
    }


@transaction.atomic
def _move(row: Placed, rows: list[Placed], by: int, actor: User, now: datetime) -> bool:
    """Change places with the neighbour; places are numbered anew, ten apart."""
    here = next(place for place, each in enumerate(rows) if each.pk == row.pk)
    there = here + by
    if by == 0 or not 0 <= there < len(rows):
        return False
    rows[here], rows[there] = rows[there], rows[here]
    for place, each in enumerate(rows, start=1):
        each.position = place * 10
    type(row)._default_manager.bulk_update(rows, ["position"])  # noqa: SLF001 - Django's public name
    action = _MOVED[type(row)]
    audit.record(actor=actor, action=action, subject=row.key, details={"place": there + 1}, now=now)
    return True
