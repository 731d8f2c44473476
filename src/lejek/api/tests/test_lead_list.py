"""The list of leads: its order, its pages, its filters."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from lejek.api import lead_list
from lejek.api.tests.builders import Program, paths_of
from lejek.identity.models import Company, Contact, Lead
from lejek.kernel import clock
from lejek.scoring.live import score_leads
from lejek.scoring.tests.builders import crowd, lead, published, user
from lejek.scoring.versions import ready

pytestmark = pytest.mark.django_db


def ids(response: Any) -> list[int]:
    """The leads of a page."""
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["leads"]]


def walked(program: Program, **query: Any) -> list[int]:
    """The leads of all pages."""
    found: list[int] = []
    cursor = ""
    while True:
        response = program.get("/leads", cursor=cursor, **query)
        found += ids(response)
        cursor = response.json()["next"]
        if cursor is None:
            return found


def test_the_hottest_lead_comes_first_and_those_without_a_score_last(
    program: Program, leads: list[Lead]
) -> None:
    rows = program.get("/leads").json()["leads"]
    assert [row["id"] for row in rows] == [each.pk for each in leads]
    assert [row["score"] is None for row in rows] == [False] * 4 + [True] * 2
    assert rows[0]["score"]["overall_millipoints"] == 55_500 + 2 * 45_000
    assert rows[0]["score"]["grade"] == "A2"
    assert rows[0]["score"]["definitions"] == ["marketing_qualified"]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 7])
def test_pages_of_any_size_give_everybody_once(
    program: Program, leads: list[Lead], limit: int
) -> None:
    assert walked(program, limit=limit) == [each.pk for each in leads]


def test_a_page_keeps_its_place_while_leads_come_and_go(
    program: Program, leads: list[Lead]
) -> None:
    first = program.get("/leads", limit=2)
    newcomer = lead(email="nowa@firma.pl", seniority="owner")
    Lead.objects.filter(pk=leads[0].pk).update(closed_at=clock.now())
    second = program.get("/leads", limit=2, cursor=first.json()["next"])
    assert ids(first) == [leads[0].pk, leads[1].pk]
    assert ids(second) == [leads[2].pk, leads[3].pk]
    last = program.get("/leads", cursor=second.json()["next"])
    assert ids(last) == [leads[4].pk, leads[5].pk, newcomer.pk]


def test_simple_filters_narrow_the_list(program: Program, leads: list[Lead]) -> None:
    owner = user("sales")
    Lead.objects.filter(pk=leads[1].pk).update(owner=owner, stage="opportunity")
    mine = leads[1].pk
    assert ids(program.get("/leads", stage="opportunity")) == [mine]
    assert ids(program.get("/leads", owner=owner.pk)) == [mine]
    assert mine not in ids(program.get("/leads", owner="nobody"))
    assert ids(program.get("/leads", owner="me")) == []
    assert ids(program.get("/leads", grade="A2")) == [leads[0].pk]
    assert len(ids(program.get("/leads", grade="A"))) == 4
    assert ids(program.get("/leads", q="osoba3 energia")) == [leads[3].pk]
    assert ids(program.get("/leads", q="osoba3 nobody")) == []


def test_words_are_found_whatever_their_letters(program: Program, leads: list[Lead]) -> None:
    Contact.objects.filter(pk=leads[2].contact_id).update(last_name="Żółć", first_name="Müller")
    Company.objects.update(name="Łódź Stal")
    for words in ("żółć", "ZOLC", "müller żół", "Żółć łódź"):
        assert ids(program.get("/leads", q=words)) == [leads[2].pk], words
    for words in ("ŁÓDŹ stal", "lodz"):
        assert len(program.get("/companies", q=words).json()["companies"]) == 1, words


UNSCORED = {"none": [{"score.fit": {"ge": 0}}]}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"score.engagement": {"ge": 45}}, [0]),
        ({"score.engagement": {"lt": 45}}, [1, 2, 3]),
        ({"score.overall": {"gt": 145.499}}, [0]),
        ({"band.engagement": {"eq": "warm"}}, [0]),
        ({"grade": {"in": ["A2", "B2"]}}, [0]),
        ({"definition": "marketing_qualified"}, [0]),
        ({"stage": {"eq": "LEAD"}, "lead.channel": {"exists": True}}, [0, 1, 2]),
        ({"any": [{"lead.channel": {"eq": "channel1"}}, UNSCORED]}, [1, 4, 5]),
        ({"none": [{"company.employees": {"ge": 250}}]}, []),
        ({"consent.email": {"missing": True}}, [0, 1, 2, 3, 4, 5]),
        ({"lead.vip": {"eq": True}}, [2]),
    ],
)  # fmt: skip
def test_a_condition_narrows_the_list(
    program: Program, leads: list[Lead], where: dict[str, Any], expected: list[int]
) -> None:
    leads[2].contact.attributes = {"lead.vip": True}
    leads[2].contact.save()
    found = walked(program, where=json.dumps(where), limit=2)
    assert found == [leads[number].pk for number in expected]


def test_everything_that_is_wrong_with_a_condition_is_said_at_once(
    program: Program, leads: list[Lead]
) -> None:
    where = {
        "score.fitt": {"ge": 1},
        "company.employees": {"eq": "many"},
        "touchpoint": {"on": "page_view"},
        "stage": {"is": "lead"},
    }
    response = program.get("/leads", where=json.dumps(where))
    assert response.status_code == 422
    assert sorted(paths_of(response)) == [
        'query.where:["company.employees"].eq',
        'query.where:["score.fitt"]',
        "query.where:stage.is",
        "query.where:touchpoint",
    ]


@pytest.mark.parametrize(
    "where", ["x", "[]", "{}", "1", '{"a": NaN}', "[" * 3000, '{"stage": {"eq": null}}']
)
def test_what_is_no_condition_is_refused(program: Program, where: str) -> None:
    response = program.get("/leads", where=where)
    assert response.status_code == 422
    assert all(path.startswith("query.where") for path in paths_of(response))


def test_every_parameter_that_is_wrong_is_said_at_once(program: Program) -> None:
    response = program.get("/leads", limit=0, grade="best", stagee="lead", owner="0")
    assert response.status_code == 422
    assert sorted(paths_of(response)) == [
        "query.grade",
        "query.limit",
        "query.owner",
        "query.stagee",
    ]


@pytest.mark.parametrize(
    "cursor", ["a", "bnVsbA", "WzEsMl0x", "WyJhIiwxXQ", "W251bGwsIDk5OTk5OTk5OTk5OTk5OTk5OTk5OV0"]
)
def test_a_cursor_of_another_list_is_refused(program: Program, cursor: str) -> None:
    response = program.get("/leads", cursor=cursor)
    assert (response.status_code, paths_of(response)) == (422, ["query.cursor"])


def test_a_condition_that_few_fit_is_looked_for_in_portions(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_list, "BATCH", 5)
    monkeypatch.setattr(lead_list, "SCAN", 10)
    version = published()
    people = crowd(33)
    score_leads([each.pk for each in people[:25]], ready(version), now=clock.now())
    everybody = ids(program.get("/leads", limit=200))
    where = json.dumps({"lead.seniority": {"eq": "owner"}})
    owners = {each.pk for each in people if each.contact.seniority == "owner"}
    assert walked(program, where=where, limit=3) == [each for each in everybody if each in owners]
    nobody = program.get("/leads", where=json.dumps({"lead.city": {"eq": "x"}}))
    assert (ids(nobody), nobody.json()["next"] is None) == ([], False)


N_OF_A_KEY = 3
"""Finding the key, noting its use, counting the request."""


@pytest.fixture
def one_minute(program: Program, leads: list[Lead], monkeypatch: pytest.MonkeyPatch) -> None:
    """No time passes: the first request of a minute has older counts to delete besides."""
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)


def test_the_list_takes_the_same_queries_for_one_lead_and_for_many(
    program: Program, one_minute: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    program.get("/leads")
    with django_assert_num_queries(N_OF_A_KEY + 1):
        program.get("/leads", limit=1)
    with django_assert_num_queries(N_OF_A_KEY + 2):
        program.get("/leads", limit=200)
    with django_assert_num_queries(N_OF_A_KEY + 2 + 2):
        program.get("/leads", limit=200, where='{"score.fit": {"ge": 1}}')


def test_one_lead_and_its_score_take_few_queries(
    program: Program,
    leads: list[Lead],
    one_minute: None,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    program.get("/leads")
    with django_assert_num_queries(N_OF_A_KEY + 3):
        program.get(f"/leads/{leads[0].pk}")
    with django_assert_num_queries(N_OF_A_KEY + 2):
        program.get(f"/leads/{leads[0].pk}/score")
