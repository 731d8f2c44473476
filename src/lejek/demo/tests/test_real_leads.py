"""The page of real leads: the same figures as the library's own, only in a demo."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from leadscore.demo import DATA_SETS, evaluate, load_source
from leadscore.statistics import NotEnoughData
from lejek.demo import real_leads
from lejek.people.models import Role, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(settings: Settings) -> Client:
    """Somebody of the demo, signed in."""
    settings.DEMO = True
    client = Client()
    client.force_login(User.objects.create_user("m@lejek.example", None, role=Role.SALES))
    return client


@pytest.mark.parametrize("name", real_leads.bundled())
def test_the_page_shows_the_held_out_leads_with_what_happened(client: Client, name: str) -> None:
    response = client.get(f"/demo/real-leads/{name}/")
    found = evaluate(load_source(DATA_SETS[name]))
    assert response.status_code == 200
    page = response.content.decode()
    for lead in found.listed:
        assert lead.lead_id in page
    for result in found.dimensions:
        rate = result.bands.total.rate
        assert not isinstance(rate, NotEnoughData)
        assert f"{100 * rate.value:.1f}%".replace(".", ",") in page


def test_each_line_of_a_score_adds_up() -> None:
    for name in real_leads.bundled():
        for listed in real_leads.real_leads(name, "en").listed:
            assert listed.lead.overall_milli == sum(scale.milli for scale in listed.scales)
            for scale in listed.scales:
                assert sum(milli for milli, _ in scale.lines) == scale.milli


def test_it_speaks_polish(client: Client) -> None:
    page = client.get("/demo/real-leads/", headers={"accept-language": "pl"}).content.decode()
    assert "Prawdziwe leady i ich dalsze losy" in page
    assert "Telefony tylko do górnych 10%" in page
    assert "tak, jak zapisało je źródło, w jego języku" in page


def test_there_is_no_such_page_outside_the_demo(client: Client, settings: Settings) -> None:
    settings.DEMO = False
    assert client.get("/demo/real-leads/").status_code == 404


def test_a_data_set_that_is_not_bundled_is_not_found(client: Client) -> None:
    assert "olist" not in real_leads.bundled()
    assert client.get("/demo/real-leads/olist/").status_code == 404
