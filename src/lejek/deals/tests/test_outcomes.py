"""Deals that are won or lost."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lejek.deals.models import Opportunity
from lejek.deals.selectors import outcomes
from lejek.deals.services import WrongAmount, record_outcome
from lejek.kernel.models import Event
from lejek.people.models import AuditEntry
from lejek.qualification.tests import builders
from lejek.qualification.tests.builders import DAY

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_a_won_deal_makes_a_customer_and_is_told() -> None:
    lead, who = builders.lead(NOW), builders.user()
    deal = record_outcome(lead=lead, is_won=True, amount=1_250_000, actor=who, now=NOW)
    lead.refresh_from_db()
    assert (deal.outcome, deal.amount, deal.closed_at, lead.stage) == (
        "won",
        1_250_000,
        NOW,
        "customer",
    )
    told = Event.objects.get(name="deal_closed").content
    assert told == {
        "lead_id": lead.pk,
        "deal_id": deal.pk,
        "outcome": "won",
        "amount": 1_250_000,
    }
    assert AuditEntry.objects.get().action == "won_deal"


def test_a_lost_deal_recycles_the_lead() -> None:
    lead = builders.lead(NOW)
    record_outcome(lead=lead, is_won=False, amount=0, actor=None, now=NOW)
    lead.refresh_from_db()
    assert lead.stage == "recycled"


def test_the_open_deal_is_closed_and_a_closed_one_stays() -> None:
    lead = builders.lead(NOW)
    opened = Opportunity.objects.create(lead=lead, name="Prasa", opened_at=NOW)
    first = record_outcome(lead=lead, is_won=False, amount=5, actor=None, now=NOW + DAY)
    assert (first.pk, first.name, first.opened_at) == (opened.pk, "Prasa", NOW)
    second = record_outcome(lead=lead, is_won=True, amount=7, actor=None, now=NOW + 2 * DAY)
    assert second.pk != first.pk
    found = outcomes().values_list("outcome", "amount")
    assert list(found) == [("lost", 5), ("won", 7)]


def test_an_amount_below_nought_is_refused_and_nothing_is_written() -> None:
    lead = builders.lead(NOW)
    with pytest.raises(WrongAmount):
        record_outcome(lead=lead, is_won=True, amount=-1, actor=None, now=NOW)
    assert not Opportunity.objects.exists()


def test_open_deals_are_no_outcomes() -> None:
    Opportunity.objects.create(lead=builders.lead(NOW), opened_at=NOW)
    assert not outcomes().exists()
