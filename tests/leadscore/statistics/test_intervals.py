"""Rates with Wilson's interval: published figures, other programs, and what must always hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint

from leadscore.statistics.enough import NotEnoughData, Shortage
from leadscore.statistics.intervals import Rate, normal_quantile, rate, wilson_bounds

# R. G. Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3.
PUBLISHED = [
    pytest.param(81, 263, 0.2553, 0.3662, id="81 of 263"),
    pytest.param(15, 148, 0.0624, 0.1605, id="15 of 148"),
    pytest.param(0, 20, 0.0000, 0.1611, id="none of 20"),
    pytest.param(1, 29, 0.0061, 0.1718, id="1 of 29"),
]

SAMPLES = st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
CONFIDENCES = st.floats(0.5, 0.9999)


def given_rate(successes: int, trials: int, confidence: float = 0.95) -> Rate:
    found = rate(successes, trials, confidence)
    assert isinstance(found, Rate)
    return found


@pytest.mark.parametrize(("successes", "trials", "low", "high"), PUBLISHED)
def test_the_published_intervals_are_reproduced(
    successes: int, trials: int, low: float, high: float
) -> None:
    found = given_rate(successes, trials)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_no_trials_give_no_rate() -> None:
    found = rate(0, 0)
    assert found == NotEnoughData(Shortage.NO_LEADS, have=0, need=1)


def test_one_trial_gives_a_rate_with_an_interval_that_says_how_little_it_is() -> None:
    found = given_rate(1, 1)
    # z² = 3.8415: low = 1 / (1 + z²) = 0.2065
    assert found.value == 1.0
    assert found.low == pytest.approx(0.2065, abs=5e-5)
    assert found.high == 1.0


def test_none_and_all_reach_the_ends_exactly() -> None:
    assert given_rate(0, 7).low == 0.0
    assert given_rate(7, 7).high == 1.0


@pytest.mark.parametrize(("successes", "trials"), [(-1, 5), (6, 5), (1, 0), (0, -1)])
def test_impossible_counts_are_refused(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="accepted"):
        rate(successes, trials)


@pytest.mark.parametrize("confidence", [0.0, 1.0, -0.5, 95.0, float("nan")])
def test_a_confidence_outside_nought_and_one_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        rate(1, 2, confidence)


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (3, 2), (-1, 2), (float("nan"), 2)])
def test_bounds_of_what_is_no_part_are_refused(successes: float, trials: float) -> None:
    with pytest.raises(ValueError, match="part"):
        wilson_bounds(successes, trials)


def test_the_quantile_of_95_percent_is_the_familiar_one() -> None:
    assert normal_quantile(0.95) == pytest.approx(1.959964, abs=5e-7)


@given(SAMPLES, CONFIDENCES)
def test_scipy_and_statsmodels_agree(sample: tuple[int, int], confidence: float) -> None:
    found = given_rate(*sample, confidence)
    theirs = binomtest(*sample).proportion_ci(confidence, method="wilson")
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    others = proportion_confint(*sample, alpha=1 - confidence, method="wilson")
    assert (found.low, found.high) == pytest.approx(others, abs=1e-9)


@given(SAMPLES, CONFIDENCES)
def test_the_interval_holds_the_value_and_stays_within_nought_and_one(
    sample: tuple[int, int], confidence: float
) -> None:
    found = given_rate(*sample, confidence)
    assert 0 <= found.low <= found.value <= found.high <= 1


@given(SAMPLES, CONFIDENCES)
def test_successes_and_failures_mirror_each_other(
    sample: tuple[int, int], confidence: float
) -> None:
    successes, trials = sample
    found = given_rate(successes, trials, confidence)
    mirrored = given_rate(trials - successes, trials, confidence)
    assert found.low == pytest.approx(1 - mirrored.high, abs=1e-12)
    assert found.high == pytest.approx(1 - mirrored.low, abs=1e-12)


@given(SAMPLES)
def test_a_tenfold_sample_narrows_the_interval(sample: tuple[int, int]) -> None:
    few, many = given_rate(*sample), given_rate(10 * sample[0], 10 * sample[1])
    assert many.high - many.low < few.high - few.low


@given(SAMPLES)
def test_more_confidence_widens_the_interval(sample: tuple[int, int]) -> None:
    narrow, wide = given_rate(*sample, 0.8), given_rate(*sample, 0.99)
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high
