"""Moving leads through stages, verdicts of sales, signatures under definitions."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from leadscore.errors import LeadScoreError
from lejek.identity.models import Lead
from lejek.kernel.events import emit
from lejek.people import audit
from lejek.people.models import Role, User
from lejek.qualification.models import (
    RejectionReason,
    SignOff,
    Stage,
    StageTransition,
    Verdict,
)
from lejek.qualification.selectors import sides_for
from lejek.scoring.models import ModelVersion

ACCEPTED, REJECTED = "sales_accepted", "recycled"
TAKEN_BACK, BY_SALES = "verdict taken back", "accepted by sales"
MOVED_BACK, REOPENED = "moved back by hand", "deal reopened"
_RETURNS = (TAKEN_BACK, MOVED_BACK, REOPENED)
"""Reasons of moves that make as if the lead had never left."""


class NotAllowed(LeadScoreError):
    """The action is not possible for this person or this lead."""


class LeadIsFinished(NotAllowed):
    """Nobody works on the lead any more, so there is nothing to accept or to send back."""


def hold(lead: Lead) -> None:
    """Let nobody else move the lead until the transaction ends; its stage is as it is now."""
    lead.refresh_from_db(
        fields=["stage", "stage_since", "closed_at"],
        from_queryset=Lead.objects.select_for_update(),
    )


@transaction.atomic
def move_lead(
    *,
    lead: Lead,
    to: str,
    reason: str,
    actor: User | None,
    now: datetime,
    version: ModelVersion | None = None,
    definition: str = "",
) -> StageTransition | None:
    """Move a lead to another stage.

    Writes: a StageTransition, the lead's stage, the event stage_changed.
    Returns: None when the lead is there already, or somebody else moved it first.
    """
    if lead.stage == to:
        return None
    if not Stage.objects.filter(key=to).exists():
        raise NotAllowed(f"there is no stage {to!r}")
    moved = Lead.objects.filter(pk=lead.pk, stage=lead.stage).update(stage=to, stage_since=now)
    if not moved:
        return None
    transition = StageTransition.objects.create(
        lead=lead,
        old=lead.stage,
        new=to,
        reason=reason,
        actor=actor,
        at=now,
        version=version,
        definition=definition,
    )
    content = {
        "lead_id": lead.pk,
        "old": lead.stage,
        "new": to,
        "definition": definition or None,
        "model_version": None if version is None else version.number,
    }
    emit("stage_changed", content, now=now)
    lead.stage, lead.stage_since = to, now
    return transition


@transaction.atomic
def move_back(
    *, lead: Lead, move: StageTransition, reason: str, actor: User | None, now: datetime
) -> None:
    """The lead goes back to the stage from which a move took it, and is there since it first came.

    Writes: what `move_lead` writes.
    """
    if move_lead(lead=lead, to=move.old, reason=reason, actor=actor, now=now) is None:
        return
    lead.stage_since = _entered(move)
    Lead.objects.filter(pk=lead.pk).update(stage_since=lead.stage_since)


@transaction.atomic
def move_by_hand(
    *, lead: Lead, to: str, reason: str, actor: User, now: datetime
) -> StageTransition | None:
    """Somebody moves a lead to another stage, and says why.

    Writes: what `move_lead` writes, and the audit log.
    Returns: None when the lead is there already, or somebody else moved it first.
    """
    moved = move_lead(lead=lead, to=to, reason=reason, actor=actor, now=now)
    if moved is not None:
        audit.record(
            actor=actor,
            action="moved_lead",
            subject=f"lead {lead.pk}",
            details={"reason": reason},
            now=now,
        )
    return moved


@transaction.atomic
def undo_move(*, move: StageTransition, actor: User, now: datetime) -> bool:
    """Take back what somebody just moved by hand; the stage returns, with the moment since when.

    Writes: what `move_lead` writes, and the audit log.
    Raises: NotAllowed when somebody else moved it.
    Returns: False when the lead has gone on since, or was moved back already.
    """
    if move.actor_id != actor.pk:
        raise NotAllowed("only who moved a lead can take it back")
    lead = move.lead
    hold(lead)
    newest = StageTransition.objects.filter(lead=lead).order_by("-id").values_list("id", flat=True)
    if lead.closed_at is not None or lead.stage != move.new or newest.first() != move.pk:
        return False
    move_back(lead=lead, move=move, reason=MOVED_BACK, actor=actor, now=now)
    audit.record(actor=actor, action="took_back_move", subject=f"lead {lead.pk}", now=now)
    return True


@transaction.atomic
def accept_lead(*, lead: Lead, comment: str = "", actor: User, now: datetime) -> Verdict:
    """Sales takes the lead.

    Writes: a Verdict, the stage unless the lead is further already, the owner when nobody owns it
    yet, the event lead_accepted.
    Raises: LeadIsFinished.
    """
    stage = _stage_of_work(lead)
    takes = Lead.objects.filter(pk=lead.pk, owner__isnull=True).update(owner=actor) == 1
    verdict = Verdict.objects.create(
        lead=lead, is_accepted=True, takes_lead=takes, comment=comment, actor=actor, at=now
    )
    if stage.position < Stage.objects.get(key=ACCEPTED).position:
        move_lead(lead=lead, to=ACCEPTED, reason=BY_SALES, actor=actor, now=now)
    audit.record(actor=actor, action="accepted_lead", subject=f"lead {lead.pk}", now=now)
    emit("lead_accepted", {"lead_id": lead.pk}, now=now)
    return verdict


@transaction.atomic
def reject_lead(
    *, lead: Lead, reason: RejectionReason, comment: str = "", actor: User, now: datetime
) -> Verdict:
    """Sales sends the lead back, and says why.

    Writes: a Verdict with its reason, the stage, the event lead_rejected.
    Raises: LeadIsFinished.
    """
    _stage_of_work(lead)
    verdict = Verdict.objects.create(
        lead=lead, is_accepted=False, reason=reason, comment=comment, actor=actor, at=now
    )
    move_lead(
        lead=lead, to=REJECTED, reason=f"rejected by sales: {reason.key}", actor=actor, now=now
    )
    audit.record(
        actor=actor,
        action="rejected_lead",
        subject=f"lead {lead.pk}",
        details={"reason": reason.key},
        now=now,
    )
    emit("lead_rejected", {"lead_id": lead.pk, "reason": reason.key}, now=now)
    return verdict


def _stage_of_work(lead: Lead) -> Stage:
    """The stage of the lead, held, in which somebody works on it.

    Raises: LeadIsFinished when nobody does.
    """
    hold(lead)
    stage = Stage.objects.get(key=lead.stage)
    if lead.closed_at is not None or not stage.is_working:
        raise LeadIsFinished(f"nobody works on a lead in the stage {stage.key} any more")
    return stage


@transaction.atomic
def undo_verdict(*, verdict: Verdict, actor: User, now: datetime) -> bool:
    """Take the newest verdict of a lead back; what it changed is as it was before.

    The stage returns, with the moment since when, and the owner goes when the verdict had made one;
    unless the lead has gone on since: whoever works on it keeps it.

    Writes: the verdict, what `move_back` writes, the audit log, the event verdict_taken_back.
    Raises: NotAllowed when it is somebody else's, or not the newest.
    Repeat: a second call changes nothing and returns False.
    """
    if Verdict.objects.filter(pk=verdict.pk, undone_at__isnull=False).exists():
        return False
    if verdict.actor_id != actor.pk and actor.role != Role.ADMINISTRATOR:
        raise NotAllowed("only who gave a verdict can take it back")
    newest = Verdict.objects.filter(lead=verdict.lead, undone_at__isnull=True).order_by("-id")
    if newest.values_list("id", flat=True).first() != verdict.pk:
        raise NotAllowed("only the newest verdict can be taken back")
    if not Verdict.objects.filter(pk=verdict.pk, undone_at__isnull=True).update(undone_at=now):
        return False
    moved = (
        StageTransition.objects.filter(lead=verdict.lead, at=verdict.at, actor=verdict.actor)
        .order_by("-id")
        .first()
    )
    lead = verdict.lead
    has_gone_on = moved is not None and lead.stage != moved.new
    if moved is not None and not has_gone_on:
        move_back(lead=lead, move=moved, reason=TAKEN_BACK, actor=actor, now=now)
    if verdict.takes_lead and not has_gone_on:
        Lead.objects.filter(pk=lead.pk, owner=verdict.actor).update(owner=None)
    audit.record(
        actor=actor, action="took_back_verdict", subject=f"lead {verdict.lead_id}", now=now
    )
    emit("verdict_taken_back", {"lead_id": verdict.lead_id}, now=now)
    return True


def _entered(moved: StageTransition) -> datetime:
    """When a lead had come to the stage that a transition took it from.

    What took a move back does not count: it made as if the lead had never left.
    """
    before = StageTransition.objects.filter(lead=moved.lead_id, new=moved.old, id__lt=moved.pk)
    before = before.exclude(reason__in=_RETURNS).order_by("-id")
    found = before.values_list("at", flat=True).first()
    return found or moved.lead.created_at


@transaction.atomic
def sign_definition(
    *, version: ModelVersion, definition: str, side: str, actor: User, now: datetime
) -> SignOff:
    """Marketing or sales agrees to a definition of a published version.

    Raises: NotAllowed when somebody signs for a side that is not theirs, or for the second one.
    Repeat: signing twice keeps the first signature.
    """
    if side not in sides_for(actor, version):
        raise NotAllowed(f"{actor} cannot sign this version for {side}")
    signed, is_new = SignOff.objects.get_or_create(
        version=version, definition=definition, side=side, defaults={"user": actor, "at": now}
    )
    if is_new:
        audit.record(
            actor=actor,
            action="signed_definition",
            subject=f"{definition} #{version.number}",
            details={"side": side},
            now=now,
        )
    return signed
