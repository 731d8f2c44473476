"""The made-up people and firms are such as real ones would be kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from stdnum.pl import nip

from lejek.capture.models import Touchpoint
from lejek.deals.models import Opportunity
from lejek.demo.loading import load
from lejek.demo.names import PRODUCTS, firms
from lejek.demo.organisation import MONTHS_DAYS, Author, make_users
from lejek.identity.models import Company, Lead
from lejek.identity.tests.builders import take_in
from lejek.qualification.models import StageTransition, Verdict
from lejek.scoring.models import LeadScore, ModelVersion, ScorePoint
from lejek.scoring.versions import active_version

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
N_LEADS = 240
_MOST_FIRMS = 20_000

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> None:
    """Leads that no model has scored yet."""
    Author(NOW, make_users()).write(N_LEADS, lambda _: None)


@pytest.mark.usefixtures("organisation")
def test_every_firm_has_a_valid_nip_of_its_own() -> None:
    numbers = list(Company.objects.values_list("nip", flat=True))
    assert len(numbers) == N_LEADS // 4
    assert [number for number in numbers if not nip.is_valid(number or "")] == []
    assert len(set(numbers)) == len(numbers)


@pytest.mark.usefixtures("organisation")
def test_a_firm_that_is_imported_by_its_name_is_not_doubled(tmp_path: Path) -> None:
    n_before = Company.objects.count()
    firm = Company.objects.order_by("id")[0]
    rows = [("Nazwisko", "E-mail", "Firma"), ("Łącka", "z@inna.example", firm.name.upper())]
    take_in(tmp_path / "leady.csv", rows)
    assert Company.objects.count() == n_before
    assert Lead.objects.get(contact__last_name="Łącka").contact.company == firm


@pytest.mark.usefixtures("organisation")
def test_the_history_reaches_over_eighteen_months_and_every_form_is_answered_by_a_call() -> None:
    moments = Lead.objects.order_by("created_at").values_list("created_at", flat=True)
    assert NOW - timedelta(days=MONTHS_DAYS) <= moments[0] < NOW - timedelta(days=500)
    assert moments.reverse()[0] > NOW - timedelta(days=14)
    old = Lead.objects.filter(created_at__lt=NOW - timedelta(days=7))
    calls = Touchpoint.objects.filter(type="call")
    assert set(calls.values_list("contact_id", flat=True)) >= {x.contact_id for x in old}


@pytest.mark.usefixtures("organisation")
def test_leads_ask_about_products_and_deals_are_about_them() -> None:
    names = {product.name for product in PRODUCTS}
    asked = Touchpoint.objects.filter(type="demo_request")
    assert {each.properties["product.name"] for each in asked} <= names
    deals = Opportunity.objects.values_list("lead__contact_id", "name")
    assert {name for _, name in deals} == names
    about = dict(asked.values_list("contact_id", "properties"))
    for contact_id, name in deals:
        assert about.get(contact_id, {"product.name": name})["product.name"] == name


def test_two_versions_scored_one_after_the_other() -> None:
    load(NOW, lambda _: None, 40)
    first, second = ModelVersion.objects.order_by("number")
    assert active_version() == second
    assert set(LeadScore.objects.values_list("version", flat=True)) == {second.pk}
    points = ScorePoint.objects.order_by("lead", "at")
    assert {p.version_id for p in points if p.at < second.published_at} == {first.pk}
    assert {p.version_id for p in points if p.at >= second.published_at} == {second.pk}
    changed = [
        (before, after)
        for before, after in pairwise(points)
        if before.lead_id == after.lead_id and before.version_id != after.version_id
    ]
    assert any(before.scores["fit"] != after.scores["fit"] for before, after in changed)
    moved = StageTransition.objects.filter(at__gte=second.published_at)
    assert set(moved.values_list("version", flat=True)) == {second.pk}


def test_nobody_works_on_a_lead_whose_deal_is_closed() -> None:
    load(NOW, lambda _: None, 120)
    deals = Opportunity.objects.values_list("lead_id", "closed_at")
    closed = {lead_id: at for lead_id, at in deals if at is not None}
    assert closed
    happened = [
        *StageTransition.objects.values_list("lead_id", "at"),
        *Verdict.objects.values_list("lead_id", "at"),
    ]
    assert all(at <= closed.get(lead_id, NOW) for lead_id, at in happened)


def test_there_are_firms_enough_for_a_demo_of_any_size() -> None:
    made = firms(Random(1), _MOST_FIRMS)
    assert len({firm.domain for firm in made}) == _MOST_FIRMS
