"""Deals that are won or lost."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from lejek.deals.forms import DealForm, amount_of
from lejek.deals.models import Opportunity
from lejek.deals.selectors import deals_of, outcomes, standing
from lejek.deals.services import (
    DealIsOpen,
    DealsHaveMoved,
    ReasonMissing,
    WrongAmount,
    correct_deal,
    open_deal,
    record_outcome,
    reject_lead,
    reopen_deal,
)
from lejek.identity.models import Lead
from lejek.kernel.models import Event
from lejek.people.models import AuditEntry, User
from lejek.qualification.models import RejectionReason, StageTransition, Verdict
from lejek.qualification.tests import builders
from lejek.qualification.tests.builders import DAY

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def closed(
    *,
    lead: Lead,
    is_won: bool,
    amount: int,
    actor: User | None,
    now: datetime,
    reason: str = "Za drogo",
) -> Opportunity:
    """A deal closed by somebody who saw the deals as they stand."""
    return record_outcome(
        lead=lead,
        seen=standing(deals_of(lead)),
        lost_because=None if is_won else reason,
        amount=amount,
        actor=actor,
        now=now,
    )


def test_a_won_deal_makes_a_customer_and_is_told() -> None:
    lead, who = builders.lead(NOW), builders.user()
    deal = closed(lead=lead, is_won=True, amount=1_250_000, actor=who, now=NOW)
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
        "currency": "PLN",
    }
    assert AuditEntry.objects.get().action == "won_deal"


def test_a_lost_deal_recycles_the_lead_and_keeps_why() -> None:
    lead = builders.lead(NOW)
    deal = closed(lead=lead, is_won=False, amount=0, actor=None, now=NOW, reason=" Za drogo ")
    lead.refresh_from_db()
    assert (lead.stage, deal.reason) == ("recycled", "Za drogo")
    assert AuditEntry.objects.get(action="lost_deal").details["reason"] == "Za drogo"


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_deal_is_not_lost_without_a_reason(reason: str) -> None:
    deal = opened()
    with pytest.raises(ReasonMissing):
        closed(lead=deal.lead, is_won=False, amount=0, actor=None, now=NOW, reason=reason)
    deal.refresh_from_db()
    assert (deal.outcome, deal.lead.stage) == ("open", "opportunity")
    assert not AuditEntry.objects.filter(action="lost_deal").exists()


def test_only_a_lost_deal_has_a_reason() -> None:
    deal = opened()
    won = closed(lead=deal.lead, is_won=True, amount=5, actor=None, now=NOW + DAY)
    assert won.reason == ""
    with pytest.raises(IntegrityError), transaction.atomic():
        Opportunity.objects.filter(pk=won.pk).update(reason="Za drogo")
    assert reopen_deal(deal=won, actor=None, now=NOW + DAY)
    lost = closed(lead=deal.lead, is_won=False, amount=5, actor=None, now=NOW + 2 * DAY)
    correct_deal(
        deal=lost, amount=5, currency="PLN", name="A", reason="Konkurencja", actor=None, now=NOW
    )
    assert lost.reason == "Konkurencja"
    before = AuditEntry.objects.get(action="corrected_deal").details["before"]
    assert before["reason"] == "Za drogo"
    with pytest.raises(ReasonMissing):
        correct_deal(deal=lost, amount=6, currency="PLN", name="A", actor=None, now=NOW)
    assert reopen_deal(deal=lost, actor=None, now=NOW + 3 * DAY)
    assert (lost.outcome, lost.reason) == ("open", "")
    said = AuditEntry.objects.filter(action="reopened_deal").order_by("-id")[0]
    assert said.details["reason"] == "Konkurencja"


def test_the_open_deal_is_closed_and_a_closed_one_stays() -> None:
    lead = builders.lead(NOW)
    opened = Opportunity.objects.create(lead=lead, name="Prasa", opened_at=NOW)
    first = closed(lead=lead, is_won=False, amount=5, actor=None, now=NOW + DAY)
    assert (first.pk, first.name, first.opened_at) == (opened.pk, "Prasa", NOW)
    second = closed(lead=lead, is_won=True, amount=7, actor=None, now=NOW + 2 * DAY)
    assert second.pk != first.pk
    found = outcomes().values_list("outcome", "amount")
    assert list(found) == [("lost", 5), ("won", 7)]


@pytest.mark.parametrize("is_open", [True, False])
def test_a_deal_closed_twice_is_closed_once(is_open: bool) -> None:
    lead = opened().lead if is_open else builders.lead(NOW)
    seen = standing(deals_of(lead))
    first = record_outcome(lead=lead, seen=seen, lost_because=None, amount=7, actor=None, now=NOW)
    for lost_because in (None, "Za drogo"):
        with pytest.raises(DealsHaveMoved):
            record_outcome(
                lead=lead, seen=seen, lost_because=lost_because, amount=9, actor=None, now=NOW
            )
    assert list(Opportunity.objects.values_list("pk", "amount")) == [(first.pk, 7)]
    assert Event.objects.filter(name="deal_closed").count() == 1


def test_a_form_of_a_new_deal_does_not_close_one_that_was_opened_meanwhile() -> None:
    lead = builders.lead(NOW)
    seen = standing(deals_of(lead))
    open_deal(lead=lead, amount=1, currency="PLN", actor=None, now=NOW)
    with pytest.raises(DealsHaveMoved):
        record_outcome(lead=lead, seen=seen, lost_because=None, amount=9, actor=None, now=NOW)


def test_a_customer_who_loses_another_deal_is_a_customer_still() -> None:
    lead = builders.lead(NOW)
    closed(lead=lead, is_won=True, amount=7, actor=None, now=NOW)
    open_deal(lead=lead, amount=1, currency="PLN", actor=None, now=NOW + DAY)
    closed(lead=lead, is_won=False, amount=1, actor=None, now=NOW + 2 * DAY)
    assert Lead.objects.get(pk=lead.pk).stage == "customer"


def test_a_lead_with_an_open_deal_is_not_sent_back() -> None:
    lead, who = opened().lead, builders.user()
    reason = RejectionReason.objects.order_by("position")[0]
    with pytest.raises(DealIsOpen):
        reject_lead(lead=lead, reason=reason, actor=who, now=NOW + DAY)
    assert Lead.objects.get(pk=lead.pk).stage == "opportunity"
    assert not Verdict.objects.exists()
    # The deal decides, not the stage: somebody may have moved the lead by hand.
    Lead.objects.filter(pk=lead.pk).update(stage="sales_accepted")
    with pytest.raises(DealIsOpen):
        reject_lead(lead=lead, reason=reason, actor=who, now=NOW + DAY)


def test_an_amount_below_nought_is_refused_and_nothing_is_written() -> None:
    lead = builders.lead(NOW)
    with pytest.raises(WrongAmount):
        closed(lead=lead, is_won=True, amount=-1, actor=None, now=NOW)
    assert not Opportunity.objects.exists()


def test_open_deals_are_no_outcomes() -> None:
    Opportunity.objects.create(lead=builders.lead(NOW), opened_at=NOW)
    assert not outcomes().exists()


def opened(amount: int = 100) -> Opportunity:
    lead = builders.lead(NOW)
    return open_deal(lead=lead, amount=amount, currency="PLN", name="A", actor=None, now=NOW)


def test_an_opened_deal_makes_an_opportunity_and_there_is_one_at_a_time() -> None:
    deal = opened()
    assert (deal.outcome, deal.lead.stage) == ("open", "opportunity")
    with pytest.raises(DealIsOpen):
        open_deal(lead=deal.lead, amount=1, currency="PLN", actor=None, now=NOW)
    closed(lead=deal.lead, is_won=True, amount=1, actor=None, now=NOW + DAY)
    open_deal(lead=deal.lead, amount=1, currency="PLN", actor=None, now=NOW + 2 * DAY)


def test_a_correction_keeps_what_was_before_in_the_audit_log() -> None:
    deal = opened(100)
    correct_deal(deal=deal, amount=250, currency="EUR", name="B", actor=None, now=NOW + DAY)
    assert (deal.amount, deal.currency, deal.name, deal.outcome) == (250, "EUR", "B", "open")
    before = AuditEntry.objects.get(action="corrected_deal").details["before"]
    assert before == {"name": "A", "amount": 100, "currency": "PLN"}
    correct_deal(deal=deal, amount=250, currency="EUR", name="B", actor=None, now=NOW + DAY)
    assert AuditEntry.objects.filter(action="corrected_deal").count() == 1
    with pytest.raises(WrongAmount):
        correct_deal(deal=deal, amount=-1, currency="EUR", name="B", actor=None, now=NOW)


@pytest.mark.parametrize("is_won", [True, False])
def test_a_reopened_deal_brings_the_stage_back_and_is_told(is_won: bool) -> None:
    deal = opened()
    closed(lead=deal.lead, is_won=is_won, amount=5, actor=None, now=NOW + DAY)
    deal.refresh_from_db()
    assert reopen_deal(deal=deal, actor=None, now=NOW + 2 * DAY)
    deal.refresh_from_db()
    assert (deal.outcome, deal.closed_at, deal.lead.stage) == ("open", None, "opportunity")
    assert Event.objects.filter(name="deal_reopened").count() == 1
    assert not reopen_deal(deal=deal, actor=None, now=NOW + 2 * DAY)


def test_a_lead_waits_in_the_stage_of_a_reopened_deal_since_it_first_came() -> None:
    lead = builders.lead(NOW - 9 * DAY)
    deal = open_deal(lead=lead, amount=1, currency="PLN", actor=None, now=NOW)
    for days, is_won in ((1, True), (3, False)):
        closed(lead=lead, is_won=is_won, amount=5, actor=None, now=NOW + days * DAY)
        deal.refresh_from_db()
        assert reopen_deal(deal=deal, actor=None, now=NOW + (days + 1) * DAY)
        lead.refresh_from_db()
        assert (lead.stage, lead.stage_since) == ("opportunity", NOW)
    # A deal that was never opened closes a lead in the stage in which it came in.
    other = builders.lead(NOW)
    lost = closed(lead=other, is_won=False, amount=5, actor=None, now=NOW + DAY)
    assert reopen_deal(deal=lost, actor=None, now=NOW + 2 * DAY)
    other.refresh_from_db()
    assert (other.stage, other.stage_since) == ("lead", NOW)


def test_a_reopened_deal_leaves_a_lead_that_went_on_where_it_is() -> None:
    deal = opened()
    closed(lead=deal.lead, is_won=False, amount=5, actor=None, now=NOW + DAY)
    lead = deal.lead
    lead.refresh_from_db()
    StageTransition.objects.create(lead=lead, old=lead.stage, new="x", reason="", at=NOW + DAY)
    type(lead).objects.filter(pk=lead.pk).update(stage="x")
    deal = Opportunity.objects.select_related("lead").get(pk=deal.pk)
    reopen_deal(deal=deal, actor=None, now=NOW + 2 * DAY)
    assert Opportunity.objects.get(pk=deal.pk).lead.stage == "x"


def test_a_deal_is_not_reopened_beside_another_open_one() -> None:
    deal = opened()
    closed(lead=deal.lead, is_won=False, amount=5, actor=None, now=NOW + DAY)
    open_deal(lead=deal.lead, amount=1, currency="PLN", actor=None, now=NOW + 2 * DAY)
    deal.refresh_from_db()
    with pytest.raises(DealIsOpen):
        reopen_deal(deal=deal, actor=None, now=NOW + 3 * DAY)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("", 0), ("0", 0), ("12500", 1_250_000), ("12 500,50", 1_250_050), ("7.5", 750), ("0,29", 29)],
)
def test_an_amount_is_read_as_people_type_it(typed: str, amount: int) -> None:
    assert amount_of(typed) == amount


@pytest.mark.parametrize("typed", ["12.000,00", "-5", "x", "1,234", "1e5", "²", "9" * 12])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        amount_of(typed)


def test_the_form_shows_a_deal_as_it_would_be_typed() -> None:
    form = DealForm.of(Opportunity(name="A", amount=1_250_050, currency="EUR"))
    assert form.initial == {"name": "A", "amount": "12500,50", "currency": "EUR", "reason": ""}
    assert not form.fields["reason"].required
    lost = DealForm.of(Opportunity(outcome="lost", reason="Za drogo"))
    assert lost.initial["reason"] == "Za drogo"
    assert lost.fields["reason"].required
