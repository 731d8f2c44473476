"""Leads with a score, and what became of them, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from lejek.deals.models import Opportunity
from lejek.identity.models import Contact, Lead
from lejek.people.models import User
from lejek.scoring.models import ModelVersion, ScorePoint

_numbers = count(1)


@dataclass(frozen=True)
class Made:
    """`points` of fit soon after coming in; won or lost so many days after the reading."""

    points: float
    won_after: float | None = None
    lost_after: float | None = None
    amount: int = 100
    currency: str = "PLN"
    created_at: datetime = datetime(2025, 1, 10, 9, 30, tzinfo=UTC)
    owner: User | None = None
    is_scored: bool = True

    @property
    def read_at(self) -> datetime:
        """The end of the 14th day after the lead came in."""
        day = self.created_at.replace(hour=0, minute=0, second=0, microsecond=0)
        return day + timedelta(days=15)


def write(version: ModelVersion, made: Sequence[Made]) -> list[Lead]:
    contacts = Contact.objects.bulk_create(
        Contact(
            email=f"m{next(_numbers)}@example.com",
            created_at=each.created_at,
            updated_at=each.created_at,
        )
        for each in made
    )
    leads = Lead.objects.bulk_create(
        Lead(
            contact=contact,
            created_at=each.created_at,
            stage_since=each.created_at,
            owner=each.owner,
        )
        for contact, each in zip(contacts, made, strict=True)
    )
    ScorePoint.objects.bulk_create(
        score(lead, version, each.points, each.created_at + timedelta(minutes=1))
        for lead, each in zip(leads, made, strict=True)
        if each.is_scored
    )
    Opportunity.objects.bulk_create(
        deal for lead, each in zip(leads, made, strict=True) for deal in deals(lead, each)
    )
    return leads


def score(lead: Lead, version: ModelVersion, points: float, at: datetime) -> ScorePoint:
    milli = round(points * 1000)
    return ScorePoint(
        lead=lead,
        version=version,
        at=at,
        overall=milli,
        scores={"fit": milli, "engagement": 0, "potential": 0},
    )


def deals(lead: Lead, each: Made) -> list[Opportunity]:
    ends = (("won", each.won_after), ("lost", each.lost_after))
    return [
        Opportunity(
            lead=lead,
            outcome=outcome,
            amount=each.amount,
            currency=each.currency,
            opened_at=each.created_at,
            closed_at=each.read_at + timedelta(days=after),
        )
        for outcome, after in ends
        if after is not None
    ]
