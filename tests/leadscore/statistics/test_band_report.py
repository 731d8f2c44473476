"""The band report against the two published tables, and what it says where it cannot know."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.statistics.bands import (
    BandCount,
    BandReport,
    BandRow,
    band_report,
    band_report_from_leads,
)
from leadscore.statistics.enough import NotEnoughData, Shortage
from leadscore.statistics.intervals import Rate
from leadscore.statistics.survival import MedianDays
from leadscore.statistics.trend import Monotonicity

BANDS = ("0–25", "26–50", "51–75", "76–100")
LEADS = (1000, 500, 250, 100)

# Two tables are in circulation. They share bands and numbers of leads and differ in what came of
# them, so neither is the truth about score bands: each is an answer the report must reproduce.
#
# A gives leads, days on average and rates; the conversions follow:
#   1000 × 2 % = 20, 500 × 5 % = 25, 250 × 10 % = 25, 100 × 20 % = 20
A_AVERAGE_DAYS = (60, 45, 30, 15)
A_RATES = (0.02, 0.05, 0.10, 0.20)
A_CONVERSIONS = (20, 25, 25, 20)
# B gives leads, conversions and rates: 10/1000, 25/500, 37/250 = 14.8 %, 30/100
B_CONVERSIONS = (10, 25, 37, 30)
B_RATES = (0.01, 0.05, 0.148, 0.30)


def table_a() -> BandReport:
    rows = zip(BANDS, LEADS, A_CONVERSIONS, A_AVERAGE_DAYS, strict=True)
    return band_report(
        [
            BandCount(band=band, leads=leads, conversions=won, converted_days=won * days)
            for band, leads, won, days in rows
        ]
    )


def table_b() -> BandReport:
    rows = zip(BANDS, LEADS, B_CONVERSIONS, strict=True)
    return band_report(
        [BandCount(band=band, leads=leads, conversions=won) for band, leads, won in rows]
    )


def rate_of(row: BandRow) -> Rate:
    assert isinstance(row.rate, Rate)
    return row.rate


def bounds(rows: Sequence[BandRow]) -> list[tuple[float, float]]:
    """The intervals in percent, to one decimal."""
    return [(round(100 * rate_of(r).low, 1), round(100 * rate_of(r).high, 1)) for r in rows]


def test_table_a_is_reproduced() -> None:
    report = table_a()
    assert tuple(row.band for row in report.rows) == BANDS
    assert tuple(row.leads for row in report.rows) == LEADS
    assert tuple(row.mean_days for row in report.rows) == A_AVERAGE_DAYS
    assert tuple(rate_of(row).value for row in report.rows) == A_RATES


def test_table_b_is_reproduced() -> None:
    report = table_b()
    assert tuple(row.leads for row in report.rows) == LEADS
    assert tuple(row.conversions for row in report.rows) == B_CONVERSIONS
    assert tuple(rate_of(row).value for row in report.rows) == B_RATES


def test_table_a_gains_its_intervals() -> None:
    # By hand for 20 of 1000: z² = 3.8415, centre (20 + 1.9207) / 1003.8415 = 2.184 %,
    # half width √(3.8415 × (20 × 0.98 + 0.9604)) / 1003.8415 = 0.885 %
    assert bounds(table_a().rows) == [(1.3, 3.1), (3.4, 7.3), (6.9, 14.3), (13.3, 28.9)]


def test_table_b_gains_its_intervals() -> None:
    assert bounds(table_b().rows) == [(0.5, 1.8), (3.4, 7.3), (10.9, 19.7), (21.9, 39.6)]


def test_the_totals_of_the_two_tables() -> None:
    a, b = table_a().total, table_b().total
    assert (a.band, a.leads, a.conversions) == ("total", 1850, 90)
    assert (b.band, b.leads, b.conversions) == ("total", 1850, 102)
    # (20 × 60 + 25 × 45 + 25 × 30 + 20 × 15) / 90 = 3375 / 90
    assert a.mean_days == 37.5
    assert rate_of(a).value == pytest.approx(0.0486, abs=5e-5)
    assert rate_of(b).value == pytest.approx(0.0551, abs=5e-5)


def test_the_two_tables_stay_two() -> None:
    a, b = table_a(), table_b()
    assert [row.leads for row in a.rows] == [row.leads for row in b.rows]
    different = [
        x.band for x, y in zip(a.rows, b.rows, strict=True) if rate_of(x).value != rate_of(y).value
    ]
    assert different == ["0–25", "51–75", "76–100"]


@pytest.mark.parametrize("report", [table_a(), table_b()], ids="AB")
def test_in_both_tables_conversion_rises_with_every_band(report: BandReport) -> None:
    assert isinstance(report.order, Monotonicity)
    assert report.order.is_rising_throughout
    assert report.order.trend.p_value < 1e-9


def test_sums_hold_no_medians_and_the_report_says_so() -> None:
    for row in (*table_a().rows, table_a().total):
        assert row.median_days == NotEnoughData(Shortage.NO_DAYS, 0, 1)
        assert row.median_days_of_converters == NotEnoughData(Shortage.NO_DAYS, 0, 1)
    assert table_b().total.mean_days == NotEnoughData(Shortage.NO_DAYS, 0, 1)


def test_a_band_without_leads_has_no_rate() -> None:
    report = band_report(
        [
            BandCount(band="cold", leads=0, conversions=0),
            BandCount(band="hot", leads=9, conversions=1),
        ]
    )
    assert report.rows[0].rate == NotEnoughData(Shortage.NO_LEADS, 0, 1)
    assert report.order == NotEnoughData(Shortage.FEW_BANDS, 1, 2)
    assert rate_of(report.total).value == pytest.approx(1 / 9)


def test_no_bands_at_all_are_a_report_of_nothing() -> None:
    report = band_report([])
    assert report.rows == ()
    assert report.total.rate == NotEnoughData(Shortage.NO_LEADS, 0, 1)


def test_a_band_without_conversions_has_no_mean_of_days() -> None:
    report = band_report([BandCount(band="cold", leads=40, conversions=0, converted_days=0)])
    assert report.rows[0].mean_days == NotEnoughData(Shortage.FEW_CONVERTED, 0, 1)


def test_what_one_band_lacks_the_total_lacks() -> None:
    report = band_report(
        [
            BandCount(band="cold", leads=9, conversions=1, converted_days=5, amount_minor=100),
            BandCount(band="hot", leads=9, conversions=1),
        ]
    )
    assert report.rows[0].amount_minor == 100
    assert report.total.amount_minor is None
    assert report.total.mean_days == NotEnoughData(Shortage.NO_DAYS, 0, 1)


def test_impossible_bands_are_refused() -> None:
    with pytest.raises(ValueError, match="band hot: found 3 conversions of 2 leads"):
        BandCount(band="hot", leads=2, conversions=3)
    with pytest.raises(ValueError, match="band hot: found -1 days"):
        BandCount(band="hot", leads=2, conversions=1, converted_days=-1)
    with pytest.raises(ValueError, match="found twice: hot"):
        band_report([BandCount(band="hot", leads=2, conversions=1)] * 2)


class Columns(NamedTuple):
    band_index: list[int]
    converted: list[int]
    days: list[int]
    amounts_minor: list[int]


def leads_of_table_a() -> Columns:
    """Single leads whose sums are table A, each converted one at its band's average."""
    columns = Columns([], [], [], [])
    for band, (n, won, average) in enumerate(
        zip(LEADS, A_CONVERSIONS, A_AVERAGE_DAYS, strict=True)
    ):
        columns.band_index.extend([band] * n)
        columns.converted.extend([1] * won + [0] * (n - won))
        columns.days.extend([average] * won + [200] * (n - won))
        columns.amounts_minor.extend([20_000_00] * won + [0] * (n - won))
    return columns


def report_of_leads(horizon_days: float) -> BandReport:
    band_index, converted, days, amounts = leads_of_table_a()
    return band_report_from_leads(
        BANDS, band_index, converted, days, horizon_days=horizon_days, amounts_minor=amounts
    )


def test_single_leads_give_the_same_as_their_sums() -> None:
    report = report_of_leads(90)
    sums = table_a()
    for row, expected in zip((*report.rows, report.total), (*sums.rows, sums.total), strict=True):
        assert (row.band, row.leads, row.conversions) == (
            expected.band,
            expected.leads,
            expected.conversions,
        )
        assert (row.rate, row.mean_days) == (expected.rate, expected.mean_days)
    assert report.order == sums.order
    assert [row.amount_minor for row in report.rows] == [won * 20_000_00 for won in A_CONVERSIONS]
    assert report.total.amount_minor == 90 * 20_000_00


def test_few_leads_ever_convert_so_the_median_is_of_those_who_do() -> None:
    report = report_of_leads(90)
    hottest = report.rows[-1]
    assert hottest.median_days == NotEnoughData(Shortage.MEDIAN_NOT_REACHED, have=20, need=50)
    assert isinstance(hottest.median_days_of_converters, MedianDays)
    assert hottest.median_days_of_converters.value == 15


def test_a_conversion_after_the_horizon_was_open_at_the_horizon() -> None:
    report = report_of_leads(30)
    # The lower two bands took 60 and 45 days.
    assert [row.conversions for row in report.rows] == [0, 0, 25, 20]
    assert report.total.mean_days == pytest.approx((25 * 30 + 20 * 15) / 45)
    assert report.total.amount_minor == 45 * 20_000_00


def test_without_amounts_there_is_no_value() -> None:
    band_index, converted, days, _ = leads_of_table_a()
    report = band_report_from_leads(BANDS, band_index, converted, days, horizon_days=90)
    assert report.total.amount_minor is None


def test_columns_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="band_index: found 4, below 4"):
        band_report_from_leads(BANDS, [4], [1], [3], horizon_days=90)
    with pytest.raises(ValueError, match="one length"):
        band_report_from_leads(BANDS, [1, 2], [1, 0], [3], horizon_days=90)
    with pytest.raises(ValueError, match="amounts_minor 1"):
        band_report_from_leads(BANDS, [1, 2], [1, 0], [3, 4], horizon_days=90, amounts_minor=[5])
    with pytest.raises(ValueError, match="whole minor units"):
        band_report_from_leads(BANDS, [1], [1], [3], horizon_days=90, amounts_minor=[0.5])


COLUMNS = st.lists(
    st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 200), st.integers(0, 10**12)),
    max_size=60,
)


@given(COLUMNS, st.integers(1, 120))
def test_the_total_is_the_sum_of_the_bands(
    leads: list[tuple[int, bool, int, int]], horizon: int
) -> None:
    columns = [np.array([lead[i] for lead in leads]) for i in range(4)]
    report = band_report_from_leads(
        BANDS, *columns[:3], horizon_days=horizon, amounts_minor=columns[3]
    )
    won = [lead for lead in leads if lead[1] and lead[2] <= horizon]
    assert report.total.leads == sum(row.leads for row in report.rows) == len(leads)
    assert report.total.conversions == sum(row.conversions for row in report.rows) == len(won)
    assert report.total.amount_minor == sum(lead[3] for lead in won)


@given(COLUMNS, st.randoms(use_true_random=False))
def test_the_order_of_the_leads_does_not_matter(
    leads: list[tuple[int, bool, int, int]], random: Random
) -> None:
    shuffled = list(leads)
    random.shuffle(shuffled)
    reports = [
        band_report_from_leads(
            BANDS,
            [lead[0] for lead in order],
            [lead[1] for lead in order],
            [lead[2] for lead in order],
            horizon_days=90,
        )
        for order in (leads, shuffled)
    ]
    assert reports[0] == reports[1]
