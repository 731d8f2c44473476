"""What became of leads."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from lejek.deals.models import Opportunity
from lejek.identity.models import Lead


def outcomes() -> QuerySet[Opportunity]:
    """Closed deals, first of each lead first: `lead_id`, `outcome`, `closed_at`, `amount`.

    Units: `amount` in the smallest unit of `currency`.
    """
    closed = Opportunity.objects.exclude(outcome=Opportunity.Outcome.OPEN)
    return closed.filter(closed_at__isnull=False).order_by("lead_id", "closed_at", "id")


def deals_of(lead: Lead) -> list[Opportunity]:
    """The deals of a lead, the open one first, then the newest. Queries: one."""
    found = Opportunity.objects.filter(lead=lead).order_by("-opened_at", "-id")
    return sorted(found, key=lambda deal: deal.outcome != Opportunity.Outcome.OPEN)


def standing(deals: Sequence[Opportunity]) -> str:
    """How the deals of a lead stand: it changes when one is opened, closed or opened again.

    A form carries it, so that what was sent twice, or of deals that have moved on, is found out.
    """
    is_open = (deal.pk for deal in deals if deal.outcome == Opportunity.Outcome.OPEN)
    return f"{next(is_open, 0)}-{len(deals)}"
