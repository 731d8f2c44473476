"""What each event of the rooms says to others."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import lejek
from lejek import wiring
from lejek.connectors.catalogue import EVENTS, LEADS_PER_MESSAGE, TEST, TYPES, body, messages
from lejek.connectors.models import Delivery
from lejek.connectors.tests.builders import endpoint
from lejek.deals.selectors import deals_of, standing
from lejek.deals.services import open_deal, record_outcome, reopen_deal
from lejek.identity.models import Lead
from lejek.identity.services import record_lead
from lejek.kernel.events import hand_on
from lejek.kernel.models import Event
from lejek.people.models import User
from lejek.qualification.handlers import follow_score
from lejek.qualification.models import RejectionReason
from lejek.qualification.services import accept_lead, reject_lead, undo_verdict
from lejek.qualification.tests.builders import lead, published
from lejek.scoring.models import LeadScore

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def said() -> list[tuple[str, dict[str, Any]]]:
    """Types and data of what waits, oldest first, once the rooms have told what happened."""
    hand_on(wiring.handlers(), now=NOON)
    read = [json.loads(each.body) for each in Delivery.objects.order_by("id")]
    return [(each["type"], each["data"]) for each in read]


def about(of: Lead) -> dict[str, object]:
    return {"id": of.pk, "path": f"/api/v1/leads/{of.pk}"}


def test_a_message_says_its_type_and_when_it_happened() -> None:
    text = body("lead.accepted", NOON, {"lead": {"id": 7}})
    assert text == (
        '{"type":"lead.accepted","timestamp":"2026-03-02T12:00:00+00:00","data":{"lead":{"id":7}}}'
    )


def test_many_leads_are_told_in_bearable_messages() -> None:
    content = {"lead_ids": list(range(1, LEADS_PER_MESSAGE + 2))}
    first, second = messages("attributes_changed", content)
    assert [len(data["leads"]) for _, data in (first, second)] == [LEADS_PER_MESSAGE, 1]
    assert second == ("lead.changed", {"leads": [{"id": 501, "path": "/api/v1/leads/501"}]})


def test_of_what_others_need_not_know_nothing_is_said() -> None:
    assert list(messages("lead_scored", {"lead_id": 1})) == []


SAMPLE = {
    "lead_id": 1,
    "lead_ids": [1],
    "import_id": 2,
    "deal_id": 3,
    "number": 4,
    "began": ["hot"],
    "ended": ["cold"],
    "model_version": 5,
    "outcome": "won",
}


def test_every_type_is_said_by_some_event_and_no_other() -> None:
    samples = [SAMPLE, {**SAMPLE, "outcome": "lost"}]
    types = {type_ for name in EVENTS for each in samples for type_, _ in messages(name, each)}
    assert types == set(TYPES)


def test_the_documentation_names_every_type_and_no_other() -> None:
    page = Path(lejek.__file__).parents[2] / "docs" / "webhooks.md"
    named = re.findall(r"^\| `([a-z_.]+)` \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert named == [*TYPES, TEST]


@pytest.mark.django_db
def test_what_sales_does_with_a_lead_is_told(administrator: User) -> None:
    endpoint("https://a.example/", NOON)
    taken, reason = lead(NOON, stage="marketing_qualified"), RejectionReason.objects.all()[0]
    verdict = accept_lead(lead=taken, actor=administrator, now=NOON)
    undo_verdict(verdict=verdict, actor=administrator, now=NOON)
    reject_lead(lead=taken, reason=reason, comment="Jan nie chce", actor=administrator, now=NOON)
    of, none = about(taken), {"definition": None, "model_version": None}
    assert said() == [
        (
            "lead.stage_changed",
            {"lead": of, "old": "marketing_qualified", "new": "sales_accepted", **none},
        ),
        ("lead.accepted", {"lead": of}),
        (
            "lead.stage_changed",
            {"lead": of, "old": "sales_accepted", "new": "marketing_qualified", **none},
        ),
        ("lead.verdict_taken_back", {"lead": of}),
        (
            "lead.stage_changed",
            {"lead": of, "old": "marketing_qualified", "new": "recycled", **none},
        ),
        ("lead.rejected", {"lead": of, "reason": reason.key}),
    ]


@pytest.mark.django_db
def test_what_a_lead_crosses_at_once_is_one_event_and_a_message_each(administrator: User) -> None:
    version = published(NOON)
    endpoint("https://a.example/", NOON)
    of = lead(NOON)
    Event.objects.all().delete()
    nothing: dict[str, Any] = {"overall": 0, "scores": {}, "bands": {}, "contributions": []}
    score = LeadScore(lead=of, version=version, as_of=NOON, scored_at=NOON, **nothing)
    for definitions in ({"a": True, "b": True}, {"a": True, "b": False, "c": True}):
        score.definitions = definitions
        score.save()
        follow_score({"lead_id": of.pk}, now=NOON)
    assert [each.name for each in Event.objects.all()] == ["definitions_crossed"] * 2
    assert [(type_, data["definition"]) for type_, data in said()] == [
        ("lead.definition_met", "a"),
        ("lead.definition_met", "b"),
        ("lead.definition_met", "c"),
        ("lead.definition_ended", "b"),
    ]


@pytest.mark.django_db
def test_a_definition_that_begins_and_ends_is_told_with_the_version(administrator: User) -> None:
    version = published(NOON)
    endpoint("https://a.example/", NOON)
    of = lead(NOON)
    for meets in (True, False):
        definitions = {"marketing_qualified": meets, "marketing_qualified_kept": meets}
        nothing: dict[str, Any] = {"overall": 0, "scores": {}, "bands": {}, "contributions": []}
        when = {"as_of": NOON, "scored_at": NOON}
        LeadScore.objects.update_or_create(
            lead=of, defaults={"version": version, "definitions": definitions, **nothing, **when}
        )
        follow_score({"lead_id": of.pk}, now=NOON)
    told = {"lead": about(of), "definition": "marketing_qualified", "model_version": version.number}
    stage = {**told, "old": "lead", "new": "marketing_qualified"}
    assert [each for each in said() if each[0] != "model.activated"] == [
        ("lead.definition_met", told),
        ("lead.stage_changed", stage),
        ("lead.definition_ended", told),
    ]


@pytest.mark.django_db
def test_deals_are_told_with_their_amounts(administrator: User) -> None:
    endpoint("https://a.example/", NOON)
    of = lead(NOON, stage="sales_accepted")
    money: dict[str, Any] = {"amount": 12500, "currency": "EUR"}
    deal = open_deal(lead=of, name="Anna", actor=administrator, now=NOON, **money)
    for lost_because in (None, "Anna nie chce"):
        seen = standing(deals_of(of))
        record_outcome(
            lead=of, seen=seen, lost_because=lost_because, actor=administrator, now=NOON, **money
        )
        deal.refresh_from_db()
        reopen_deal(deal=deal, actor=administrator, now=NOON)
    told = {"deal": {"id": deal.pk}, "lead": about(of)}
    assert [each for each in said() if each[0].startswith("deal")] == [
        ("deal.opened", {**told, **money}),
        ("deal.won", {**told, **money}),
        ("deal.reopened", {**told, "was": "won"}),
        ("deal.lost", {**told, **money}),
        ("deal.reopened", {**told, "was": "lost"}),
    ]


def test_no_message_holds_what_was_typed_about_a_person(db: None, administrator: User) -> None:
    endpoint("https://a.example/", NOON)
    cells = {"contact.email": "anna.nowak@firma.example", "contact.last_name": "Nowak"}
    recorded = record_lead(cells, source="form", actor=administrator, now=NOON)
    ((type_, data),) = said()
    assert (type_, data) == ("lead.created", {"leads": [about(recorded.lead)]})
