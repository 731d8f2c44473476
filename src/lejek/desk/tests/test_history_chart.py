"""The drawing of a score over time: zero has its line, and what is below it stands below it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.template.loader import render_to_string

from lejek.desk.history_chart import HistoryChart, history_chart
from lejek.desk.tests.builders import NOW


def drawn(*milli: int) -> HistoryChart:
    days = range(len(milli) - 1, -1, -1)
    points = [(NOW - timedelta(days=day), each, 1) for day, each in zip(days, milli, strict=True)]
    found = history_chart(points, NOW)
    assert found is not None
    return found


def heights(chart: HistoryChart) -> list[float]:
    steps = chart.path.split()
    return [float(steps[1]), *(float(step[1:]) for step in steps if step.startswith("V"))]


def test_without_negative_scores_zero_is_the_bottom() -> None:
    chart = drawn(0, 20_000, 40_000)
    assert (chart.lowest, chart.zero_y) == (0, 164)
    assert heights(chart) == [164, 86, 8]


def test_a_negative_score_stands_below_the_line_of_zero() -> None:
    chart = drawn(-10_000, 30_000, -20_000)
    low, high, lowest = heights(chart)
    assert high < chart.zero_y < low < lowest == 164
    assert (chart.highest, chart.lowest) == (30_000, -20_000)
    page = render_to_string("desk/_history.html", {"chart": chart})
    assert f'y1="{chart.zero_y}"' in page
    assert "−20" in page


@pytest.mark.parametrize("milli", [(-1, 80_000), (-80_000, -70_000)])
def test_zero_keeps_away_from_both_ends_when_scores_are_negative(milli: tuple[int, int]) -> None:
    chart = drawn(*milli)
    assert 8 + 15 < chart.zero_y < 164 - 15


def test_one_point_is_no_line() -> None:
    assert history_chart([(NOW, 5, 1)], NOW) is None
