"""The demonstration: leads as of their own moments, the list, the terminal and the page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import leadscore
from leadscore import demo, report
from leadscore.cli import main
from leadscore.days import to_instant
from leadscore.demo.held_out import as_of_own_moments, split_by_time
from leadscore.demo.sources import DATA_SETS, MODELS, load_source
from leadscore.document import read_model
from leadscore.live import Scorer, Touchpoint
from leadscore.mapping import InvalidMapping
from leadscore.report.evaluation import Extract, Line, strongest
from leadscore.report.markup import Markup, element
from leadscore.report.texts import LANGUAGES, Lang, count, points, text
from tests.leadscore.real_data import BUNDLED, bundled_evaluation

DAY = timedelta(days=1)
START = datetime(2026, 1, 5, 12, tzinfo=UTC)


def leads_at(*moments: datetime) -> pa.Table:
    return pa.table(
        {
            "lead_id": [f"lead-{number}" for number in range(len(moments))],
            "known_at": pa.array(moments, pa.timestamp("us", tz="UTC")),
        }
    )


def touchpoints_of(*rows: tuple[str, str, datetime]) -> pa.Table:
    moments = pa.array([at for _, _, at in rows], pa.timestamp("us", tz="UTC"))
    return pa.table(
        {
            "lead_id": pa.array([lead for lead, _, _ in rows], pa.string()),
            "type": pa.array([type_ for _, type_, _ in rows], pa.string()),
            "occurred_at": moments,
            "received_at": moments,
            "id": [str(number) for number in range(len(rows))],
        }
    )


def test_the_last_fifth_by_time_is_held_out() -> None:
    split = split_by_time(leads_at(*(START + DAY * day for day in range(10))))
    assert split.training.tolist() == list(range(8))
    assert split.held_out.tolist() == [8, 9]
    assert split.first_moment == START + 8 * DAY


def test_leads_of_one_moment_are_held_out_together() -> None:
    split = split_by_time(leads_at(*[START] * 6, *[START + DAY] * 4))
    assert split.training.tolist() == list(range(6))
    assert split.held_out.tolist() == [6, 7, 8, 9]


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)
TYPES = st.sampled_from(["demo_request", "ebook_download", "email_click", "webinar_attended"])


@given(
    known=st.lists(MOMENTS, min_size=1, max_size=5),
    touched=st.lists(st.tuples(st.integers(0, 4), TYPES, st.integers(-60, 5_000)), max_size=30),
)
def test_one_run_gives_each_lead_the_score_of_its_own_moment(
    known: list[datetime], touched: list[tuple[int, str, int]]
) -> None:
    leads = leads_at(*known)
    rows = [
        (f"lead-{lead % len(known)}", type_, known[lead % len(known)] - timedelta(hours=hours))
        for lead, type_, hours in touched
    ]
    model = read_model((MODELS / "b2b-default.yaml").read_bytes()).sound_model()
    scorer = Scorer(model)
    own = as_of_own_moments(leads, touchpoints_of(*rows), model.time_zone)
    moved = own.touchpoints.to_pylist()
    for number, moment in enumerate(known):
        lead = f"lead-{number}"
        then = [Touchpoint(type_, to_instant(at)) for who, type_, at in rows if who == lead]
        now = [
            Touchpoint(row["type"], to_instant(row["occurred_at"]))
            for row in moved
            if row["lead_id"] == lead
        ]
        expected = scorer.score({}, then, to_instant(moment))
        assert scorer.score({}, now, to_instant(own.as_of)).scores == expected.scores


def test_an_extract_shows_the_top_a_spread_and_the_end() -> None:
    assert Extract(3, 3, 2).ranks(100) == [1, 2, 3, 25, 50, 75, 99, 100]
    assert Extract(3, 3, 2).ranks(4) == [1, 2, 3, 4]
    assert Extract(3, 3, 2).ranks(0) == []


def test_the_strongest_reasons_leave_out_limits_and_put_gains_first() -> None:
    lines = [
        Line("silence", 0, None, -10_000),
        Line("ebook", 1, None, 5_000),
        Line("cap:dimension:fit", None, None, -90_000),
        Line("demo", 1, None, 25_000),
        Line("nothing", 0, None, 0),
    ]
    assert [line.rule_id for line in strongest(lines, 2)] == ["demo", "silence"]


@pytest.mark.parametrize(
    ("milli", "lang", "written"),
    [
        pytest.param(25_000, "en", "25", id="whole"),
        pytest.param(2_500, "pl", "2,5", id="Polish comma"),
        pytest.param(-1_005, "en", "−1.005", id="thousandths"),
        pytest.param(1_234_000, "pl", "1\u00a0234", id="thousands"),
    ],
)
def test_points_are_written_with_the_decimals_they_have(
    milli: int, lang: Lang, written: str
) -> None:
    assert points(milli, lang) == written


def test_the_list_runs_from_hottest_to_coldest_and_every_lead_adds_up() -> None:
    evaluation = bundled_evaluation("bank-marketing")
    scores = [lead.overall_milli for lead in evaluation.listed]
    assert scores == sorted(scores, reverse=True)
    assert [lead.rank for lead in evaluation.listed][:3] == [1, 2, 3]
    weights = dict(evaluation.model.overall)
    for lead in evaluation.listed:
        for dimension, milli, _, lines in report.wording.lines_by_dimension(evaluation.model, lead):
            assert sum(line.millipoints for line in lines) == milli, (lead.lead_id, dimension.name)
        assert lead.overall_milli == sum(weights[d.name] * milli for d, milli, _ in lead.scores)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_terminal_shows_leads_with_reasons_and_bands_with_intervals(lang: Lang) -> None:
    evaluation = bundled_evaluation("bank-marketing")
    console = Console(width=110, record=True, file=StringIO())
    report.show(evaluation, console, lang)
    shown = console.export_text()
    assert text("title", lang) in shown
    assert evaluation.listed[0].lead_id in shown
    rule = max(evaluation.listed[0].lines, key=lambda line: line.millipoints)
    label = evaluation.model.rule(rule.rule_id).label[lang]
    assert " ".join(label.split()[:2]) in shown
    for result in evaluation.dimensions:
        assert result.dimension.label[lang] in shown
    assert re.search(r"\d+[.,]\d% – \d+[.,]\d%", shown)


class Page(HTMLParser):
    """What a page is made of: its elements, the addresses it names, its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_needs_nothing_but_itself(lang: Lang) -> None:
    source = report.page(bundled_evaluation("online-shoppers"), lang)
    page = Page(source)
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "form"} & set(page.elements)
    names = {name for name, _ in page.attributes}
    assert not {"src", "href", "style"} & names
    assert not any(name.startswith("on") for name in names)
    assert "url(" not in source
    assert "@import" not in source
    assert ("lang", lang) in page.attributes
    assert {"header", "main", "footer", "h1"} <= set(page.elements)


def test_the_page_says_the_same_as_the_evaluation() -> None:
    evaluation = bundled_evaluation("bank-marketing")
    shown = " ".join(Page(report.page(evaluation, "en")).text)
    for lead in evaluation.listed:
        assert lead.lead_id in shown
    for result in evaluation.dimensions:
        for row in result.bands.rows:
            assert count(row.leads, "en") in shown
    assert "CC BY 4.0" in shown


def test_every_sentence_exists_in_polish() -> None:
    page = report.page(bundled_evaluation("bank-marketing"), "pl")
    assert "Do kogo teraz?" in page
    assert "Jak powstał ten wynik" in page
    assert "Said yes" not in page


def test_text_of_the_data_is_escaped() -> None:
    made = element("td", "<b>&\"'", Markup("<i>x</i>"), title='"<')
    assert made == '<td title="&quot;&lt;">&lt;b&gt;&amp;&quot;&#x27;<i>x</i></td>'


def test_the_demonstration_writes_the_page_it_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    out = tmp_path / "demo.html"
    arguments = ["online-shoppers", "--data", str(tmp_path), "--lang", "pl", "--out", str(out)]
    assert main(["demo", *arguments]) == 0
    said = capsys.readouterr()
    evaluation = bundled_evaluation("online-shoppers")
    assert out.read_text(encoding="utf-8") == report.page(evaluation, "pl")
    assert "próbka dołączona do pakietu" in said.out
    assert f"To samo jako strona: {out}" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["demo.html"]


def test_the_demonstration_can_be_shown_without_a_page(tmp_path: Path) -> None:
    with (tmp_path / "shown.txt").open("w", encoding="utf-8") as file:
        evaluation = demo.run(
            "online-shoppers",
            data=tmp_path,  # nothing in it: the bundled sample is taken
            lang="pl",
            console=Console(width=100, file=file),
        )
    assert evaluation.is_sample
    assert "próbka dołączona do pakietu" in (tmp_path / "shown.txt").read_text(encoding="utf-8")


def test_data_that_are_not_bundled_are_asked_for_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidMapping, match=r"olist_marketing_qualified_leads_dataset\.csv"):
        load_source(DATA_SETS["olist"], tmp_path)


def test_a_model_scores_the_bundled_sample_the_same_live_and_in_batch() -> None:
    source = load_source(DATA_SETS["online-shoppers"])
    rows = split_by_time(source.mapped.leads).held_out[:40]
    scored = demo.scored_part(source, rows)
    scorer = Scorer(read_model(source.data_set.model.read_bytes()).sound_model())
    leads = {row["lead_id"]: row for row in source.mapped.leads.take(pa.array(rows)).to_pylist()}
    by_lead: dict[str, list[Touchpoint]] = {}
    for row in source.mapped.touchpoints.to_pylist():
        if row["lead_id"] in leads:
            touchpoint = Touchpoint(
                row["type"],
                to_instant(row["occurred_at"]),
                id=row["id"],
                properties={"page.category": row["page.category"]},
            )
            by_lead.setdefault(row["lead_id"], []).append(touchpoint)
    overall = np.asarray(scored.table["overall_millipoints"].to_numpy())
    for lead_id, batch in zip(scored.table["lead_id"].to_pylist(), overall, strict=True):
        known_at = to_instant(leads[lead_id].pop("known_at"))
        live = scorer.score(leads[lead_id], by_lead.get(lead_id, []), known_at)
        assert live.overall == batch


@pytest.mark.parametrize("name", BUNDLED)
def test_no_row_of_a_bundled_sample_is_left_out(name: str) -> None:
    source = load_source(DATA_SETS[name])
    model = leadscore.load(source.data_set.model)
    mapped = source.mapped
    scores = model.score(mapped.leads, mapped.touchpoints, as_of="2026-01-31")
    assert scores.rejects.num_rows == 0
    assert scores.table.num_rows == mapped.leads.num_rows
