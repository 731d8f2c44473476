"""How many leads entered in each week, as a drawing.

In: counts by week. Out: bars with their places, ready to be drawn without a script.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lejek.qualification.selectors import Week

WIDTH, HEIGHT, TOP, BOTTOM = 480, 150, 20, 22


@dataclass(frozen=True, slots=True)
class Bar:
    """One week. Units: drawing units."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    n_leads: int
    monday: date
    is_named: bool


@dataclass(frozen=True, slots=True)
class WeeksChart:
    """The drawing; `base` is where the bars stand."""

    bars: tuple[Bar, ...]
    base: int


def weeks_chart(weeks: Sequence[Week]) -> WeeksChart | None:
    """A bar a week; None when nobody entered at all. Every third week is named."""
    highest = max((week.n_leads for week in weeks), default=0)
    if not highest:
        return None
    step = WIDTH / len(weeks)
    room = HEIGHT - TOP - BOTTOM
    bars = []
    for number, week in enumerate(weeks):
        height = round(room * week.n_leads / highest, 1)
        bars.append(
            Bar(
                x=round(number * step + 4, 1),
                y=round(TOP + room - height, 1),
                width=round(step - 8, 1),
                height=height,
                middle=round((number + 0.5) * step, 1),
                n_leads=week.n_leads,
                monday=week.monday,
                is_named=number % 3 == 0,
            )
        )
    return WeeksChart(tuple(bars), TOP + room)
