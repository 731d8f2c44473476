"""What happens when a lead begins or ceases to meet a definition."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lejek.identity.models import Lead
from lejek.qualification.handlers import move_by_definitions
from lejek.qualification.models import DefinitionCrossing, DefinitionState, StageTransition
from lejek.qualification.tests import builders
from lejek.qualification.tests.builders import DAY

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def scored(lead: Lead, version_id: int, now: datetime, **definitions: bool) -> None:
    content = {"lead_id": lead.pk, "version_id": version_id, "definitions": definitions}
    move_by_definitions(content, now=now)


def test_a_crossing_is_written_once_however_often_the_event_comes() -> None:
    version, lead = builders.published(NOW), builders.lead(NOW)
    for _ in range(2):
        scored(lead, version.pk, NOW, marketing_qualified=True)
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
    scored(lead, version.pk, NOW, hot=True, hot_kept=True)
    scored(lead, version.pk, NOW + DAY, hot=False, hot_kept=True)
    assert DefinitionState.objects.get().is_met
    scored(lead, version.pk, NOW + 2 * DAY, hot=False, hot_kept=False)
    assert not DefinitionState.objects.get().is_met
    begun = DefinitionCrossing.objects.order_by("at").values_list("has_begun", flat=True)
    assert list(begun) == [True, False]


def test_the_state_can_be_rebuilt_from_the_crossings() -> None:
    version = builders.published(NOW)
    leads = [builders.lead(NOW) for _ in range(3)]
    scored(leads[0], version.pk, NOW, a=True, b=False)
    scored(leads[1], version.pk, NOW, a=True, b=True)
    scored(leads[1], version.pk, NOW + DAY, a=False, b=True)
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
    scored(lead, version.pk, NOW, marketing_qualified=True)
    assert not DefinitionCrossing.objects.exists()
