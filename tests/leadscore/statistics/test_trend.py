"""Does conversion rise with the band: the trend test against R, a correlation and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from leadscore.statistics.enough import NotEnoughData, Shortage
from leadscore.statistics.trend import (
    Direction,
    Monotonicity,
    Trend,
    cochran_armitage,
    monotonicity,
)

BANDS = ("cold", "warm", "hot", "burning")

TABLES = st.lists(
    st.integers(0, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=2,
    max_size=8,
)


def columns(table: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [row[0] for row in table], [row[1] for row in table]


def given_order(conversions: list[int], leads: list[int]) -> Monotonicity:
    found = monotonicity(BANDS, conversions, leads)
    assert isinstance(found, Monotonicity)
    return found


def test_the_smokers_of_fleiss_give_what_r_gives() -> None:
    # R, prop.trend.test(c(83, 90, 129, 70), c(86, 93, 136, 82)):
    # X-squared = 8.2249, df = 1, p-value = 0.004132
    found = cochran_armitage([83, 90, 129, 70], [86, 93, 136, 82])
    assert isinstance(found, Trend)
    assert found.z < 0
    assert round(found.z**2, 4) == 8.2249
    assert round(found.p_value, 6) == 0.004132


def test_given_weights_are_used() -> None:
    # Only the last group is set apart: the test of two shares with a pooled error.
    found = cochran_armitage([83, 90, 129, 70], [86, 93, 136, 82], [0, 0, 0, 1])
    assert isinstance(found, Trend)
    # 83 + 90 + 129 of 86 + 93 + 136 against 70 of 82, pooled 372 of 397
    pooled = 372 / 397
    gap = (302 / 315 - 70 / 82) / math.sqrt(pooled * (1 - pooled) * (1 / 315 + 1 / 82))
    assert found.z == pytest.approx(-gap)


@given(TABLES)
def test_it_is_the_correlation_of_band_and_outcome(table: list[tuple[int, int]]) -> None:
    conversions, leads = columns(table)
    found = cochran_armitage(conversions, leads)
    if isinstance(found, NotEnoughData):
        return
    positions = np.repeat(np.arange(len(leads)), leads)
    outcomes = np.concatenate(
        [np.arange(n) < k for k, n in zip(conversions, leads, strict=True)]
    ).astype(float)
    correlation = float(np.corrcoef(positions, outcomes)[0, 1])
    assert found.z == pytest.approx(correlation * math.sqrt(sum(leads)), abs=1e-6)
    assert found.p_value == pytest.approx(float(chi2.sf(found.z**2, 1)), rel=1e-9, abs=1e-300)


@given(TABLES)
def test_turning_the_bands_round_turns_the_sign(table: list[tuple[int, int]]) -> None:
    forward = cochran_armitage(*columns(table))
    backward = cochran_armitage(*columns(table[::-1]))
    if isinstance(forward, NotEnoughData):
        assert forward == backward
        return
    assert isinstance(backward, Trend)
    assert forward.z == pytest.approx(-backward.z, abs=1e-9)


def test_equal_rates_show_no_trend_at_all() -> None:
    found = given_order([10, 20, 5, 40], [100, 200, 50, 400])
    assert found.trend.z == pytest.approx(0, abs=1e-12)
    assert found.trend.p_value == pytest.approx(1)
    assert found.direction is Direction.NOT_SHOWN
    assert found.drops == ()


def test_rates_that_rise_with_every_band_rise_throughout() -> None:
    found = given_order([10, 25, 37, 30], [1000, 500, 250, 100])
    assert found.direction is Direction.RISING
    assert found.is_rising_throughout


def test_a_drop_between_neighbours_is_named() -> None:
    found = given_order([10, 50, 20, 30], [1000, 500, 250, 100])
    assert found.direction is Direction.RISING
    assert found.drops == (("warm", "hot"),)
    assert not found.is_rising_throughout


def test_a_band_without_leads_is_passed_over() -> None:
    found = given_order([10, 0, 5, 30], [100, 0, 100, 100])
    assert found.drops == (("cold", "hot"),)


def test_falling_rates_fall() -> None:
    assert given_order([300, 20, 10, 5], [1000, 100, 100, 100]).direction is Direction.FALLING


@pytest.mark.parametrize(
    ("conversions", "leads", "expected"),
    [
        pytest.param([5, 0], [90, 0], NotEnoughData(Shortage.FEW_BANDS, 1, 2), id="one band"),
        pytest.param([], [], NotEnoughData(Shortage.FEW_BANDS, 0, 2), id="no band"),
        pytest.param(
            [4, 5], [50, 50], NotEnoughData(Shortage.FEW_CONVERTED, 9, 10), id="nine converted"
        ),
        pytest.param(
            [50, 50], [50, 50], NotEnoughData(Shortage.FEW_NOT_CONVERTED, 0, 10), id="all converted"
        ),
    ],
)
def test_where_there_is_too_little_it_says_so(
    conversions: list[int], leads: list[int], expected: NotEnoughData
) -> None:
    assert cochran_armitage(conversions, leads) == expected
    assert monotonicity(BANDS[: len(leads)], conversions, leads) == expected


def test_weights_that_set_no_two_bands_apart_give_no_trend() -> None:
    found = cochran_armitage([10, 20], [50, 50], [3, 3])
    assert found == NotEnoughData(Shortage.FEW_BANDS, 1, 2)


def test_impossible_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="6 conversions of 5"):
        cochran_armitage([6, 1], [5, 9])
    with pytest.raises(ValueError, match="3 weights for 2 bands"):
        cochran_armitage([1, 1], [5, 9], [0, 1, 2])
    with pytest.raises(ValueError, match="zip"):
        cochran_armitage([1], [5, 9])
