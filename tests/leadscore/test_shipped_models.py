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
