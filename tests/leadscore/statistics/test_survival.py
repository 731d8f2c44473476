"""Days to conversion with open leads: textbook data, other programs, and known truths."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from leadscore.statistics.enough import NotEnoughData, Shortage
from leadscore.statistics.intervals import Estimate
from leadscore.statistics.survival import (
    Curve,
    MedianDays,
    converted_by,
    kaplan_meier,
    kaplan_meier_from_counts,
    median_days,
    median_days_of_converters,
)

# Freireich et al. (1963), Blood 21:699-716: weeks to relapse, as in most textbooks.
TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
TREATED_ENDED = [True] * 9 + [False] * 12
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
# Embury et al. (1977), in Miller (1981), "Survival Analysis", page 49.
MAINTAINED = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
MAINTAINED_ENDED = [True, True, False, True, True, False, True, True, False, True, False]
CONTROL = [5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
CONTROL_ENDED = [True] * 5 + [False] + [True] * 6

# The medians and intervals are those of lifelines 0.30.3 (KaplanMeierFitter,
# median_survival_times of its confidence_interval_) and statsmodels 0.15
# (SurvfuncRight.quantile_ci, method="cloglog"), which agree.
TEXTBOOK = [
    pytest.param(TREATED, TREATED_ENDED, 23, 13, None, id="Freireich, treated"),
    pytest.param(PLACEBO, [True] * 21, 8, 4, 11, id="Freireich, placebo"),
    pytest.param(MAINTAINED, MAINTAINED_ENDED, 31, 13, None, id="Miller, maintained"),
    pytest.param(CONTROL, CONTROL_ENDED, 23, 5, 33, id="Miller, control"),
]

LEADS = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=80)


def curve_of(leads: list[tuple[int, bool]]) -> Curve:
    return kaplan_meier([days for days, _ in leads], [converted for _, converted in leads])


def given_median(found: MedianDays | NotEnoughData) -> MedianDays:
    assert isinstance(found, MedianDays)
    return found


@pytest.mark.parametrize(("days", "ended", "value", "low", "high"), TEXTBOOK)
def test_the_textbook_medians_are_reproduced(
    days: list[int], ended: list[bool], value: float, low: float, high: float | None
) -> None:
    found = given_median(median_days(kaplan_meier(days, ended), min_conversions=5))
    assert (found.value, found.low, found.high) == (value, low, high)
    assert (found.leads, found.conversions) == (len(days), sum(ended))


def test_the_textbook_curve_is_reproduced() -> None:
    curve = kaplan_meier(TREATED, TREATED_ENDED)
    assert curve.days.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve.converted.tolist() == [3, 1, 1, 1, 1, 1, 1]
    # 18/21, × 16/17, × 14/15, × 11/12, × 10/11, × 6/7, × 5/6
    expected = [0.857143, 0.806723, 0.752941, 0.690196, 0.627451, 0.537815, 0.448179]
    assert curve.open_share.tolist() == pytest.approx(expected, abs=5e-7)
    low, high = curve.bounds()
    # lifelines 0.30.3, KaplanMeierFitter.confidence_interval_
    assert low[[0, -1]].tolist() == pytest.approx([0.619718, 0.188052], abs=5e-7)
    assert high[[0, -1]].tolist() == pytest.approx([0.951552, 0.680143], abs=5e-7)


def test_sums_per_day_give_the_same_curve_as_leads() -> None:
    curve = kaplan_meier(TREATED, TREATED_ENDED)
    days = list(range(40, -1, -1))
    pairs = list(zip(TREATED, TREATED_ENDED, strict=True))
    again = kaplan_meier_from_counts(
        days,
        [pairs.count((day, True)) for day in days],
        [pairs.count((day, False)) for day in days],
    )
    assert again.days.tolist() == curve.days.tolist()
    assert again.at_risk.tolist() == curve.at_risk.tolist()
    assert again.open_share.tolist() == curve.open_share.tolist()
    assert again.log_variance.tolist() == curve.log_variance.tolist()
    assert (again.leads, again.conversions, again.last_day) == (21, 9, 35)


def test_a_day_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        kaplan_meier_from_counts([3, 3], [1, 1], [0, 0])


@given(LEADS)
def test_statsmodels_agrees_on_the_curve(leads: list[tuple[int, bool]]) -> None:
    curve = curve_of(leads)
    if curve.conversions == 0:
        assert curve.days.size == 0
        return
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # it divides by nought where nobody is open
        theirs = SurvfuncRight([d for d, _ in leads], [int(c) for _, c in leads])
    assert curve.days.tolist() == theirs.surv_times.tolist()
    assert curve.at_risk.tolist() == theirs.n_risk.tolist()
    assert curve.open_share == pytest.approx(theirs.surv_prob, abs=1e-12)
    still = curve.open_share > 0
    errors = curve.open_share[still] * np.sqrt(curve.log_variance[still])
    assert errors == pytest.approx(theirs.surv_prob_se[still], abs=1e-9)


@pytest.mark.parametrize("seed", range(25))
def test_statsmodels_agrees_on_the_median(seed: int) -> None:
    random = np.random.default_rng(seed)
    latent, watched = random.exponential(40, 150), random.uniform(20, 120, 150)
    days, converted = np.minimum(latent, watched), latent <= watched
    found = given_median(median_days(kaplan_meier(days, converted)))
    theirs = SurvfuncRight(days, converted.astype(int))
    with np.errstate(all="ignore"):  # it divides by nought where nobody is open
        low, high = theirs.quantile_ci(0.5, method="cloglog")
    assert found.value == theirs.quantile(0.5)
    assert found.low == low
    assert (np.inf if found.high is None else found.high) == high


@given(LEADS)
def test_the_curve_falls_within_its_bounds(leads: list[tuple[int, bool]]) -> None:
    curve = curve_of(leads)
    low, high = curve.bounds()
    assert bool((np.diff(curve.open_share) < 0).all())
    assert bool((low <= curve.open_share).all())
    assert bool((curve.open_share <= high).all())
    assert bool(((low >= 0) & (high <= 1)).all())


@given(LEADS)
def test_the_medians_lie_within_their_intervals(leads: list[tuple[int, bool]]) -> None:
    curve = curve_of(leads)
    for found in (
        median_days(curve, min_conversions=1),
        median_days_of_converters(curve, 30, min_conversions=1),
    ):
        if isinstance(found, MedianDays):
            assert found.low <= found.value
            assert found.high is None or found.value <= found.high


@given(st.lists(st.integers(0, 60), min_size=10, max_size=80))
def test_when_all_have_converted_both_medians_are_the_ordinary_lower_median(
    days: list[int],
) -> None:
    curve = kaplan_meier(days, [True] * len(days))
    expected = sorted(days)[(len(days) - 1) // 2]
    assert given_median(median_days(curve)).value == expected
    assert given_median(median_days_of_converters(curve, 60)).value == expected


def test_a_median_that_is_not_reached_is_not_given() -> None:
    # 30 of 100 converted by day 30, the others are still open after 90 days
    curve = kaplan_meier([*range(1, 31), *[90] * 70], [True] * 30 + [False] * 70)
    assert median_days(curve) == NotEnoughData(Shortage.MEDIAN_NOT_REACHED, have=30, need=50)


def test_one_short_of_half_is_not_half() -> None:
    curve = kaplan_meier([*range(1, 500), *[900] * 501], [True] * 499 + [False] * 501)
    assert median_days(curve) == NotEnoughData(Shortage.MEDIAN_NOT_REACHED, have=49, need=50)


def test_exactly_half_is_half() -> None:
    # Products of fractions such as 29/30 × 28/29 … × 15/16 do not end at 0.5 to the last bit.
    for n in range(20, 400, 2):
        half = n // 2
        curve = kaplan_meier([*range(half), *[900] * half], [True] * half + [False] * half)
        assert given_median(median_days(curve)).value == half - 1


def test_of_those_who_convert_half_do_so_by_the_middle_one() -> None:
    curve = kaplan_meier([*range(1, 31), *[90] * 70], [True] * 30 + [False] * 70)
    found = given_median(median_days_of_converters(curve, 90))
    assert found.value == 15
    assert found.high is not None
    assert found.low < 15 < found.high
    assert (found.leads, found.conversions) == (100, 30)


def test_conversions_after_the_horizon_do_not_count() -> None:
    curve = kaplan_meier([*range(1, 31), *[90] * 70], [True] * 30 + [False] * 70)
    found = given_median(median_days_of_converters(curve, 20))
    assert (found.value, found.conversions) == (10, 20)


def test_leads_watched_for_less_than_the_horizon_give_no_median_within_it() -> None:
    curve = kaplan_meier([*range(1, 31), *[40] * 70], [True] * 30 + [False] * 70)
    assert median_days_of_converters(curve, 90) == NotEnoughData(
        Shortage.FOLLOWED_TOO_SHORT, have=40, need=90
    )


@pytest.mark.parametrize("converted", [0, 9])
def test_few_conversions_give_no_median(converted: int) -> None:
    curve = kaplan_meier([90] * 12, [True] * converted + [False] * (12 - converted))
    expected = NotEnoughData(Shortage.FEW_CONVERTED, have=converted, need=10)
    assert median_days(curve) == expected
    assert median_days_of_converters(curve, 90) == expected


def test_no_leads_give_no_figure() -> None:
    curve = kaplan_meier([], [])
    none = NotEnoughData(Shortage.NO_LEADS, have=0, need=1)
    assert median_days(curve) == none
    assert median_days_of_converters(curve, 90) == none
    assert converted_by(curve, 90) == none


def test_all_on_one_day_is_that_day() -> None:
    found = given_median(median_days(kaplan_meier([5] * 12, [True] * 12)))
    assert (found.value, found.low, found.high) == (5, 5, 5)


def test_a_single_conversion_has_no_upper_end() -> None:
    found = given_median(median_days(kaplan_meier([5], [True]), min_conversions=1))
    assert (found.value, found.high) == (5, None)


def test_the_share_converted_by_a_day_counts_open_leads_fairly() -> None:
    curve = kaplan_meier(TREATED, TREATED_ENDED)
    found = converted_by(curve, 10.5)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(1 - 0.752941, abs=5e-7)
    # lifelines 0.30.3: 0.503200 to 0.889362 are still open at 10
    assert (found.low, found.high) == pytest.approx((1 - 0.889362, 1 - 0.503200), abs=5e-7)


def test_the_share_converted_is_not_given_before_the_first_or_beyond_the_last() -> None:
    curve = kaplan_meier(TREATED, TREATED_ENDED)
    assert converted_by(curve, 5) == NotEnoughData(Shortage.FEW_CONVERTED, 0, 1)
    assert converted_by(curve, 36) == NotEnoughData(Shortage.FOLLOWED_TOO_SHORT, 35, 36)


def test_when_all_have_converted_any_later_day_can_be_asked_for() -> None:
    found = converted_by(kaplan_meier(PLACEBO, [True] * 21), 90)
    assert isinstance(found, Estimate)
    assert (found.value, found.high) == (1.0, 1.0)
    assert 0.7 < found.low < 1.0


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="days 2, converted 1"):
        kaplan_meier([1, 2], [True])


# Of those who convert within 90 days, exponentially with mean 30, half do so by then: 19.3
TRUE_MEDIAN = float(-30 * np.log(1 - (1 - np.exp(-90 / 30)) / 2))


def invented(leads: int, random: np.random.Generator) -> Curve:
    """A quarter converts, exponentially with mean 30 days; each is watched for 20 to 200 days."""
    converts = random.random(leads) < 0.25
    latent = np.where(converts, random.exponential(30, leads), np.inf)
    watched = random.uniform(20, 200, leads)
    return kaplan_meier(np.minimum(latent, watched), latent <= watched)


def coverage(truth: float, found: list[MedianDays]) -> float:
    inside = [m.low <= truth and (m.high is None or truth <= m.high) for m in found]
    return sum(inside) / len(inside)


def test_the_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(20260131)
    found = [given_median(median_days_of_converters(invented(300, random), 90)) for _ in range(400)]
    assert 0.93 <= coverage(TRUE_MEDIAN, found) <= 0.98


def test_a_large_sample_comes_close_to_the_truth() -> None:
    curve = invented(200_000, np.random.default_rng(20260131))
    found = given_median(median_days_of_converters(curve, 90))
    assert found.value == pytest.approx(TRUE_MEDIAN, rel=0.02)
    share = converted_by(curve, 90)
    assert isinstance(share, Estimate)
    assert share.value == pytest.approx(0.25 * (1 - np.exp(-90 / 30)), rel=0.02)
