"""A past worked out by hand, and what the backtest makes of it.

Ten copies of each lead, looked at on 31 Jan, 28 Feb, 31 Mar and 30 Apr 2025 with a horizon of 30
days; the last fact is of 10 May, so the horizons of the first three are over.

lead  known   demo    outcome      first moment   then  within 30 days of it
a     10 Jan  20 Jan  won 10 Feb   31 Jan         hot   converts after 10 days
b     12 Jan  -       won 20 Mar   31 Jan         cold  does not (48 days); from 28 Feb after 20
c     5 Feb   5 Feb   lost 5 Mar   28 Feb         hot   does not
d     5 Jan   5 Jan   won 25 Jan   -              -     closed before anybody looked
e     10 Mar  -       -            31 Mar         cold  does not
f     3 Apr   3 Apr   won 5 May    30 Apr         hot   converted after 5 days, 10 of 30 observed
g     6 Apr   6 Apr   -            30 Apr         hot   open after the 10 days observed
"""

import pytest

from leadscore.backtest import Backtest, PooledRate, Unseen
from leadscore.backtest.figures import DefinitionFigures
from leadscore.engines import duckdb, live
from leadscore.statistics import (
    Auc,
    BandRow,
    MedianDays,
    NotEnoughData,
    Rate,
    Shortage,
    TopSlice,
)
from tests.leadscore.backtest.past import Past, at, copies, lead, outcome, touchpoint

ONE_OF_EACH = Past(
    leads=[lead(name, "small") for name in "abcdefg"],
    touchpoints=[
        touchpoint("a", "page_view", "2025-01-10 12:00"),
        touchpoint("a", "demo_request", "2025-01-20 12:00"),
        touchpoint("b", "page_view", "2025-01-12 12:00"),
        touchpoint("c", "demo_request", "2025-02-05 12:00"),
        touchpoint("d", "demo_request", "2025-01-05 12:00"),
        touchpoint("e", "page_view", "2025-03-10 12:00"),
        touchpoint("e", "page_view", "2025-05-10 12:00"),
        touchpoint("f", "demo_request", "2025-04-03 12:00"),
        touchpoint("g", "demo_request", "2025-04-06 12:00"),
    ],
    outcomes=[
        outcome("a", "won", "2025-02-10 09:00"),
        outcome("b", "won", "2025-03-20 09:00"),
        outcome("c", "lost", "2025-03-05 09:00"),
        outcome("d", "won", "2025-01-25 09:00"),
        outcome("f", "won", "2025-05-05 09:00"),
    ],
)
TEN_OF_EACH = copies(ONE_OF_EACH, 10)


@pytest.fixture(scope="module", params=[live.score, duckdb.score], ids=["live", "duckdb"])
def found(request: pytest.FixtureRequest) -> Backtest:
    return TEN_OF_EACH.backtest(horizon_days=30, engine=request.param)


def bands(found: Backtest, dimension: str) -> dict[str, BandRow]:
    of_dimension = {each.dimension: each.bands for each in found.first.dimensions}
    return {row.band: row for row in of_dimension[dimension].rows}


def test_it_looks_at_month_ends_and_knows_which_horizons_are_over(found: Backtest) -> None:
    assert [(each.as_of, each.is_complete) for each in found.moments] == [
        (at("2025-02-01") - 1, True),
        (at("2025-03-01") - 1, True),
        (at("2025-04-01") - 1, True),
        (at("2025-05-01") - 1, False),
    ]
    assert found.observed_until == at("2025-05-10 12:00")


def test_each_lead_counts_once_at_its_first_moment(found: Backtest) -> None:
    # a, b, c, e; of these a converts.
    first = found.first
    assert (first.leads, first.conversions, first.younger_leads) == (40, 10, 20)
    assert isinstance(first.rate, Rate)
    assert first.rate.value == 0.25


def test_the_bands_hold_what_they_then_held(found: Backtest) -> None:
    # hot: a and c, a converts; cold: b and e, neither does.
    engagement = bands(found, "engagement")
    assert {name: (row.leads, row.conversions) for name, row in engagement.items()} == {
        "cold": (20, 0),
        "hot": (20, 10),
    }
    assert {name: row.leads for name, row in bands(found, "fit").items()} == {"cold": 40, "hot": 0}
    hot = engagement["hot"].rate
    assert isinstance(hot, Rate)
    # Wilson for 10 of 20, z = 1.95996: (0.5 + z²/40 ± z √(0.25/20 + z²/1600)) / (1 + z²/20)
    assert (hot.value, round(hot.low, 4), round(hot.high, 4)) == (0.5, 0.2993, 0.7007)


def test_younger_leads_count_in_the_median_with_the_days_they_were_watched(found: Backtest) -> None:
    # Hot, 40 leads: after 5 days f is won: 30/40 open. After 10 days, with 30 at risk, a is won
    # and g is last seen open: 30/40 · 20/30 = 1/2 open. Half of that half had converted on day 5.
    hot = bands(found, "engagement")["hot"]
    assert isinstance(hot.median_days_of_converters, MedianDays)
    assert hot.median_days_of_converters.value == 5
    assert isinstance(hot.median_days, MedianDays)
    assert hot.median_days.value == 10
    # Of the 10 that converted in time, all of them a: the plain average knows nothing of f and g.
    assert hot.mean_days == 10


def test_a_band_without_conversions_says_that_it_has_no_median(found: Backtest) -> None:
    cold = bands(found, "engagement")["cold"]
    assert cold.median_days_of_converters == NotEnoughData(Shortage.FEW_CONVERTED, 0, 10)


def test_the_grades_are_crossed_from_the_same_leads(found: Backtest) -> None:
    # Fit is cold for all: row B. Engagement hot is column 1.
    assert [(row.band, row.leads, row.conversions) for row in found.first.grades] == [
        ("B1", 20, 10),
        ("B2", 20, 0),
    ]


def test_the_ranking_is_that_of_the_complete_leads(found: Backtest) -> None:
    # 10 converted, all with 50 points; of the 30 others 10 tie with them, 20 are below:
    # (10/2 + 20) / 30. The top 10 % are 4 of the 20 tied, 10 of whom convert: 2 times the rate.
    overall = found.first.rankings[0]
    assert isinstance(overall.auc, Auc)
    assert overall.auc.value == pytest.approx(25 / 30)
    for top in (overall.top_10_percent, overall.top_20_percent):
        assert isinstance(top, TopSlice)
        assert top.lift.value == pytest.approx(2)
    fit = found.first.rankings[1]
    assert isinstance(fit.auc, Auc)
    assert fit.auc.value == 0.5


def test_a_definition_counts_from_the_first_moment_at_which_it_is_met(found: Backtest) -> None:
    # a and c; f and g are too young for a rate.
    asked = found.first.definitions[0]
    assert isinstance(asked, DefinitionFigures)
    assert (asked.definition, asked.leads, asked.conversions) == ("asked", 20, 10)
    assert isinstance(asked.precision, Rate)
    assert asked.precision.value == 0.5
    assert isinstance(asked.median_days_of_converters, MedianDays)
    assert asked.median_days_of_converters.value == 5


def test_pooled_counts_every_lead_at_every_complete_moment(found: Backtest) -> None:
    # 31 Jan: a, b. 28 Feb: b, c. 31 Mar: e. Conversions: a on the first, b on the second.
    engagement = {row.name: row.rate for row in found.pooled.dimensions[1].bands}
    counts = {
        name: (rate.observations, rate.leads, rate.conversions)
        for name, rate in engagement.items()
        if isinstance(rate, PooledRate)
    }
    assert counts == {"cold": (30, 20, 10), "hot": (20, 20, 10)}
    assert isinstance(found.pooled.rate, PooledRate)
    assert found.pooled.rate.value == 20 / 50


def test_each_moment_has_its_line(found: Backtest) -> None:
    lines = [(m.leads, m.conversions, m.definitions[0].leads) for m in found.moments]
    assert lines == [(20, 10, 10), (20, 10, 10), (10, 0, 0), (30, 10, 20)]
    january, april = found.moments[0], found.moments[-1]
    assert isinstance(january.definitions[0].precision, Rate)
    assert january.definitions[0].precision.value == 1
    assert april.rate == NotEnoughData(Shortage.FOLLOWED_TOO_SHORT, 10, 30)


def test_leads_that_nobody_could_judge_are_counted_and_told(found: Backtest) -> None:
    assert found.unseen == Unseen(closed_before=10, won_before=10, not_known=0)
    assert [notice.code for notice in found.notices] == ["attributes_as_of_file", "won_before_seen"]


def test_every_lead_is_somewhere(found: Backtest) -> None:
    seen, unseen = found.first, found.unseen
    total = seen.leads + seen.younger_leads + unseen.closed_before + unseen.not_known
    assert total == len(TEN_OF_EACH.leads)


def test_with_one_of_each_it_says_not_enough_data() -> None:
    found = ONE_OF_EACH.backtest(horizon_days=30)
    assert found.first.rankings[0].auc == NotEnoughData(Shortage.FEW_CONVERTED, 1, 10)
    assert found.first.rankings[0].top_10_percent == NotEnoughData(Shortage.FEW_CONVERTED, 1, 10)
    hot = bands(found, "engagement")["hot"]
    assert isinstance(hot.rate, Rate)
    assert (hot.leads, hot.rate.value) == (2, 0.5)
    assert hot.median_days_of_converters == NotEnoughData(Shortage.FEW_CONVERTED, 2, 10)
