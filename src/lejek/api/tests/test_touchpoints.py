"""Touchpoints: many at once, each once; what cannot be understood goes into quarantine."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from lejek.api.tests.builders import Program, paths_of
from lejek.capture.models import QuarantinedItem, Touchpoint
from lejek.identity.models import Lead
from lejek.kernel import clock
from lejek.kernel.models import Event
from lejek.scoring.tests.builders import touchpoint

pytestmark = pytest.mark.django_db


def item(**other: Any) -> dict[str, Any]:
    """A touchpoint of the hottest lead's person."""
    return {
        "type": "page_view",
        "occurred_at": "2026-01-01T12:00:00+01:00",
        "identity": {"email": "Osoba0@firma.pl"},
        **other,
    }


def test_each_touchpoint_is_told_what_became_of_it(program: Program, leads: list[Lead]) -> None:
    properties = {"page.category": "pricing", "code": "007", "n": 3, "x": 1.5, "b": True, "z": None}
    first = item(id="web-1", properties=properties)
    body = {"touchpoints": [first, first, item(), {"type": 5}, item(identity={"visitor": "v1"})]}
    answer = program.post("/touchpoints", body).json()
    statuses = [each["status"] for each in answer["results"]]
    assert statuses == ["accepted", "duplicate", "accepted", "quarantined", "accepted"]
    assert (answer["accepted"], answer["duplicate"], answer["quarantined"]) == (3, 1, 1)
    kept = Touchpoint.objects.get(id=answer["results"][0]["id"])
    assert kept.contact_id == leads[0].contact_id
    assert kept.properties == properties
    assert kept.source == "api"
    assert Touchpoint.objects.get(waits_for="visitor:v1").contact_id is None
    event = Event.objects.filter(name="touchpoints_attached").latest("id")
    assert event.content == {"lead_ids": [leads[0].pk]}

    again = program.post("/touchpoints", body).json()
    assert (again["accepted"], again["duplicate"]) == (0, 4)


@pytest.mark.parametrize(
    ("wrong", "paths"),
    [
        (item(type=""), ["type"]),
        (item(occurred_at="2026-01-01T12:00:00"), ["occurred_at"]),
        (item(occurred_at=1767265200), ["occurred_at"]),
        (item(occurred_at="2999-01-01T12:00:00Z"), ["occurred_at"]),
        (item(occurred_at="0001-01-01T00:00:00+14:00"), ["occurred_at"]),
        (item(identity={}), ["identity"]),
        (item(identity={"email": "nobody"}), ["identity.email"]),
        (item(identity={"visitor": "\u200b"}), ["identity"]),
        (item(type="\u200b"), ["type"]),
        (item(properties={"a": {"b": 1}}), ["properties.a"]),
        (item(properties={"a": 2**60}), ["properties.a"]),
        (item(properties={"a": "x" * 501}), ["properties.a"]),
        (item(colour="red"), ["colour"]),
        ({}, ["identity", "occurred_at", "type"]),
    ],
)
def test_what_cannot_be_understood_is_kept_apart_with_its_reasons(
    program: Program, wrong: dict[str, Any], paths: list[str]
) -> None:
    answer = program.post("/touchpoints", {"touchpoints": [item(), wrong]}).json()
    assert (answer["accepted"], answer["quarantined"]) == (1, 1)
    found = sorted(each["path"] for each in answer["results"][1]["problems"])
    assert found == [f"body.touchpoints[1].{path}" for path in paths]
    kept = QuarantinedItem.objects.get()
    assert json.loads(kept.body) == wrong
    assert kept.reason.startswith("body.touchpoints[1].")


def test_an_id_that_comes_again_with_another_content_is_kept_apart(
    program: Program, leads: list[Lead]
) -> None:
    first = item(id="1", properties={"page.category": "pricing"})
    program.post("/touchpoints", {"touchpoints": [first]})
    more = item(id="1", properties={"page.category": "pricing", "n": 1})
    others = [item(id="1", type="demo_request"), item(id="1", properties={"page.category": "blog"})]
    body = {"touchpoints": [first, more, *others, item(id="2"), item(id="2", type="webinar")]}
    answer = program.post("/touchpoints", body).json()
    statuses = [each["status"] for each in answer["results"]]
    assert statuses == [*["duplicate"] * 2, *["quarantined"] * 2, "accepted", "quarantined"]
    assert answer["results"][2]["problems"][0]["path"] == "body.touchpoints[2].id"
    kept = [json.loads(each.body) for each in QuarantinedItem.objects.order_by("id")]
    assert kept == [*others, item(id="2", type="webinar")]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"touchpoints": []}, "body.touchpoints"),
        ({"touchpoints": [{}] * 1001}, "body.touchpoints"),
        ({"touchpoints": [5]}, "body.touchpoints[0]"),
        ({"events": []}, "body.events"),
    ],
)
def test_a_body_of_another_shape_is_refused_whole(
    program: Program, body: dict[str, Any], path: str
) -> None:
    response = program.post("/touchpoints", body)
    assert response.status_code == 422
    assert path in paths_of(response)
    assert not QuarantinedItem.objects.exists()


def test_a_thousand_take_as_many_queries_as_ten(
    program: Program, leads: list[Lead], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    body = {"touchpoints": [item(id=str(number)) for number in range(1000)]}
    with django_assert_max_num_queries(30):
        assert program.post("/touchpoints", body).json()["accepted"] == 1000


def test_the_touchpoints_of_a_lead_come_newest_first_and_in_pages(
    program: Program, leads: list[Lead]
) -> None:
    now = clock.now()
    at = [now - timedelta(days=n // 2) for n in range(7)]
    for moment in at:
        touchpoint(leads[1], "page_view", moment)
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = program.get(f"/leads/{leads[1].pk}/touchpoints", limit=3, cursor=cursor).json()
        found += page["touchpoints"]
        cursor = page["next"]
        touchpoint(leads[1], "page_view", clock.now())
    assert len({each["id"] for each in found}) == 7
    moments = [each["occurred_at"] for each in found]
    assert moments == sorted(moments, reverse=True)
