"""A score's history as a line, with the versions of the model marked.

In: points of the history. Out: a path and marks with their places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

WIDTH, HEIGHT, LEFT, BOTTOM = 720, 180, 44, 24


@dataclass(frozen=True, slots=True)
class Mark:
    """Where another version began to score."""

    x: float
    number: int


@dataclass(frozen=True, slots=True)
class HistoryChart:
    """The drawing, from `lowest` to `highest` milli-points; below zero only where a score was."""

    path: str
    marks: tuple[Mark, ...]
    highest: int
    lowest: int
    zero_y: float
    first_at: datetime
    last_at: datetime


def history_chart(
    points: Sequence[tuple[datetime, int, int]], now: datetime
) -> HistoryChart | None:
    """A step line through (moment, milli-points, version number); None with fewer than two."""
    if len(points) < 2:
        return None
    first, last = points[0][0], max(points[-1][0], now)
    span = max(1.0, (last - first).total_seconds())
    highest = max(1000, *(milli for _, milli, _ in points))
    lowest = min(0, *(milli for _, milli, _ in points))
    if lowest < 0:  # room between what stands at zero and at the end
        highest, lowest = max(highest, -lowest // 8), min(lowest, -highest // 8)

    def x(at: datetime) -> float:
        return round(LEFT + (at - first).total_seconds() / span * (WIDTH - LEFT - 8), 1)

    def y(milli: int) -> float:
        return round((HEIGHT - BOTTOM) * (highest - milli) / (highest - lowest) + 8, 1)

    steps = [f"M{x(first)} {y(points[0][1])}"]
    for at, milli, _ in points[1:]:
        steps.append(f"H{x(at)} V{y(milli)}")
    steps.append(f"H{x(last)}")
    marks = [
        Mark(x(at), version)
        for (_, _, before), (at, _, version) in pairwise(points)
        if before != version
    ]
    return HistoryChart(" ".join(steps), tuple(marks), highest, lowest, y(0), first, last)
