"""How a lead moves: its transitions, a move by a person, the verdict of sales."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from lejek.api.contract import Made, get, post
from lejek.api.failures import Refusal, invalid, problem
from lejek.api.keys import LEADS_EDIT, LEADS_JUDGE, LEADS_READ, Caller, caller_of
from lejek.api.leads import visible_lead
from lejek.api.paging import Id, Paging, page_by_id
from lejek.api.shapes import Person, Said, person
from lejek.deals.services import DealIsOpen, reject_lead
from lejek.identity.models import Lead
from lejek.qualification.models import RejectionReason, Stage, StageTransition, Verdict
from lejek.qualification.services import LeadIsFinished, accept_lead, move_by_hand

router = Router()


class TransitionShape(BaseModel):
    """A lead went from one stage to another."""

    id: int
    old: str
    new: str
    reason: str
    at: datetime
    actor: Person | None = Field(description="Who moved it; null when a definition did.")
    definition: str | None = Field(description="The definition whose crossing moved it.")
    version: int | None = Field(description="The version of the model with that definition.")


class TransitionPage(BaseModel):
    """A page of transitions."""

    transitions: list[TransitionShape]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


@get(router, "/leads/{lead_id}/transitions", LEADS_READ, TransitionPage)
def list_transitions(
    request: HttpRequest, lead_id: Path[Id], paging: Query[Paging]
) -> TransitionPage:
    """The stages that a lead went through, newest first."""
    lead = visible_lead(caller_of(request), lead_id)
    rows = StageTransition.objects.filter(lead=lead).select_related("actor", "version")
    shown, following = page_by_id(rows, paging, is_newest_first=True)
    return TransitionPage(transitions=[_shape(row) for row in shown], next=following)


def _shape(row: StageTransition) -> TransitionShape:
    return TransitionShape(
        id=row.pk,
        old=row.old,
        new=row.new,
        reason=row.reason,
        at=row.at,
        actor=person(row.actor),
        definition=row.definition or None,
        version=None if row.version is None else row.version.number,
    )


class MoveSaid(Said):
    """Where a lead is moved, and why."""

    to: Annotated[str, Field(min_length=1, max_length=40, description="The key of a stage.")]
    reason: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


@post(router, "/leads/{lead_id}/transitions", LEADS_EDIT, {201: TransitionShape})
def move(request: HttpRequest, lead_id: Path[Id], body: MoveSaid) -> Made:
    """Move a lead to another stage."""
    caller = caller_of(request)
    lead = _open_lead(caller, lead_id)
    stages = list(Stage.objects.order_by("position").values_list("key", flat=True))
    if body.to not in stages:
        raise invalid([problem("body.to", body.to, f"one of: {', '.join(stages)}")])
    moved = move_by_hand(
        lead=lead, to=body.to, reason=body.reason.strip(), actor=caller.user, now=caller.now
    )
    if moved is None:
        raise Refusal(409, f"The lead is in the stage {body.to} already.", code="already_there")
    return Made(_shape(moved))


def _open_lead(caller: Caller, lead_id: int) -> Lead:
    lead = visible_lead(caller, lead_id)
    if lead.closed_at is not None:
        raise Refusal(409, "The lead is closed.", code="closed")
    return lead


class VerdictSaid(Said):
    """Whether sales takes a lead."""

    accepted: bool
    reason: Annotated[
        str | None,
        Field(max_length=40, description="The key of a reason; needed when the lead is rejected."),
    ] = None
    comment: Annotated[str, Field(max_length=2_000)] = ""


class VerdictShape(BaseModel):
    """What sales said of a lead."""

    id: int
    lead_id: int
    accepted: bool
    reason: str | None
    comment: str
    at: datetime
    actor: Person | None
    stage: str = Field(description="The stage of the lead after it.")


@post(router, "/leads/{lead_id}/verdict", LEADS_JUDGE, {201: VerdictShape})
def judge(request: HttpRequest, lead_id: Path[Id], body: VerdictSaid) -> Made:
    """Accept a lead, or reject it with a reason.

    Refused with 409 `finished` in a stage in which nobody works on leads any more, and a rejection
    with 409 `deal_open` while the lead has an open deal.
    """
    caller = caller_of(request)
    lead = _open_lead(caller, lead_id)
    reason = _reason(body)
    comment, actor, now = body.comment, caller.user, caller.now
    try:
        if reason is None:
            verdict = accept_lead(lead=lead, comment=comment, actor=actor, now=now)
        else:
            verdict = reject_lead(lead=lead, reason=reason, comment=comment, actor=actor, now=now)
    except LeadIsFinished as error:
        raise Refusal(409, "Nobody works on this lead any more.", code="finished") from error
    except DealIsOpen as error:
        message = "The lead has an open deal; it is won or lost first."
        raise Refusal(409, message, code="deal_open") from error
    return Made(_verdict(verdict))


def _reason(body: VerdictSaid) -> RejectionReason | None:
    """The reason of a rejection; None for an acceptance.

    Raises: Refusal when it is missing, unknown, or given for an acceptance.
    """
    if body.accepted:
        if body.reason is not None:
            raise invalid([problem("body.reason", body.reason, "null when a lead is accepted")])
        return None
    reasons = RejectionReason.objects.filter(is_active=True).order_by("position", "id")
    found = {reason.key: reason for reason in reasons}
    if body.reason not in found:
        raise invalid([problem("body.reason", body.reason, f"one of: {', '.join(found)}")])
    return found[body.reason]


def _verdict(verdict: Verdict) -> VerdictShape:
    return VerdictShape(
        id=verdict.pk,
        lead_id=verdict.lead_id,
        accepted=verdict.is_accepted,
        reason=None if verdict.reason is None else verdict.reason.key,
        comment=verdict.comment,
        at=verdict.at,
        actor=person(verdict.actor),
        stage=verdict.lead.stage,
    )
