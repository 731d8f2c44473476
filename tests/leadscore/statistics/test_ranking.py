"""AUC, lift and capture: the definitions written out, other programs, and known truths."""

from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import mannwhitneyu

from leadscore.statistics.enough import NotEnoughData, Shortage
from leadscore.statistics.intervals import wilson_bounds
from leadscore.statistics.ranking import (
    Auc,
    ScoreCounts,
    TopSlice,
    auc,
    count_by_score,
    top,
)

NORMAL = NormalDist()
Z = 1.959963984540054

LEADS = st.lists(st.tuples(st.integers(-5, 20), st.booleans()), min_size=24, max_size=120).filter(
    lambda leads: 2 <= sum(c for _, c in leads) <= len(leads) - 2
)


def columns(leads: list[tuple[int, bool]]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    return np.array([s for s, _ in leads]), np.array([c for _, c in leads])


def given_auc(scores: npt.ArrayLike, converted: npt.ArrayLike, need: int = 2) -> Auc:
    found = auc(count_by_score(scores, converted), min_per_class=need)
    assert isinstance(found, Auc)
    return found


def given_top(
    scores: npt.ArrayLike, converted: npt.ArrayLike, percent: float, need: int = 1
) -> TopSlice:
    found = top(count_by_score(scores, converted), percent, min_per_class=need)
    assert isinstance(found, TopSlice)
    return found


def by_definition(
    scores: npt.NDArray[np.int64], converted: npt.NDArray[np.bool_]
) -> tuple[float, float]:
    """DeLong's area and variance from the table of all pairs, as the paper writes them."""
    good, bad = scores[converted], scores[~converted]
    psi = (good[:, None] > bad[None, :]) + 0.5 * (good[:, None] == bad[None, :])
    variance = psi.mean(axis=1).var(ddof=1) / good.size + psi.mean(axis=0).var(ddof=1) / bad.size
    return float(psi.mean()), float(variance)


def delong_interval(area: float, variance: float) -> tuple[float, float]:
    if variance < 1e-15:
        return area, area
    half = Z * np.sqrt(variance) / (area * (1 - area))
    low, high = expit(logit(area) + np.array([-half, half]))
    return float(low), float(high)


def newcombe_end(area: float, pairs: int, leads: int, side: int) -> float:
    """The area, to this side, that lies just z of its own standard errors from the one found."""
    if area == (1 + side) / 2:
        return area

    def excess(other: float) -> float:
        mean_size = leads / 2 - 1
        spread = 1 + mean_size * ((1 - other) / (2 - other) + other / (1 + other))
        return (other - area) ** 2 - Z**2 * other * (1 - other) * spread / pairs

    return float(brentq(excess, area, (1 + side) / 2))


def test_a_small_table_by_hand() -> None:
    # good 3 5 5 8, bad 1 3 5: wins of 3 pairs each: 1.5, 2.5, 2.5, 3 = 9.5 of 12
    found = given_auc([3, 5, 5, 8, 1, 3, 5], [1, 1, 1, 1, 0, 0, 0])
    assert found.value == pytest.approx(9.5 / 12)
    assert (found.converted, found.not_converted) == (4, 3)


@given(LEADS)
def test_the_area_is_mann_and_whitneys_and_the_interval_the_wider_of_two(
    leads: list[tuple[int, bool]],
) -> None:
    scores, converted = columns(leads)
    found = given_auc(scores, converted)
    pairs = int(converted.sum()) * int((~converted).sum())
    statistic = mannwhitneyu(scores[converted], scores[~converted], method="asymptotic").statistic
    value, variance = by_definition(scores, converted)
    assert found.value == pytest.approx(statistic / pairs, abs=1e-12)
    assert found.value == pytest.approx(value, abs=1e-12)
    low, high = delong_interval(value, variance)
    assert found.low == pytest.approx(
        min(low, newcombe_end(value, pairs, len(leads), -1)), abs=1e-6
    )
    assert found.high == pytest.approx(
        max(high, newcombe_end(value, pairs, len(leads), 1)), abs=1e-6
    )


@given(LEADS)
def test_turning_the_scores_round_turns_the_area_round(leads: list[tuple[int, bool]]) -> None:
    scores, converted = columns(leads)
    found, turned = given_auc(scores, converted), given_auc(-scores, converted)
    assert turned.value == pytest.approx(1 - found.value, abs=1e-12)
    assert turned.low == pytest.approx(1 - found.high, abs=1e-9)
    assert turned.high == pytest.approx(1 - found.low, abs=1e-9)


@given(LEADS)
def test_the_interval_of_the_area_holds_it(leads: list[tuple[int, bool]]) -> None:
    found = given_auc(*columns(leads))
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low < found.high


@given(LEADS, st.integers(1, 10**12), st.integers(-(10**15), 10**15))
def test_only_the_order_of_the_scores_matters(
    leads: list[tuple[int, bool]], factor: int, shift: int
) -> None:
    scores, converted = columns(leads)
    stretched = scores * factor + shift
    assert given_auc(stretched, converted) == given_auc(scores, converted)
    assert given_top(stretched, converted, 20) == given_top(scores, converted, 20)


def test_whole_scores_that_a_float_could_not_tell_apart_are_told_apart() -> None:
    scores = np.array([2**60, 2**60 + 1] * 12)
    found = given_auc(scores, [False, True] * 12, need=10)
    assert found.value == 1.0


def test_perfect_separation_still_has_an_interval() -> None:
    found = given_auc(range(40), [False] * 20 + [True] * 20)
    assert (found.value, found.high) == (1.0, 1.0)
    assert 0.8 < found.low < 0.95


def test_perfect_inversion_mirrors_it() -> None:
    right = given_auc(range(40), [False] * 20 + [True] * 20)
    wrong = given_auc(range(40), [True] * 20 + [False] * 20)
    assert (wrong.value, wrong.low) == (0.0, 0.0)
    assert wrong.high == pytest.approx(1 - right.low)


def test_one_score_for_all_says_nothing_and_does_not_say_it_surely() -> None:
    found = given_auc([7] * 40, [False] * 20 + [True] * 20)
    assert found.value == 0.5
    assert found.low == pytest.approx(1 - found.high)
    assert found.low < 0.4


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        pytest.param(0, 0, NotEnoughData(Shortage.FEW_CONVERTED, 0, 10), id="nobody"),
        pytest.param(0, 50, NotEnoughData(Shortage.FEW_CONVERTED, 0, 10), id="none converted"),
        pytest.param(50, 0, NotEnoughData(Shortage.FEW_NOT_CONVERTED, 0, 10), id="all converted"),
        pytest.param(9, 50, NotEnoughData(Shortage.FEW_CONVERTED, 9, 10), id="nine converted"),
        pytest.param(50, 9, NotEnoughData(Shortage.FEW_NOT_CONVERTED, 9, 10), id="nine did not"),
    ],
)
def test_too_few_of_either_kind_give_no_figure(
    good: int, bad: int, expected: NotEnoughData
) -> None:
    counts = count_by_score(range(good + bad), [True] * good + [False] * bad)
    assert auc(counts) == expected
    assert top(counts, 10) == expected


def test_ten_of_each_are_enough() -> None:
    counts = count_by_score(range(20), [False, True] * 10)
    assert isinstance(auc(counts), Auc)
    assert isinstance(top(counts, 10), TopSlice)


def test_sums_per_score_give_the_same_as_leads() -> None:
    counts = ScoreCounts(
        scores=np.array([10, 20, 30]), leads=np.array([50, 30, 20]), converted=np.array([5, 9, 12])
    )
    scores = [10] * 50 + [20] * 30 + [30] * 20
    converted = (
        [i < 5 for i in range(50)] + [i < 9 for i in range(30)] + [i < 12 for i in range(20)]
    )
    assert auc(counts) == auc(count_by_score(scores, converted))
    assert top(counts, 10) == top(count_by_score(scores, converted), 10)


@pytest.mark.parametrize(
    ("scores", "leads", "converted", "found"),
    [
        pytest.param([2, 1], [5, 5], [1, 1], "ascending", id="descending"),
        pytest.param([1, 1], [5, 5], [1, 1], "ascending", id="a score twice"),
        pytest.param([1, 2], [5, 5], [6, 1], "more converted", id="more than there are"),
        pytest.param([1, 2], [5, 5], [-1, 1], "negative", id="negative"),
        pytest.param([1, 2], [5, 5], [1], "one length", id="shorter"),
    ],
)
def test_impossible_sums_are_refused(
    scores: list[int], leads: list[int], converted: list[int], found: str
) -> None:
    with pytest.raises(ValueError, match=found):
        ScoreCounts(np.array(scores), np.array(leads), np.array(converted))


def test_the_top_tenth_by_hand() -> None:
    # 100 leads, 20 converted; of the 10 highest, 8
    converted = [True] * 12 + [False] * 78 + [True] * 8 + [False] * 2
    found = given_top(range(100), converted, 10)
    assert (found.leads, found.conversions, found.tied_leads) == (10, 8, 0)
    assert (found.rate, found.base_rate) == (0.8, 0.2)
    assert found.lift.value == pytest.approx(4)
    assert found.capture.value == 0.4
    assert (found.capture.low, found.capture.high) == wilson_bounds(8, 20)
    assert found.lift.low == pytest.approx(10 * found.capture.low)
    assert found.lift.high == pytest.approx(10 * found.capture.high)


def test_a_tie_across_the_edge_enters_with_the_share_that_fits() -> None:
    # 4 leads above, 3 of them converted; then 30 leads tied, 12 of them converted.
    # Of the top 10 the tied fill 6 places: 3 + 6/30 × 12 = 5.4
    scores = [9] * 4 + [5] * 30 + [1] * 66
    converted = [True] * 3 + [False] + [True] * 12 + [False] * 84
    found = given_top(scores, converted, 10)
    assert found.conversions == pytest.approx(5.4)
    assert found.tied_leads == 30
    assert found.capture.value == pytest.approx(5.4 / 15)


def test_a_tie_that_ends_at_the_edge_is_no_tie_across_it() -> None:
    found = given_top([9] * 10 + [1] * 90, [True] * 12 + [False] * 88, 10)
    assert (found.conversions, found.tied_leads) == (10, 0)


def test_a_part_that_is_no_whole_number_of_leads_takes_a_share_of_the_last() -> None:
    # The top 10 % of 25 leads are 2.5 leads: both above converted, half of the third.
    found = given_top(range(25), [False] * 12 + [True] * 13, 10)
    assert (found.leads, found.conversions, found.tied_leads) == (2.5, 2.5, 0)


@given(LEADS, st.sampled_from([10, 20]))
def test_the_share_is_the_mean_over_all_orders_of_the_tied(
    leads: list[tuple[int, bool]], percent: int
) -> None:
    scores, converted = columns(leads * 10)  # so that the part is a whole number of leads
    size = scores.size * percent // 100
    random = np.random.default_rng(1)
    shuffled = [
        int(converted[np.lexsort((random.random(scores.size), -scores))][:size].sum())
        for _ in range(60)
    ]
    found = given_top(scores, converted, percent)
    error = np.std(shuffled) / np.sqrt(60)
    assert abs(found.conversions - np.mean(shuffled)) <= 5 * error + 1e-9


@given(LEADS)
def test_the_whole_list_captures_everything_and_lifts_nothing(
    leads: list[tuple[int, bool]],
) -> None:
    found = given_top(*columns(leads), 100)
    assert found.capture.value == 1.0
    assert found.lift.value == 1.0
    assert found.rate == found.base_rate


@given(LEADS, st.floats(0.5, 99), st.floats(0.5, 99))
def test_a_larger_part_captures_no_less(
    leads: list[tuple[int, bool]], one: float, other: float
) -> None:
    scores, converted = columns(leads)
    small, large = sorted((one, other))
    less, more = given_top(scores, converted, small), given_top(scores, converted, large)
    assert less.capture.value <= more.capture.value + 1e-12


@given(LEADS, st.floats(0.5, 100))
def test_lift_is_rate_over_base_rate(leads: list[tuple[int, bool]], percent: float) -> None:
    found = given_top(*columns(leads), percent)
    assert found.lift.value == pytest.approx(found.rate / found.base_rate)
    assert 0 <= found.capture.low <= found.capture.value <= found.capture.high <= 1


@pytest.mark.parametrize("percent", [0, -1, 100.5, float("nan")])
def test_a_part_outside_the_list_is_refused(percent: float) -> None:
    counts = count_by_score(range(20), [False, True] * 10)
    with pytest.raises(ValueError, match="at most 100"):
        top(counts, percent)


def test_a_missing_score_is_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        count_by_score([1.0, float("nan")], [True, False])


def invented(leads: int, share: float, gap: float, random: np.random.Generator) -> ScoreCounts:
    """Scores normal around `gap` for the share that converts, around 0 for the others."""
    converted = random.random(leads) < share
    return count_by_score(random.normal(converted * gap, 1), converted)


def held(truth: float, low: float, high: float) -> bool:
    return low <= truth <= high


@pytest.mark.parametrize(
    ("leads", "share", "gap"),
    [
        pytest.param(400, 0.15, 1, id="an ordinary score"),
        pytest.param(800, 0.03, 3, id="few conversions, well separated"),
        pytest.param(200, 0.5, 0, id="a useless score"),
    ],
)
def test_the_interval_of_the_area_holds_the_truth_as_often_as_it_says(
    leads: int, share: float, gap: float
) -> None:
    random = np.random.default_rng(20260131)
    truth = NORMAL.cdf(gap / np.sqrt(2))
    found = [auc(invented(leads, share, gap, random)) for _ in range(500)]
    inside = [held(truth, one.low, one.high) for one in found if isinstance(one, Auc)]
    assert len(inside) > 490
    assert np.mean(inside) >= 0.94


def test_the_interval_of_the_capture_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(20260131)

    def above(score: float) -> float:
        return 0.15 * (1 - NORMAL.cdf(score - 1)) + 0.85 * (1 - NORMAL.cdf(score))

    edge = brentq(lambda score: above(score) - 0.2, -5, 5)
    truth = 1 - NORMAL.cdf(edge - 1)
    found = [top(invented(400, 0.15, 1, random), 20) for _ in range(500)]
    inside = [
        held(truth, one.capture.low, one.capture.high) for one in found if isinstance(one, TopSlice)
    ]
    assert len(inside) == 500
    assert np.mean(inside) >= 0.94
