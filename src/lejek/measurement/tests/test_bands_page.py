"""The page of the report on bands, its drawing and its file."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from leadscore.statistics import NotEnoughData, Shortage, rate
from lejek.kernel import clock
from lejek.measurement.bands import Line
from lejek.measurement.chart import rate_chart
from lejek.measurement.export import harmless
from lejek.measurement.tests.builders import Made, write
from lejek.people.models import Role
from lejek.qualification.tests import builders as people

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_before_the_first_publication_the_page_says_so() -> None:
    client = people.client(people.user())
    assert "No scoring model yet" in text(client, "/bands/")
    assert client.get("/bands/bands.csv").content == b""


def test_without_leads_it_says_that_there_is_not_enough() -> None:
    people.published(NOW)
    page = text(people.client(people.user()), "/bands/")
    assert "Not enough data: no lead of this period has been followed long enough." in page


def test_figures_are_written_as_the_language_writes_them() -> None:
    made = [Made(60, won_after=5)] * 37 + [Made(60)] * 213
    write(people.published(NOW), made)
    who = people.user()
    english = text(people.client(who), "/bands/")
    assert "14.8%" in english
    assert "10.9–19.7%" in english
    polish = text(people.client(who, "pl"), "/bands/")
    assert "14,8%" in polish
    assert "10,9–19,7%" in polish
    assert "za mało danych: brak leadów" in polish


def test_the_page_names_what_it_counts_and_when_the_band_was_read() -> None:
    write(people.published(NOW), [Made(60, won_after=5), Made(60, won_after=-3)])
    client = people.client(people.user())
    page = text(client, "/bands/")
    assert "Conversion by cohort: won within 90 days" in page
    assert "at the end of the 14th day after it came in" in page
    assert "1 lead was won or lost before its band was read and is left out." in page
    page = text(client, "/bands/?basis=period&moment=marketing_qualified")
    assert "Conversion by period" in page
    assert "Only leads that entered the stage “MQL” count." in page


def test_the_page_has_no_style_or_script_of_its_own() -> None:
    write(people.published(NOW), [Made(60, won_after=5)])
    page = text(people.client(people.user()), "/bands/")
    assert " style=" not in page
    assert not re.search(r"<script(?![^>]*src=)", page)
    assert not re.search(r'(?:x|x1|width)="\d+,\d', page)


@pytest.mark.parametrize("role", Role.values)
def test_every_role_may_read_it(role: str) -> None:
    people.published(NOW)
    client = people.client(people.user(role))
    for address in ("/bands/", "/bands/bands.csv", "/bands/acceptance/"):
        assert client.get(address).status_code == 200
        assert client.post(address).status_code == 405


def test_the_file_has_plain_numbers_and_nothing_that_runs() -> None:
    document = people.published(NOW).document.replace("pl: gorący}", 'pl: "=1+1"}')
    write(people.published(NOW, document), [Made(60, won_after=5, amount=150_050), Made(60)])
    answer = people.client(people.user(), "pl").get("/bands/bands.csv?by=fit")
    rows = list(csv.reader(answer.content.decode().splitlines()))
    assert [len(row) for row in rows] == [12] * 6
    hot = rows[3]
    assert hot[0] == "'=1+1"
    assert hot[1:4] == ["2", "1", "0.500000"]
    assert hot[9:] == ["5.0", "1500.50", "PLN"]
    assert rows[-1][0] == "Razem"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\tx", "\rx"])
def test_a_label_that_looks_like_a_formula_is_disarmed(text: str) -> None:
    assert harmless(text) == f"'{text}"


def line(successes: int, leads: int, number: int = 0) -> Line:
    share = rate(successes, leads)
    return Line("x", number, leads, successes, share, None, None, 0)


def test_bars_and_whiskers_lie_on_the_scale() -> None:
    chart = rate_chart([line(10, 100), line(30, 100, 1)], width=400, left=100)
    assert chart is not None
    hotter, colder = chart.bars
    assert (hotter.line.number, colder.line.number) == (1, 0)
    assert hotter.width == pytest.approx(3 * colder.width, abs=0.2)
    for bar in chart.bars:
        assert 100 <= bar.low < 100 + bar.width < bar.high <= chart.ticks[-1].x
    assert [round(tick.share, 1) for tick in chart.ticks] == [0.0, 0.1, 0.2, 0.3, 0.4]


def test_a_handful_of_leads_does_not_flatten_the_rest() -> None:
    chart = rate_chart([line(10, 100), line(0, 1, 1)], width=400, left=100)
    assert chart is not None
    assert chart.ticks[-1].share == pytest.approx(0.2)
    assert chart.bars[0].is_cut
    assert chart.bars[0].high == chart.ticks[-1].x


def test_the_scale_reaches_every_rate_however_few_leads_it_comes_from() -> None:
    chart = rate_chart([line(10, 100), line(2, 7, 1)], width=400, left=100)
    assert chart is not None
    assert chart.ticks[-1].share >= 2 / 7
    nothing = rate_chart([line(0, 3)], width=400, left=100)
    assert nothing is not None
    assert nothing.bars[0].width == 0


def test_a_band_without_leads_has_no_bar() -> None:
    empty = Line("x", 0, 0, 0, NotEnoughData(Shortage.NO_LEADS, 0, 1), None, None, 0)
    assert rate_chart([empty], width=400, left=100) is None
    chart = rate_chart([empty, line(1, 20, 1)], width=400, left=100)
    assert chart is not None
    assert [bar.has_rate for bar in chart.bars] == [True, False]
