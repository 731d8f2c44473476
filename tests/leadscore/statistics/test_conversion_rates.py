"""The conversion rate by period is another figure than the one by cohort."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.statistics.conversion import PeriodRate, rate_by_cohort, rate_by_period
from leadscore.statistics.enough import NotEnoughData, Shortage
from leadscore.statistics.intervals import Rate

COUNTS = st.integers(0, 10**6)


def by_period(closed: int, leads: int) -> PeriodRate:
    found = rate_by_period(closed, leads)
    assert isinstance(found, PeriodRate)
    return found


def test_one_quarter_has_both_rates_and_they_differ() -> None:
    # 200 leads came in the quarter, and 10 of them bought in the end;
    # 30 deals were closed in the quarter, most with leads of the quarter before.
    cohort, period = rate_by_cohort(10, 200), by_period(30, 200)
    assert isinstance(cohort, Rate)
    assert (cohort.value, period.value) == (0.05, 0.15)


def test_a_period_may_close_more_deals_than_leads_came() -> None:
    found = by_period(30, 20)
    assert found.value == 1.5
    assert found.low < 1.5 < found.high


def test_a_cohort_cannot_convert_more_leads_than_it_has() -> None:
    with pytest.raises(ValueError, match="30 successes of 20"):
        rate_by_cohort(30, 20)


def test_without_leads_there_is_neither_rate() -> None:
    none = NotEnoughData(Shortage.NO_LEADS, have=0, need=1)
    assert rate_by_cohort(0, 0) == none
    assert rate_by_period(12, 0) == none


def test_no_deals_give_nought_with_an_upper_end() -> None:
    found = by_period(0, 100)
    # z² / leads = 3.8415 / 100
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.038415, abs=5e-7)


def test_few_deals_of_many_leads_have_nearly_the_interval_of_the_cohort() -> None:
    cohort, period = rate_by_cohort(50, 100_000), by_period(50, 100_000)
    assert isinstance(cohort, Rate)
    assert (period.low, period.high) == pytest.approx((cohort.low, cohort.high), rel=2e-3)


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        rate_by_period(-1, 3)


@given(COUNTS, COUNTS.filter(bool))
def test_the_interval_by_period_holds_the_value(closed: int, leads: int) -> None:
    found = by_period(closed, leads)
    assert 0 <= found.low <= found.value * (1 + 1e-12)
    assert found.value <= found.high * (1 + 1e-12)


@given(COUNTS.filter(bool), COUNTS.filter(bool))
def test_deals_per_lead_and_leads_per_deal_mirror_each_other(closed: int, leads: int) -> None:
    found, mirrored = by_period(closed, leads), by_period(leads, closed)
    assert found.low == pytest.approx(1 / mirrored.high, rel=1e-9)
    assert found.high == pytest.approx(1 / mirrored.low, rel=1e-9)
