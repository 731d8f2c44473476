"""The page of the report on bands, its drawing and its file."""

from __future__ import annotations

import codecs
import csv
import io
import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from leadscore.statistics import NotEnoughData, Shortage, rate
from lejek.kernel import clock
from lejek.measurement.bands import Line
from lejek.measurement.chart import rate_chart
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
    english = text(people.client(who), "/bands/?by=fit")
    assert "14.8%" in english
    assert "10.9–19.7%" in english
    polish = text(people.client(who, "pl"), "/bands/?by=fit")
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


def test_the_overall_score_comes_first_in_ranges_of_points() -> None:
    made = [Made(points, won_after=5 if points > 60 else None) for points in range(1, 81)]
    write(people.published(NOW), made)
    client = people.client(people.user(), "pl")
    page = client.get("/bands/")
    assert page.context["kinds"][0] == ("overall", "wynik łączny")
    assert page.context["asked"].by == "overall"
    hottest_first = [(label, line.leads) for line, label in page.context["lines"]]
    assert [label for label, _ in hottest_first] == ["60+ pkt", "40–60 pkt", "21–40 pkt", "<21 pkt"]
    assert [leads for _, leads in hottest_first] == [21, 20, 19, 20]
    said = re.sub(r"\s+", " ", page.content.decode())
    assert "Wynik łączny nie ma własnych przedziałów." in said
    assert "rzut monetą daje 0,5" in said
    assert 'href="/help/bands/"' in said
    assert "AUC" in text(client, "/help/bands/")
    rows = exported(client, "/bands/bands.csv", ";")
    assert [row[0] for row in rows[1:]] == ["<21 pkt", "21–40 pkt", "40–60 pkt", "60+ pkt", "Razem"]


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("to=2026-03-05", "to", "This day is still to come."),
        ("from=2026-03-05", "from", "This day is still to come."),
        ("from=2026-02-30", "from", "This is not a day."),
        ("from=2026-03-02&to=2026-03-01", "to", "The period ends before it begins."),
    ],
)
def test_a_period_that_cannot_be_is_refused_beside_its_field(
    query: str, field: str, said: str
) -> None:
    write(people.published(NOW), [Made(60, won_after=5)])
    client = people.client(people.user())
    answer = client.get(f"/bands/?{query}")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'aria-describedby="{field}_error"' in page
    assert said in page
    assert 'id="report"' not in page
    assert "bands.csv" not in page
    assert client.get(f"/bands/bands.csv?{query}")["Location"] == f"/bands/?{query}"
    assert client.get("/bands/?from=2026-03-04&to=2026-03-04").status_code == 200


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
    rows = exported(people.client(people.user(), "pl"), "/bands/bands.csv?by=fit", ";")
    assert [len(row) for row in rows] == [20] * 6
    hot = rows[3]
    assert hot[0] == "'=1+1"
    assert hot[1:4] == ["2", "1", "0,500000"]
    assert hot[9:12] == ["5,0", "1500,50", "PLN"]
    assert rows[-1][0] == "Razem"
    english = exported(people.client(people.user()), "/bands/bands.csv?by=fit", ",")
    assert english[3][3] == "0.500000"


def test_the_file_says_what_was_asked_and_when(monkeypatch: pytest.MonkeyPatch) -> None:
    late = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
    monkeypatch.setattr("lejek.kernel.clock.now", lambda: late)
    write(people.published(NOW), [Made(60, won_after=5)])
    address = "/bands/bands.csv?by=fit&version=1&horizon=180&from=2025-01-01&to=2025-12-31"
    client = people.client(people.user())
    assert "bands-2026-03-05.csv" in client.get(address)["Content-Disposition"]
    heads, *lines = exported(client, address, ",")
    asked = dict(zip(heads, lines[0], strict=True))
    assert all(line[12:] == lines[0][12:] for line in lines)
    assert {name: asked[name] for name in heads[12:]} == {
        "Bands of": "Fit",
        "Model version": "1",
        "Band read": "14 days after coming in",
        "Counted": "by cohort (leads that came in)",
        "Followed for, days": "180",
        "From": "2025-01-01",
        "To": "2025-12-31",
        "Exported at": "2026-03-05 00:30",
    }
    polish = people.client(people.user(), "pl")
    address = "/bands/bands.csv?basis=period&moment=marketing_qualified"
    assert "konwersja-2026-03-05.csv" in polish.get(address)["Content-Disposition"]
    *_, last = exported(polish, address, ";")
    assert last[12:19] == [
        *("wynik łączny", "wszystkie", "przy wejściu na etap: MQL"),
        *("w okresie (wygrane szanse)", "", "", ""),
    ]


def exported(client: Client, address: str, delimiter: str) -> list[list[str]]:
    content = client.get(address).content
    assert content.startswith(codecs.BOM_UTF8)
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


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
