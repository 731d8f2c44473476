"""The demo shows returning leads and experts, and they are whom their definitions mean."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from leadscore.days import to_instant
from lejek.capture.models import Touchpoint
from lejek.demo.loading import N_LEADS
from lejek.demo.organisation import Author, make_users
from lejek.demo.versions import publish
from lejek.identity.models import Contact, Lead
from lejek.people.models import Role
from lejek.scoring.facts import facts_of

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
TECHNICAL = ("documentation", "support", "integrations", "security")


@pytest.mark.slow
@pytest.mark.django_db
def test_the_demo_has_returning_leads_and_experts_as_their_definitions_say() -> None:
    users = make_users()
    Author(NOW, users).write(N_LEADS, lambda _: None)
    version = publish(users[Role.MARKETING], NOW - timedelta(days=400), NOW).versions[-1]
    leads = list(Lead.objects.select_related("contact__company"))
    met: dict[str, set[int]] = defaultdict(set)
    for facts in facts_of(leads, version.fields, with_colleagues=False):
        scored = version.scorer.score(facts.attributes, facts.touchpoints, to_instant(NOW))
        for name, is_met in scored.definitions.items():
            if is_met:
                met[name].add(facts.lead.contact_id)
    assert met["returning"] == _those_who_are_back()
    assert met["expert"] == _those_who_know()
    assert len(met["returning"]) >= 3
    assert len(met["expert"]) >= 10


def _those_who_are_back() -> set[int]:
    """By the pages alone: eight or more, four at most in 90 days, the newest within 14."""
    days = _days_ago("blog", "product", "pricing", "case_study", "career", *TECHNICAL)
    return {
        who
        for who, ago in days.items()
        if len(ago) >= 8 and sum(day < 90 for day in ago) < 5 and min(ago) < 14
    }


def _those_who_know() -> set[int]:
    """Three technical pages in 90 days, by those who work with such things."""
    theirs = Contact.objects.filter(
        department__in=("it", "engineering", "operations", "production")
    )
    readers = {who for who, ago in _days_ago(*TECHNICAL).items() if sum(d < 90 for d in ago) >= 3}
    return readers & set(theirs.values_list("id", flat=True))


def _days_ago(*categories: str) -> dict[int, list[int]]:
    """By contact, how many days of the calendar ago pages of some categories were seen."""
    found: dict[int, list[int]] = defaultdict(list)
    today = timezone.localtime(NOW).date()
    for seen in Touchpoint.objects.filter(type="page_view"):
        if seen.contact_id is not None and seen.properties["page.category"] in categories:
            found[seen.contact_id].append(
                (today - timezone.localtime(seen.occurred_at).date()).days
            )
    return found
