"""What the page of a lead says of colleagues that count, and of definitions that are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from lejek.consent.models import ConsentChange
from lejek.desk.evidence import Evidence, evidence
from lejek.desk.tests.builders import signed_in_as
from lejek.desk.words import Words
from lejek.identity.models import Lead
from lejek.people.models import Role
from lejek.qualification.handlers import follow_score
from lejek.qualification.models import DefinitionCrossing
from lejek.qualification.selectors import standings
from lejek.scoring.live import score_leads
from lejek.scoring.models import LeadScore, ModelVersion
from lejek.scoring.selectors import explain_lead
from lejek.scoring.tests.builders import NOW, company, lead, published, stages, touchpoint, user
from lejek.scoring.versions import ready

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
COLLEAGUES = "company-burst"


def scored(of: Lead, version: ModelVersion, at_days: float = 0) -> LeadScore:
    score_leads([of.pk], ready(version), now=NOW + at_days * DAY)
    follow_score({"lead_id": of.pk}, now=NOW + at_days * DAY)
    return LeadScore.objects.select_related("version", "lead__contact__company").get(lead=of)


def stands_behind(score: LeadScore) -> tuple[int, Evidence] | None:
    why = explain_lead(score, "en")
    found = evidence(score.lead, score, why, COLLEAGUES, Words("en"))
    return None if found is None else (found.line.times, found)


def refuse(of: Lead) -> None:
    ConsentChange.objects.create(
        contact=of.contact, purpose="profiling", is_given=False, at=NOW, source="test"
    )


def test_evidence_of_a_company_adds_up_whoever_refuses_or_is_closed() -> None:
    version, firm = published(), company()
    one, other, refusing, closed = (lead(of=firm, first_name=n) for n in ("A", "B", "C", "D"))
    for who, n_views in ((one, 1), (other, 2), (refusing, 4), (closed, 8)):
        for number in range(n_views):
            touchpoint(who, "page_view", NOW - (number + 1) * DAY)
    everybody = stands_behind(scored(one, version))
    assert everybody is not None
    assert everybody[0] == everybody[1].n_touchpoints == 15
    refuse(refusing)
    Lead.objects.filter(pk=closed.pk).update(closed_at=NOW)
    fewer = stands_behind(scored(one, version))
    assert fewer is not None
    assert fewer[0] == fewer[1].n_touchpoints == len(fewer[1].touchpoints) == 3
    refuse(other)
    assert stands_behind(scored(one, version)) is None


def kept(client: Client, of: Lead) -> tuple[bool, bool, str]:
    answer = client.get(f"/leads/{of.pk}/")
    (found,) = answer.context["definitions"]
    said = "Kept while: " if client.cookies["django_language"].value == "en" else "dopóki: "
    assert (f"{said}{found.kept_while}." in answer.content.decode()) == bool(found.kept_while)
    return found.is_met, found.is_held, found.kept_while


def test_a_definition_that_is_kept_is_held_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    stages()
    user(Role.MARKETING)
    version = published()
    # 45 points halve in 30 days: 45 on the first, 36 after ten, 29 after twenty.
    one, never = lead(seniority="owner"), lead(seniority="owner", first_name="Jan")
    touchpoint(one, "demo_request", NOW)
    touchpoint(never, "demo_request", NOW)
    client, polish = signed_in_as(Role.MARKETING), signed_in_as(Role.MARKETING, "pl")

    def on(days: int) -> tuple[bool, bool, str]:
        monkeypatch.setattr("lejek.kernel.clock.now", lambda: NOW + days * DAY)
        scored(one, version, days)
        return kept(client, one)

    assert on(0) == (True, True, "")
    is_met, is_held, why = on(10)
    assert (is_met, is_held) == (False, True)
    assert "engagement" in why
    assert "30" in why
    assert kept(polish, one)[1]
    ten_days_later = LeadScore.objects.select_related("version").get(lead=one)
    # Who comes in with 36 points has not begun, so there is nothing to keep.
    scored(never, version, 10)
    assert kept(client, never) == (False, False, "")
    assert on(20) == (False, False, "")
    # The page of an earlier day says what was so then.
    explained = explain_lead(ten_days_later, "en")
    held = [
        standings(ten_days_later, explained, NOW + days * DAY)[0].is_held for days in (-1, 10, 20)
    ]
    assert held == [False, True, False]
    assert DefinitionCrossing.objects.filter(lead=one).count() == 2
