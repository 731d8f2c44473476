"""The models that come with the library: sound, and worth what their comments say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from leadscore.cli.models import model_of, shipped_models
from leadscore.days import to_instant
from leadscore.demo import DATA_SETS
from leadscore.demo.sources import MODELS
from leadscore.document import read_model
from leadscore.live import Scorer, Touchpoint
from leadscore.model import ScoringModel
from leadscore.statistics import Auc, Direction, NotEnoughData
from tests.leadscore.real_data import BUNDLED, bundled_evaluation, figures_of_rules

PATHS = sorted(MODELS.glob("*.yaml"))


def sound(path: Path) -> ScoringModel:
    return read_model(path.read_bytes(), source=path.name).sound_model()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_shipped_model_has_neither_errors_nor_warnings(path: Path) -> None:
    reading = read_model(path.read_bytes(), source=path.name)
    assert [problem.describe() for problem in reading.problems] == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_everything_a_reader_sees_has_a_name_in_both_languages(path: Path) -> None:
    model = sound(path)
    named = [*model.dimensions, *model.rules, *model.groups, *model.definitions]
    named += [band for dimension in model.dimensions for band in dimension.bands]  # type: ignore[misc]
    assert [part for part in named if set(part.label) != {"en", "pl"}] == []


def test_every_data_set_has_a_model_that_goes_by_its_name() -> None:
    assert set(shipped_models()) == {*DATA_SETS, "b2b-default"}
    assert [model_of(name)[0].name for name in DATA_SETS] == list(DATA_SETS)


@pytest.mark.parametrize("name", DATA_SETS)
def test_every_rule_of_a_data_set_says_which_figure_it_rests_on(name: str) -> None:
    rules = [rule.id for rule in sound(DATA_SETS[name].model).rules]
    assert list(figures_of_rules(name)) == rules


def test_the_model_to_start_with_has_the_agreed_weights_and_bands() -> None:
    model = sound(MODELS / "b2b-default.yaml")
    weights = {rule.id: rule.points_milli // 1000 for rule in model.rules}
    assert [weights[name] for name in ("ebook", "webinar", "pricing-page", "demo")] == [
        5,
        10,
        15,
        25,
    ]
    for dimension in model.dimensions:
        assert [band.from_milli // 1000 for band in dimension.bands] == [0, 26, 51, 76]
    assert [dimension.name for dimension in model.dimensions] == ["fit", "engagement", "potential"]
    assert {definition.name for definition in model.definitions} >= {
        "marketing_qualified",
        "sales_qualified",
    }


def test_a_lead_on_the_edge_of_the_model_to_start_with_becomes_an_mql_once() -> None:
    # Asked for a demo and looks at the prices every week: engagement swings about 40 points.
    begun = datetime(2026, 1, 5, 9, tzinfo=UTC)
    times = [to_instant(begun + timedelta(days=7 * week)) for week in range(9)]
    asked = Touchpoint("demo_request", times[0])
    seen = [Touchpoint("page_view", at, properties={"page.category": "pricing"}) for at in times]
    scorer = Scorer(sound(MODELS / "b2b-default.yaml"))
    meets, states = [False], [False]
    for day in range(90):
        now = to_instant(begun + timedelta(days=day, hours=8))
        known = [each for each in (asked, *seen) if each.occurred_at <= now]
        lead = scorer.score(DIRECTOR, known, now)
        meets.append(lead.definitions["marketing_qualified"])
        states.append(meets[-1] or (states[-1] and lead.kept["marketing_qualified"]))
    assert _beginnings(meets) == 3
    assert _beginnings(states) == 1
    assert not states[-1]


DIRECTOR = {"lead.seniority": "director", "lead.department": "it", "company.industry": "energy"}


SOMETIME = datetime(2026, 1, 5, 9, tzinfo=UTC)


def _said(name: str, days: Sequence[int], today: int, **traits: str) -> tuple[bool, bool]:
    """Whether a reader of documentation on some days meets a definition today, and keeps it."""
    pages = [
        Touchpoint(
            "page_view",
            to_instant(SOMETIME + timedelta(days=day)),
            properties={"page.category": "documentation"},
        )
        for day in days
    ]
    values = {f"lead.{trait}": value for trait, value in traits.items()}
    now = to_instant(SOMETIME + timedelta(days=today, hours=1))
    lead = Scorer(sound(MODELS / "b2b-default.yaml")).score(values, pages, now)
    return lead.definitions[name], lead.kept[name]


@pytest.mark.parametrize(
    ("days", "today", "meets", "keeps"),
    [
        pytest.param([*range(8)], 7, False, True, id="has just come for the first time"),
        pytest.param([*range(8)], 120, False, False, id="was here once and is silent"),
        pytest.param([*range(7), 120], 120, True, True, id="comes back after four months"),
        pytest.param([*range(6), 120], 120, False, True, id="had seen six pages before"),
        pytest.param([*range(7), 120], 134, False, True, id="came back two weeks ago"),
        pytest.param([*range(7), 120], 150, False, False, id="came back and went again"),
        pytest.param([*range(7), *range(120, 126)], 126, False, True, id="is back for good"),
        pytest.param([*range(0, 120, 10)], 119, False, True, id="never went away"),
    ],
)
def test_a_returning_lead_was_here_hardly_came_and_is_back(
    days: list[int], today: int, *, meets: bool, keeps: bool
) -> None:
    assert _said("returning", days, today) == (meets, keeps)


@pytest.mark.parametrize(
    ("days", "today", "department", "meets", "keeps"),
    [
        pytest.param([0, 1, 2], 3, "it", True, True, id="reads three technical pages"),
        pytest.param([0, 1], 3, "it", False, False, id="reads two"),
        pytest.param([0, 1, 2], 120, "engineering", False, True, id="read them in spring"),
        pytest.param([0, 1, 2], 200, "engineering", False, False, id="read them long ago"),
        pytest.param([0, 1, 2], 3, "marketing", False, False, id="does not work with it"),
    ],
)
def test_an_expert_reads_technical_pages_and_works_with_it(
    days: list[int], today: int, department: str, *, meets: bool, keeps: bool
) -> None:
    assert _said("expert", days, today, department=department) == (meets, keeps)


def test_two_webinars_in_a_year_make_an_expert_too() -> None:
    scorer = Scorer(sound(MODELS / "b2b-default.yaml"))
    attended = [
        Touchpoint("webinar_attended", to_instant(SOMETIME + timedelta(days=day)))
        for day in (0, 200)
    ]
    now = to_instant(SOMETIME + timedelta(days=300))
    assert scorer.score({"lead.department": "it"}, attended, now).definitions["expert"]
    assert not scorer.score({"lead.department": "it"}, attended[:1], now).definitions["expert"]
    assert not scorer.score({"lead.department": "hr"}, attended, now).definitions["expert"]


def _beginnings(states: Sequence[bool]) -> int:
    return sum(now and not was for was, now in pairwise(states))


@pytest.mark.parametrize("name", BUNDLED)
def test_on_the_bundled_sample_hotter_bands_convert_more(name: str) -> None:
    evaluation = bundled_evaluation(name)
    assert evaluation.is_sample
    for result in evaluation.dimensions:
        assert not isinstance(result.bands.order, NotEnoughData)
        assert result.bands.order.direction is Direction.RISING
    assert isinstance(evaluation.auc, Auc)
    assert evaluation.auc.low > 0.6
