"""What leads meet stays true: through another version, a rollback, a refusal to be profiled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from lejek import wiring
from lejek.consent.services import record_consent
from lejek.identity.models import Lead
from lejek.kernel.events import hand_on
from lejek.qualification.models import DefinitionCrossing, DefinitionState
from lejek.qualification.selectors import definition_pages
from lejek.qualification.tests import builders
from lejek.qualification.tests.builders import DAY
from lejek.scoring.live import mark, score_marked
from lejek.scoring.models import LeadScore
from lejek.scoring.runs import score_all
from lejek.scoring.tests.builders import MODEL, lead, touchpoint
from lejek.scoring.versions import roll_back_to

NOW = datetime(2026, 6, 17, 10, tzinfo=UTC)
BOTH = MODEL + "  convinced:\n    when: {score.fit: {ge: 30}}\n"
pytestmark = pytest.mark.django_db(transaction=True)

Scoring = Callable[[datetime], Any]


def live(now: datetime) -> None:
    mark(list(Lead.objects.values_list("id", flat=True)), now=now)
    score_marked(now=now)


def batch(now: datetime) -> None:
    score_all(reason="publication", now=now)


def heard(now: datetime) -> None:
    while hand_on(wiring.handlers(), now=now):
        pass


def director() -> Lead:
    """Somebody who meets both definitions."""
    found = lead(seniority="owner", created_at=NOW - DAY)
    touchpoint(found, "demo_request", NOW - DAY)
    return found


def crossings(definition: str) -> list[tuple[bool, datetime, int | None]]:
    found = DefinitionCrossing.objects.filter(definition=definition).order_by("at")
    return list(found.values_list("has_begun", "at", "version__number"))


@pytest.mark.parametrize("score", [live, batch])
def test_a_definition_that_a_version_lacks_ends_and_begins_anew_after_the_rollback(
    score: Scoring,
) -> None:
    director()
    first = builders.published(NOW, BOTH)
    moments = [NOW, NOW + DAY, NOW + 2 * DAY]
    for number, now in enumerate(moments):
        if number == 1:
            builders.published(now, MODEL)
        if number == 2:
            roll_back_to(version=first, note="", actor=None, now=now)
        score(now)
        heard(now)
    assert crossings("convinced") == [
        (True, moments[0], 1),
        (False, moments[1], 2),
        (True, moments[2], 1),
    ]
    assert crossings("marketing_qualified") == [(True, moments[0], 1)]


@pytest.mark.parametrize("score", [live, batch])
def test_who_refuses_to_be_profiled_meets_nothing_any_more(score: Scoring) -> None:
    one, version = director(), builders.published(NOW, BOTH)
    score(NOW)
    heard(NOW)
    assert [page.n_met for page in definition_pages(version, builders.user(), NOW)] == [1, 1]
    later = NOW + DAY
    for is_given in (False, True):
        record_consent(
            contact=one.contact,
            purpose="profiling",
            is_given=is_given,
            source="test",
            actor=None,
            now=later,
        )
        score(later)
        heard(later)
        assert LeadScore.objects.exists() is is_given
        assert DefinitionState.objects.filter(is_met=True).exists() is is_given
        later += DAY
    assert crossings("convinced") == [
        (True, NOW, 1),
        (False, NOW + DAY, None),
        (True, NOW + 2 * DAY, 1),
    ]
