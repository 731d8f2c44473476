"""The two band tables in circulation, reproduced by the report from single leads.

They share bands and numbers of leads and differ in what came of them: neither is the truth about
score bands, each is an answer that the report must give for leads that behaved so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from django.http import QueryDict

from leadscore.statistics import Rate
from lejek.measurement.bands import BandTable
from lejek.measurement.filters import choices, question
from lejek.measurement.selectors import band_report
from lejek.measurement.tests.builders import Made, write
from lejek.qualification.tests import builders as people

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
pytestmark = pytest.mark.django_db

POINTS = (25.5, 26, 75.5, 76)  # 25.5 points are still in the band 0-25
LEADS = (1000, 500, 250, 100)
# Table A: average time and rate are published, the conversions follow:
#   1000 × 2 % = 20, 500 × 5 % = 25, 250 × 10 % = 25, 100 × 20 % = 20
A_DAYS = (60, 45, 30, 15)
A_CONVERSIONS = (20, 25, 25, 20)
A_RATES = (0.02, 0.05, 0.10, 0.20)
# Table B: conversions and rate are published: 37 / 250 = 14.8 %
B_CONVERSIONS = (10, 25, 37, 30)
B_RATES = (0.01, 0.05, 0.148, 0.30)


def table(conversions: Sequence[int], days: Sequence[int]) -> BandTable:
    version = people.published(NOW)
    write(
        version,
        [
            Made(points, won_after=after if number < won else None)
            for points, leads, won, after in zip(POINTS, LEADS, conversions, days, strict=True)
            for number in range(leads)
        ],
    )
    possible = choices()
    assert possible is not None
    asked = question(QueryDict("by=fit&horizon=90"), possible)
    return band_report(people.user(), asked, possible, NOW).table


def rates(found: BandTable) -> list[float]:
    return [line.rate.value for line in found.lines if isinstance(line.rate, Rate)]


def test_table_a_is_reproduced() -> None:
    found = table(A_CONVERSIONS, A_DAYS)
    assert tuple(line.leads for line in found.lines) == LEADS
    assert tuple(line.conversions for line in found.lines) == A_CONVERSIONS
    assert tuple(rates(found)) == A_RATES
    assert [line.mean_days for line in found.lines] == pytest.approx(list(A_DAYS))
    assert [getattr(line.median_days, "value", None) for line in found.lines] == list(A_DAYS)
    assert (found.total.leads, found.total.conversions) == (1850, 90)
    # (20 × 60 + 25 × 45 + 25 × 30 + 20 × 15) / 90 = 3375 / 90
    assert found.total.mean_days == pytest.approx(37.5)
    assert found.total.amount == 90 * 100


def test_table_b_is_reproduced() -> None:
    found = table(B_CONVERSIONS, A_DAYS)
    assert tuple(line.leads for line in found.lines) == LEADS
    assert tuple(line.conversions for line in found.lines) == B_CONVERSIONS
    assert tuple(rates(found)) == B_RATES
    intervals = [
        (round(100 * line.rate.low, 1), round(100 * line.rate.high, 1))
        for line in found.lines
        if isinstance(line.rate, Rate)
    ]
    # Wilson by hand for 37 of 250: z² = 3.8415, centre (37 + 1.9207) / 253.8415 = 15.33 %,
    # half width √(3.8415 × (37 × 0.852 + 0.9604)) / 253.8415 = 4.40 %
    assert intervals == [(0.5, 1.8), (3.4, 7.3), (10.9, 19.7), (21.9, 39.6)]
    assert (found.total.leads, found.total.conversions) == (1850, 102)
