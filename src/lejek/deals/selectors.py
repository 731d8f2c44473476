"""What became of leads."""

from __future__ import annotations

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
