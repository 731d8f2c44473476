"""Deals that are won or lost."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from leadscore.errors import LeadScoreError
from lejek.deals.models import Opportunity
from lejek.identity.models import Lead
from lejek.kernel.events import emit
from lejek.people import audit
from lejek.people.models import User
from lejek.qualification.models import Stage
from lejek.qualification.services import REJECTED, move_lead


class DealIsClosed(LeadScoreError):
    """A deal that was won or lost stays so; a new chance is a new deal."""


class WrongAmount(LeadScoreError):
    """The amount of a deal is a whole number of the smallest unit, nought or more."""


@transaction.atomic
def record_outcome(
    *,
    lead: Lead,
    is_won: bool,
    amount: int,
    currency: str = "PLN",
    name: str = "",
    actor: User | None,
    now: datetime,
) -> Opportunity:
    """A deal of the lead was won or lost.

    Closes the open deal of the lead; without one, a deal is written down that opens and closes now.
    A lead that was won becomes a customer; one that was lost is recycled.
    Units: `amount` in the smallest unit of `currency`.
    Writes: the deal, the stage of the lead, an audit entry, the event deal_closed.
    Raises: WrongAmount; DealIsClosed when somebody else closed it in between.
    """
    if amount < 0:
        raise WrongAmount(f"found {amount}, 0 or more is accepted")
    outcome = Opportunity.Outcome.WON if is_won else Opportunity.Outcome.LOST
    deal = _close(lead, outcome, amount, currency, name, now)
    _move(lead, is_won=is_won, actor=actor, now=now)
    audit.record(
        actor=actor,
        action="won_deal" if is_won else "lost_deal",
        subject=f"lead {lead.pk}",
        details={"amount": amount, "currency": currency},
        now=now,
    )
    content = {"lead_id": lead.pk, "deal_id": deal.pk, "outcome": outcome.value, "amount": amount}
    emit("deal_closed", content, now=now)
    return deal


def _close(
    lead: Lead, outcome: str, amount: int, currency: str, name: str, now: datetime
) -> Opportunity:
    open_deal = lead.opportunities.filter(outcome=Opportunity.Outcome.OPEN).order_by("id").first()
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
    is_mine = Opportunity.objects.filter(pk=open_deal.pk, outcome=Opportunity.Outcome.OPEN).update(
        outcome=outcome,
        amount=amount,
        currency=currency,
        name=name or open_deal.name,
        closed_at=now,
    )
    if not is_mine:
        raise DealIsClosed("somebody else closed this deal in the meantime")
    open_deal.refresh_from_db()
    return open_deal


def _move(lead: Lead, *, is_won: bool, actor: User | None, now: datetime) -> None:
    if not is_won:
        move_lead(lead=lead, to=REJECTED, reason="deal lost", actor=actor, now=now)
        return
    won = Stage.objects.filter(is_won=True).order_by("position").first()
    if won is not None:
        move_lead(lead=lead, to=won.key, reason="deal won", actor=actor, now=now)
