"""What happens when a lead begins or ceases to meet a definition."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lejek.identity.models import Lead
from lejek.qualification.handlers import follow_score
from lejek.qualification.models import DefinitionCrossing, DefinitionState, StageTransition
from lejek.qualification.services import move_by_hand
from lejek.qualification.tests import builders
from lejek.qualification.tests.builders import DAY
from lejek.scoring.models import LeadScore, ModelVersion

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
NOTHING = {"overall": 0, "grade": "", "scores": {}, "bands": {}, "contributions": []}
pytestmark = pytest.mark.django_db


def scored(lead: Lead, version: ModelVersion, now: datetime, **definitions: bool) -> None:
    """The lead gets a score that says this, and the event of it is heard."""
    before = LeadScore.objects.filter(lead=lead).values_list("version_id", flat=True).first()
    given = {"version": version, "as_of": now, "scored_at": now, "definitions": definitions}
    LeadScore.objects.update_or_create(lead=lead, defaults={**NOTHING, **given})
    follow_score({"lead_id": lead.pk, "version_before": before}, now=now)


def test_a_crossing_is_written_once_however_often_the_event_comes() -> None:
    version, lead = builders.published(NOW), builders.lead(NOW)
    for _ in range(2):
        scored(lead, version, NOW, marketing_qualified=True)
    crossing = DefinitionCrossing.objects.get()
    assert (crossing.definition, crossing.has_begun, crossing.at) == (
        "marketing_qualified",
        True,
        NOW,
    )
    transition = StageTransition.objects.get()
    assert (transition.old, transition.new) == ("lead", "marketing_qualified")
    assert transition.version == version


def test_a_lead_on_the_edge_keeps_the_definition_until_the_weaker_condition_fails() -> None:
    version, lead = builders.published(NOW), builders.lead(NOW)
    scored(lead, version, NOW, hot=True, hot_kept=True)
    scored(lead, version, NOW + DAY, hot=False, hot_kept=True)
    assert DefinitionState.objects.get().is_met
    scored(lead, version, NOW + 2 * DAY, hot=False, hot_kept=False)
    assert not DefinitionState.objects.get().is_met
    begun = DefinitionCrossing.objects.order_by("at").values_list("has_begun", flat=True)
    assert list(begun) == [True, False]


def test_the_state_can_be_rebuilt_from_the_crossings() -> None:
    version = builders.published(NOW)
    leads = [builders.lead(NOW) for _ in range(3)]
    scored(leads[0], version, NOW, a=True, b=False)
    scored(leads[1], version, NOW, a=True, b=True)
    scored(leads[1], version, NOW + DAY, a=False, b=True)
    rebuilt = {}
    for crossing in DefinitionCrossing.objects.order_by("at", "id"):
        rebuilt[crossing.lead_id, crossing.definition] = (crossing.has_begun, crossing.at)
    kept = {
        (state.lead_id, state.definition): (state.is_met, state.since)
        for state in DefinitionState.objects.all()
    }
    assert rebuilt == kept


def test_a_closed_lead_crosses_nothing() -> None:
    version, lead = builders.published(NOW), builders.lead(NOW)
    Lead.objects.filter(pk=lead.pk).update(closed_at=NOW)
    scored(lead, version, NOW, marketing_qualified=True)
    assert not DefinitionCrossing.objects.exists()


def test_an_old_event_that_is_replayed_does_not_bring_the_old_score_back() -> None:
    version, lead = builders.published(NOW), builders.lead(NOW)
    scored(lead, version, NOW, marketing_qualified=False)
    content = {"lead_id": lead.pk, "definitions": {"marketing_qualified": True}}
    follow_score(content, now=NOW + DAY)
    assert not DefinitionCrossing.objects.exists()
    assert Lead.objects.get(pk=lead.pk).stage == "lead"


def test_a_version_and_its_rollback_move_nobody_who_was_sent_back() -> None:
    first, lead = builders.published(NOW), builders.lead(NOW)
    second = builders.published(NOW, builders.with_threshold(50))
    scored(lead, first, NOW, marketing_qualified=True)
    lead.refresh_from_db()
    seller = builders.user()
    move_by_hand(lead=lead, to="recycled", reason="not now", actor=seller, now=NOW + DAY)
    scored(lead, second, NOW + 2 * DAY, marketing_qualified=False)
    scored(lead, first, NOW + 3 * DAY, marketing_qualified=True)
    assert Lead.objects.get(pk=lead.pk).stage == "recycled"
    assert DefinitionState.objects.get(is_met=True).since == NOW + 3 * DAY
    assert list(DefinitionCrossing.objects.order_by("id").values_list("by_version", flat=True)) == [
        False,
        True,
        True,
    ]


def test_a_lead_that_ended_by_itself_is_news_again_under_any_version() -> None:
    first, lead = builders.published(NOW), builders.lead(NOW)
    second = builders.published(NOW, builders.with_threshold(50))
    scored(lead, first, NOW, marketing_qualified=True)
    lead.refresh_from_db()
    move_by_hand(lead=lead, to="recycled", reason="", actor=builders.user(), now=NOW + DAY)
    scored(lead, first, NOW + 2 * DAY, marketing_qualified=False)
    scored(lead, second, NOW + 3 * DAY, marketing_qualified=True)
    assert Lead.objects.get(pk=lead.pk).stage == "marketing_qualified"
