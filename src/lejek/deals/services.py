"""Deals that are opened, won or lost, and mended when somebody slipped."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from leadscore.errors import LeadScoreError
from lejek.deals.models import Opportunity
from lejek.deals.selectors import deals_of, standing
from lejek.identity.models import Lead
from lejek.kernel.events import emit
from lejek.people import audit
from lejek.people.models import User
from lejek.qualification import services as qualification
from lejek.qualification.models import RejectionReason, Stage, StageTransition, Verdict
from lejek.qualification.services import REJECTED, REOPENED, hold, move_back, move_lead

PURSUED = "opportunity"
OPENED, WON, LOST = "deal opened", "deal won", "deal lost"
"""Reasons of transitions."""

_OPEN = Opportunity.Outcome.OPEN


class DealsHaveMoved(LeadScoreError):
    """The deals of the lead are not as somebody saw them: it was done already, or by another."""


class DealIsOpen(LeadScoreError):
    """A lead has one open deal at a time; it is won or lost before the next."""


class ReasonMissing(LeadScoreError):
    """Who loses a deal says why."""


class WrongAmount(LeadScoreError):
    """The amount of a deal is a whole number of the smallest unit, nought or more."""


@transaction.atomic
def open_deal(
    *, lead: Lead, amount: int, currency: str, name: str = "", actor: User | None, now: datetime
) -> Opportunity:
    """The lead wants to buy: a deal is opened.

    Units: `amount` in the smallest unit of `currency`.
    Writes: the deal, the stage of the lead, an audit entry, the event deal_opened.
    Raises: WrongAmount; DealIsOpen when there is one already.
    """
    _check(amount)
    hold(lead)
    if _open_deals(lead).exists():
        raise DealIsOpen("this lead has an open deal already")
    deal = Opportunity.objects.create(
        lead=lead, name=name, amount=amount, currency=currency, opened_at=now
    )
    if Stage.objects.filter(key=PURSUED).exists():
        move_lead(lead=lead, to=PURSUED, reason=OPENED, actor=actor, now=now)
    _note("opened_deal", deal, actor, now)
    content = {"lead_id": lead.pk, "deal_id": deal.pk, "amount": amount, "currency": currency}
    emit("deal_opened", content, now=now)
    return deal


@transaction.atomic
def correct_deal(
    *,
    deal: Opportunity,
    amount: int,
    currency: str,
    name: str,
    reason: str = "",
    actor: User | None,
    now: datetime,
) -> None:
    """Mend the name or the amount of a deal, and why it was lost; how it ended stays.

    Writes: the deal, an audit entry with the values before.
    Raises: WrongAmount; ReasonMissing for a lost deal. Repeat: the same values change nothing.
    """
    _check(amount)
    values = {"name": name, "amount": amount, "currency": currency}
    if deal.outcome == Opportunity.Outcome.LOST:
        values["reason"] = _said(reason)
    before = {field: getattr(deal, field) for field in values}
    if before == values:
        return
    Opportunity.objects.filter(pk=deal.pk).update(**values)
    deal.refresh_from_db()
    _note("corrected_deal", deal, actor, now, before=before)


@transaction.atomic
def reopen_deal(*, deal: Opportunity, actor: User | None, now: datetime) -> bool:
    """Take back that a deal was won or lost; the stage returns, with the moment since when.

    Writes: the deal, the stage of the lead, an audit entry, the event deal_reopened.
    Raises: DealIsOpen when the lead has another open deal.
    Returns: False when it is open already; nothing is changed then.
    """
    hold(deal.lead)
    if _open_deals(deal.lead).exclude(pk=deal.pk).exists():
        raise DealIsOpen("this lead has another open deal")
    closed_at, outcome, because = deal.closed_at, deal.outcome, deal.reason
    reopened = Opportunity.objects.filter(pk=deal.pk, closed_at=closed_at).exclude(outcome=_OPEN)
    if not reopened.update(outcome=_OPEN, closed_at=None, reason=""):
        return False
    deal.refresh_from_db()
    reason = WON if outcome == Opportunity.Outcome.WON else LOST
    moves = StageTransition.objects.filter(lead=deal.lead, reason=reason)
    moved = None if closed_at is None else moves.filter(at=closed_at).first()
    if moved is not None and deal.lead.stage == moved.new:
        move_back(lead=deal.lead, move=moved, reason=REOPENED, actor=actor, now=now)
    said = {"reason": because} if because else {}
    _note("reopened_deal", deal, actor, now, was=outcome, **said)
    emit("deal_reopened", {"lead_id": deal.lead_id, "deal_id": deal.pk, "was": outcome}, now=now)
    return True


@transaction.atomic
def reject_lead(
    *, lead: Lead, reason: RejectionReason, comment: str = "", actor: User, now: datetime
) -> Verdict:
    """Sales sends the lead back, once no deal of it is open.

    Writes: what the verdict writes.
    Raises: DealIsOpen: it is won or lost first; LeadIsFinished.
    """
    hold(lead)
    if _open_deals(lead).exists():
        raise DealIsOpen("this lead has an open deal; close it first, as won or lost")
    return qualification.reject_lead(
        lead=lead, reason=reason, comment=comment, actor=actor, now=now
    )


def _check(amount: int) -> None:
    if amount < 0:
        raise WrongAmount(f"found {amount}, 0 or more is accepted")


def _said(reason: str) -> str:
    """Why a deal was lost.

    Raises: ReasonMissing.
    """
    said = reason.strip()
    if not said:
        raise ReasonMissing("a lost deal needs the reason for which it was lost")
    return said


def _open_deals(lead: Lead) -> QuerySet[Opportunity]:
    return Opportunity.objects.filter(lead=lead, outcome=_OPEN)


def _note(
    action: str, deal: Opportunity, actor: User | None, now: datetime, **details: object
) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject=f"lead {deal.lead_id}",
        details={"amount": deal.amount, "currency": deal.currency, **details},
        now=now,
    )


@transaction.atomic
def record_outcome(
    *,
    lead: Lead,
    seen: str,
    lost_because: str | None,
    amount: int,
    currency: str = "PLN",
    name: str = "",
    actor: User | None,
    now: datetime,
) -> Opportunity:
    """A deal of the lead was won, or lost for a reason.

    `seen` is how its deals stood (`selectors.standing`) for who says so.
    Closes the open deal of the lead; without one, a deal is written down that opens and closes now.
    A lead that was won becomes a customer; one that was lost is recycled, unless it has bought
    before: then it is a customer still.
    Units: `amount` in the smallest unit of `currency`.
    Writes: the deal, the stage of the lead, an audit entry, the event deal_closed.
    Raises: WrongAmount; ReasonMissing; DealsHaveMoved. Repeat: raises it, and writes nothing.
    """
    _check(amount)
    is_won = lost_because is None
    reason = "" if lost_because is None else _said(lost_because)
    hold(lead)
    if standing(deals_of(lead)) != seen:
        raise DealsHaveMoved("the deals of this lead have changed; look at them again")
    deal = _open_deals(lead).order_by("id").first() or Opportunity(lead=lead, opened_at=now)
    outcome = Opportunity.Outcome.WON if is_won else Opportunity.Outcome.LOST
    deal.outcome, deal.closed_at, deal.reason = outcome, now, reason
    deal.amount, deal.currency = amount, currency
    deal.name = name or deal.name
    deal.save()
    _move(lead, is_won=is_won, actor=actor, now=now)
    if is_won:
        _note("won_deal", deal, actor, now)
    else:
        _note("lost_deal", deal, actor, now, reason=reason)
    content = {
        "lead_id": lead.pk,
        "deal_id": deal.pk,
        "outcome": outcome.value,
        "amount": amount,
        "currency": currency,
    }
    emit("deal_closed", content, now=now)
    return deal


def _move(lead: Lead, *, is_won: bool, actor: User | None, now: datetime) -> None:
    customer = Stage.objects.filter(is_won=True).order_by("position").first()
    reason = WON if is_won else LOST
    if is_won or Opportunity.objects.filter(lead=lead, outcome=Opportunity.Outcome.WON).exists():
        if customer is not None:
            move_lead(lead=lead, to=customer.key, reason=reason, actor=actor, now=now)
        return
    move_lead(lead=lead, to=REJECTED, reason=reason, actor=actor, now=now)
