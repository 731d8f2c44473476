"""Rates as bars with their intervals as whiskers.

In: the lines of a report. Out: places to draw at, ready without a script.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadscore.statistics import NotEnoughData
from leadscore.statistics.enough import MIN_PER_CLASS
from lejek.measurement.bands import Line

ROW = 44
_BELOW, _RIGHT = 24, 22
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """One band. Units: drawing units; `line` has the figures. Without a rate there is no bar."""

    line: Line
    y: int
    width: float
    low: float
    high: float
    has_rate: bool
    is_cut: bool = False
    """Whether the interval goes on beyond the scale."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A place of the scale. `share` in [0, 1] or above."""

    x: float
    share: float


@dataclass(frozen=True, slots=True)
class RateChart:
    """The drawing for one width of page."""

    width: int
    left: int
    height: int
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


def rate_chart(lines: Sequence[Line], *, width: int, left: int) -> RateChart | None:
    """A bar a band; None where no band has a rate."""
    highest = _highest(lines)
    if highest is None:
        return None
    step = _step(highest)
    n_steps = max(1, -int(-highest // step))
    scale = (width - left - _RIGHT) / (step * n_steps)

    def bar(place: int, line: Line) -> Bar:
        if isinstance(line.rate, NotEnoughData):
            return Bar(line, place * ROW, 0, 0, 0, has_rate=False)
        end = step * n_steps
        return Bar(
            line,
            place * ROW,
            round(line.rate.value * scale, 1),
            round(left + line.rate.low * scale, 1),
            round(left + min(end, line.rate.high) * scale, 1),
            has_rate=True,
            is_cut=line.rate.high > end,
        )

    return RateChart(
        width=width,
        left=left,
        height=len(lines) * ROW + _BELOW,
        bars=tuple(bar(place, line) for place, line in enumerate(reversed(lines))),
        ticks=tuple(
            Tick(round(left + number * step * scale, 1), number * step)
            for number in range(n_steps + 1)
        ),
    )


def _highest(lines: Sequence[Line]) -> float | None:
    """The highest end that the scale has to reach: every rate, and every interval that tells much.

    A handful of leads with an interval of any width must not flatten the bands that say something.
    """
    ends = [
        line.rate.high if line.leads >= MIN_PER_CLASS else line.rate.value
        for line in lines
        if not isinstance(line.rate, NotEnoughData)
    ]
    highest = max(ends, default=None)
    return 0.01 if highest == 0 else highest


def _step(highest: float) -> float:
    """A round distance that gives at most five steps."""
    return next((step for step in _STEPS if highest / step <= 5), highest / 4)
