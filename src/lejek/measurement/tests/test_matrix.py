"""The matrix of two dimensions: counts that can be counted by hand, and who sees them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.http import QueryDict
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from lejek.identity.models import Contact, Lead
from lejek.measurement.matrix import chosen_dimensions, matrix
from lejek.people.models import Role, User
from lejek.qualification.selectors import model_of
from lejek.qualification.tests import builders as people
from lejek.scoring.models import LeadScore, ModelVersion
from lejek.scoring.versions import roll_back_to

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def scored(
    version: ModelVersion,
    fit: str,
    engagement: str,
    *,
    owner: User | None = None,
    closed: bool = False,
    stage: str = "lead",
) -> None:
    contact = Contact.objects.create(created_at=NOW, updated_at=NOW)
    lead = Lead.objects.create(
        contact=contact,
        created_at=NOW,
        stage=stage,
        stage_since=NOW,
        owner=owner,
        closed_at=NOW if closed else None,
    )
    LeadScore.objects.create(
        lead=lead,
        version=version,
        as_of=NOW,
        overall=0,
        scores={},
        bands={"fit": fit, "engagement": engagement},
        definitions={},
        contributions=[],
        scored_at=NOW,
    )


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_open_leads_are_counted_by_their_pair_of_bands(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    version = people.published(NOW)
    model = model_of(version)
    for _ in range(3):
        scored(version, "hot", "cold")
    scored(version, "cold", "warm")
    scored(version, "cold", "warm", closed=True)
    scored(version, "cold", "warm", stage="customer")
    scored(version, "gone", "warm")
    rows, columns = model.dimension("fit"), model.dimension("engagement")
    user = people.user()
    with django_assert_num_queries(1):
        found = matrix(user, model, rows, columns)
    counts = {
        (row.band, name): cell.count
        for row in found.rows
        for (name, _), cell in zip(found.columns, row.cells, strict=True)
    }
    assert {pair: n for pair, n in counts.items() if n} == {("hot", "cold"): 3, ("cold", "warm"): 1}
    assert (found.total, found.n_other) == (4, 1)
    assert sum(found.totals) == sum(row.total for row in found.rows) == 4
    assert [row.number for row in found.rows] == sorted(
        (row.number for row in found.rows), reverse=True
    )


def test_the_cell_with_most_leads_is_the_darkest() -> None:
    version = people.published(NOW)
    model = model_of(version)
    for _ in range(8):
        scored(version, "hot", "cold")
    scored(version, "cold", "cold")
    found = matrix(people.user(), model, model.dimension("fit"), model.dimension("engagement"))
    heats = {(row.band, cell.count): cell.heat for row in found.rows for cell in row.cells}
    assert (heats["hot", 8], heats["cold", 1], heats["hot", 0]) == (4, 1, 0)


def test_a_salesperson_counts_only_leads_that_they_may_see() -> None:
    version = people.published(NOW)
    own, other = people.user(Role.SALES), people.user(Role.SALES)
    scored(version, "hot", "hot", owner=own)
    scored(version, "hot", "hot", owner=other)
    model = model_of(version)
    rows, columns = chosen_dimensions(QueryDict("rows=fit&columns=engagement"), model)
    assert matrix(own, model, rows, columns).total == 1
    assert matrix(people.user(), model, rows, columns).total == 2


def test_what_an_address_does_not_say_is_the_usual_pair() -> None:
    model = model_of(people.published(NOW))
    named = [d.name for d in chosen_dimensions(QueryDict("rows=nothing"), model)]
    names = [d.name for d in model.dimensions]
    if {"potential", "engagement"} <= set(names):
        assert named == ["potential", "engagement"]
    else:
        assert model.grade is not None
        assert named == [model.grade.rows, model.grade.columns]


def test_after_a_rollback_the_bands_are_those_of_the_version_that_scores() -> None:
    first = people.published(NOW)
    document = first.document.replace("{name: hot,", "{name: boiling,")
    assert document != first.document
    people.published(NOW, document)
    roll_back_to(version=first, note="", actor=None, now=NOW)
    scored(first, "hot", "cold")
    answer = people.client(people.user()).get("/bands/matrix/?rows=fit&columns=engagement")
    found = answer.context["found"]
    assert (found.total, found.n_other) == (1, 0)
    assert "hot" in [row.band for row in found.rows]


def test_the_page_leads_to_the_list_of_a_grade() -> None:
    version = people.published(NOW)
    scored(version, "hot", "cold")
    client = people.client(people.user())
    answer = client.get("/bands/matrix/?rows=fit&columns=engagement").content.decode()
    assert re.search(r'href="/\?grade=[A-D]&amp;digit=\d">1</a>', answer)
    assert "Open leads today" in answer


def test_without_leads_it_says_what_to_do_next() -> None:
    assert "No scoring model yet" in text(people.client(people.user()), "/bands/matrix/")
    people.published(NOW)
    assert "No scored lead yet" in text(people.client(people.user()), "/bands/matrix/")
