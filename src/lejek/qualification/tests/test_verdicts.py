"""What a verdict changes, and what is left of it when it is taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lejek.identity.models import Lead
from lejek.kernel.models import Event
from lejek.people.models import AuditEntry, Role
from lejek.qualification.models import RejectionReason, Verdict
from lejek.qualification.services import (
    LeadIsFinished,
    accept_lead,
    move_by_hand,
    move_lead,
    reject_lead,
    undo_verdict,
)
from lejek.qualification.tests import builders

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def state(lead: Lead) -> tuple[str, datetime, int | None]:
    found = Lead.objects.get(pk=lead.pk)
    return found.stage, found.stage_since, found.owner_id


def test_taking_an_acceptance_back_leaves_the_lead_as_it_was() -> None:
    lead, seller = builders.lead(NOW), builders.user(Role.SALES)
    move_lead(lead=lead, to="marketing_qualified", reason="", actor=None, now=NOW + HOUR)
    before = state(lead)
    verdict = accept_lead(lead=lead, actor=seller, now=NOW + 5 * HOUR)
    assert state(lead) == ("sales_accepted", NOW + 5 * HOUR, seller.pk)
    verdict.lead.refresh_from_db()
    assert undo_verdict(verdict=verdict, actor=seller, now=NOW + 6 * HOUR)
    assert state(lead) == before == ("marketing_qualified", NOW + HOUR, None)


def test_verdicts_taken_back_one_after_another_keep_the_waiting_time() -> None:
    lead, seller = builders.lead(NOW), builders.user(Role.SALES)
    move_lead(lead=lead, to="marketing_qualified", reason="", actor=None, now=NOW + HOUR)
    before = state(lead)
    for hour in (2, 4):
        verdict = accept_lead(lead=lead, actor=seller, now=NOW + hour * HOUR)
        verdict.lead.refresh_from_db()
        assert undo_verdict(verdict=verdict, actor=seller, now=NOW + (hour + 1) * HOUR)
        assert not undo_verdict(verdict=verdict, actor=seller, now=NOW + (hour + 1) * HOUR)
        assert state(lead) == before
        lead.refresh_from_db()


def test_who_moves_a_lead_by_hand_is_written_down() -> None:
    lead, seller = builders.lead(NOW), builders.user(Role.SALES)
    for is_first in (True, False):
        moved = move_by_hand(
            lead=lead, to="disqualified", reason="no budget", actor=seller, now=NOW
        )
        assert (moved is not None) is is_first
    entry = AuditEntry.objects.get(action="moved_lead")
    assert (entry.subject, entry.details) == (f"lead {lead.pk}", {"reason": "no budget"})


def test_an_owner_from_before_stays() -> None:
    seller = builders.user(Role.SALES)
    lead = builders.lead(NOW, owner=seller)
    reason = RejectionReason.objects.order_by("position")[0]
    verdict = reject_lead(lead=lead, reason=reason, actor=seller, now=NOW + HOUR)
    assert undo_verdict(verdict=verdict, actor=seller, now=NOW + 2 * HOUR)
    assert state(lead) == ("lead", NOW, seller.pk)


def test_a_lead_that_went_on_is_not_brought_back() -> None:
    lead, seller = builders.lead(NOW), builders.user(Role.SALES)
    verdict = accept_lead(lead=lead, actor=seller, now=NOW + HOUR)
    move_lead(lead=lead, to="customer", reason="deal won", actor=seller, now=NOW + 2 * HOUR)
    verdict.lead.refresh_from_db()
    assert undo_verdict(verdict=verdict, actor=seller, now=NOW + 3 * HOUR)
    assert state(lead)[0] == "customer"


@pytest.mark.parametrize("stage", ["sales_accepted", "sales_qualified", "opportunity"])
def test_accepting_never_moves_a_lead_back(stage: str) -> None:
    seller = builders.user(Role.SALES)
    lead = builders.lead(NOW, stage=stage)
    accept_lead(lead=lead, actor=seller, now=NOW + HOUR)
    assert state(lead)[:2] == (stage, NOW)


@pytest.mark.parametrize("stage", ["customer", "disqualified"])
def test_a_lead_that_nobody_works_on_any_more_takes_no_verdict(stage: str) -> None:
    seller, lead = builders.user(Role.SALES), builders.lead(NOW, stage=stage)
    reason = RejectionReason.objects.order_by("position")[0]
    with pytest.raises(LeadIsFinished):
        accept_lead(lead=lead, actor=seller, now=NOW + HOUR)
    with pytest.raises(LeadIsFinished):
        reject_lead(lead=lead, reason=reason, actor=seller, now=NOW + HOUR)
    assert state(lead) == (stage, NOW, None)
    assert not Verdict.objects.exists()
    assert not Event.objects.exists()


def test_what_became_of_a_lead_since_somebody_read_it_counts() -> None:
    lead, seller = builders.lead(NOW), builders.user(Role.SALES)
    Lead.objects.filter(pk=lead.pk).update(stage="customer")
    with pytest.raises(LeadIsFinished):
        accept_lead(lead=lead, actor=seller, now=NOW + HOUR)


def test_taking_an_acceptance_back_leaves_the_owner_to_a_lead_that_has_gone_on() -> None:
    lead, seller = builders.lead(NOW), builders.user(Role.SALES)
    verdict = accept_lead(lead=lead, actor=seller, now=NOW)
    lead.refresh_from_db()
    move_lead(lead=lead, to="opportunity", reason="", actor=seller, now=NOW + HOUR)
    verdict.lead.refresh_from_db()
    assert undo_verdict(verdict=verdict, actor=seller, now=NOW + 2 * HOUR)
    assert state(lead) == ("opportunity", NOW + HOUR, seller.pk)
