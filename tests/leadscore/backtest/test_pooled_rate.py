"""Rates in which one lead is counted many times."""

import numpy as np
import pytest

from leadscore.backtest.pooled import PooledRate, pooled_rate
from leadscore.statistics import NotEnoughData, Shortage, wilson_bounds


def of(leads: np.ndarray, converted: np.ndarray) -> PooledRate:
    found = pooled_rate(leads, converted)
    assert isinstance(found, PooledRate)
    return found


def test_leads_counted_once_give_nearly_wilson() -> None:
    # The variance between leads has n - 1 below, so that 100 observations count as 99.
    found = of(np.arange(100), np.arange(100) < 20)
    assert found.effective == pytest.approx(99)
    assert (found.low, found.high) == wilson_bounds(0.2 * found.effective, found.effective)


def test_repeating_every_lead_tells_nothing_new() -> None:
    once = of(np.arange(100), np.arange(100) < 20)
    leads = np.repeat(np.arange(100), 12)
    often = of(leads, leads < 20)
    assert often.observations == 1200
    assert often.leads == 100
    assert (often.low, often.high) == pytest.approx((once.low, once.high))


def test_the_order_of_observations_does_not_matter() -> None:
    random = np.random.default_rng(0)
    leads, converted = random.integers(0, 40, 300), random.random(300) < 0.3
    order = random.permutation(300)
    assert pooled_rate(leads, converted) == pooled_rate(leads[order], converted[order])


@pytest.mark.parametrize("converted", [True, False])
def test_without_variance_the_leads_are_counted(converted: bool) -> None:
    leads = np.repeat(np.arange(10), 6)
    found = of(leads, np.full(60, converted))
    assert found.effective == 10
    assert (found.low, found.high) == wilson_bounds(10.0 * converted, 10)


def test_leads_with_the_same_share_each_are_counted_as_leads() -> None:
    leads = np.repeat(np.arange(10), 2)
    assert of(leads, np.arange(20) % 2 == 0).effective == 10


def test_one_lead_is_one_lead() -> None:
    found = of(np.zeros(5, np.int64), np.array([False, False, False, True, True]))
    assert (found.effective, found.leads, found.observations) == (1, 1, 5)
    assert found.high - found.low > 0.8


def test_nobody_has_no_rate() -> None:
    nobody = pooled_rate(np.zeros(0, np.int64), np.zeros(0, np.bool_))
    assert nobody == NotEnoughData(Shortage.NO_LEADS, 0, 1)


def test_the_interval_holds_the_truth_where_the_naive_one_does_not() -> None:
    """Leads that are seen 1 to 12 times and convert together: rate 0.2, 150 leads, 400 samples."""
    random = np.random.default_rng(42)
    held, naive_held, samples = 0, 0, 400
    for _ in range(samples):
        leads = np.repeat(np.arange(150), random.integers(1, 13, 150))
        converted = (random.random(150) < 0.2)[leads]
        found = of(leads, converted)
        held += found.low <= 0.2 <= found.high
        low, high = wilson_bounds(int(converted.sum()), leads.size)
        naive_held += low <= 0.2 <= high
    assert held >= 0.92 * samples
    assert naive_held < 0.7 * samples
