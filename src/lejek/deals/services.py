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
from lejek.qualification.services import REJECTED, hold, move_lead

PURSUED = "opportunity"
OPENED, WON, LOST, REOPENED = "deal opened", "deal won", "deal lost", "deal reopened"
"""Reasons of transitions."""

_OPEN = Opportunity.Outcome.OPEN


class DealsHaveMoved(LeadScoreError):
    """The deals of the lead are not as somebody saw them: it was done already, or by another."""


class DealIsOpen(LeadScoreError):
    """A lead has one open deal at a time; it is won or lost before the next."""


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
    emit("deal_opened", {"lead_id": lead.pk, "deal_id": deal.pk, "amount": amount}, now=now)
    return deal


@transaction.atomic
def correct_deal(
    *, deal: Opportunity, amount: int, currency: str, name: str, actor: User | None, now: datetime
) -> None:
    """Mend the name or the amount of a deal; how it ended stays.

    Writes: the deal, an audit entry with the values before.
    Raises: WrongAmount. Repeat: the same values again change nothing.
    """
    _check(amount)
    before = {"name": deal.name, "amount": deal.amount, "currency": deal.currency}
    if before == {"name": name, "amount": amount, "currency": currency}:
        return
    Opportunity.objects.filter(pk=deal.pk).update(name=name, amount=amount, currency=currency)
    deal.refresh_from_db()
    _note("corrected_deal", deal, actor, now, before=before)


@transaction.atomic
def reopen_deal(*, deal: Opportunity, actor: User | None, now: datetime) -> bool:
    """Take back that a deal was won or lost; the stage from before it returns.

    Writes: the deal, the stage of the lead, an audit entry, the event deal_reopened.
    Raises: DealIsOpen when the lead has another open deal.
    Returns: False when it is open already; nothing is changed then.
    """
    hold(deal.lead)
    if _open_deals(deal.lead).exclude(pk=deal.pk).exists():
        raise DealIsOpen("this lead has another open deal")
    closed_at, outcome = deal.closed_at, deal.outcome
    reopened = Opportunity.objects.filter(pk=deal.pk, closed_at=closed_at).exclude(outcome=_OPEN)
    if not reopened.update(outcome=_OPEN, closed_at=None):
        return False
    deal.refresh_from_db()
    reason = WON if outcome == Opportunity.Outcome.WON else LOST
    moves = StageTransition.objects.filter(lead=deal.lead, reason=reason)
    moved = None if closed_at is None else moves.filter(at=closed_at).first()
    if moved is not None and deal.lead.stage == moved.new:
        move_lead(lead=deal.lead, to=moved.old, reason=REOPENED, actor=actor, now=now)
    _note("reopened_deal", deal, actor, now, was=outcome)
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
    is_won: bool,
    amount: int,
    currency: str = "PLN",
    name: str = "",
    actor: User | None,
    now: datetime,
) -> Opportunity:
    """A deal of the lead was won or lost.

    `seen` is how its deals stood (`selectors.standing`) for who says so.
    Closes the open deal of the lead; without one, a deal is written down that opens and closes now.
    A lead that was won becomes a customer; one that was lost is recycled, unless it has bought
    before: then it is a customer still.
    Units: `amount` in the smallest unit of `currency`.
    Writes: the deal, the stage of the lead, an audit entry, the event deal_closed.
    Raises: WrongAmount; DealsHaveMoved. Repeat: raises it, and writes nothing.
    """
    _check(amount)
    hold(lead)
    if standing(deals_of(lead)) != seen:
        raise DealsHaveMoved("the deals of this lead have changed; look at them again")
    outcome = Opportunity.Outcome.WON if is_won else Opportunity.Outcome.LOST
    deal = _close(lead, outcome, amount, currency, name, now)
    _move(lead, is_won=is_won, actor=actor, now=now)
    _note("won_deal" if is_won else "lost_deal", deal, actor, now)
    content = {"lead_id": lead.pk, "deal_id": deal.pk, "outcome": outcome.value, "amount": amount}
    emit("deal_closed", content, now=now)
    return deal


def _close(
    lead: Lead, outcome: str, amount: int, currency: str, name: str, now: datetime
) -> Opportunity:
    open_deal = _open_deals(lead).order_by("id").first()
    if open_deal is None:
        return Opportunity.objects.create(
            lead=lead,
            name=name,
            amount=amount,
            currency=currency,
            outcome=outcome,
            opened_at=now,
            closed_at=now,
        )
    open_deal.outcome, open_deal.closed_at = outcome, now
    open_deal.amount, open_deal.currency = amount, currency
    open_deal.name = name or open_deal.name
    open_deal.save(update_fields=["outcome", "closed_at", "amount", "currency", "name"])
    return open_deal


def _move(lead: Lead, *, is_won: bool, actor: User | None, now: datetime) -> None:
    customer = Stage.objects.filter(is_won=True).order_by("position").first()
    reason = WON if is_won else LOST
    if is_won or Opportunity.objects.filter(lead=lead, outcome=Opportunity.Outcome.WON).exists():
        if customer is not None:
            move_lead(lead=lead, to=customer.key, reason=reason, actor=actor, now=now)
        return
    move_lead(lead=lead, to=REJECTED, reason=reason, actor=actor, now=now)
