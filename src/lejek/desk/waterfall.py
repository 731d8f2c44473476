"""A score as a waterfall: each line stands where the one before it ended.

In: the lines of a dimension. Out: boxes with their places, ready to be drawn without a script.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadscore.explain import Line

WIDTH, LABEL, ROW = 720, 300, 30
"""Width of the drawing, of its labels, and the height of a row, in drawing units."""


@dataclass(frozen=True, slots=True)
class Box:
    """One bar. Units: drawing units; `milli` in milli-points."""

    label: str
    milli: int
    kind: str
    x: float
    y: int
    width: float


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The drawing of one dimension."""

    boxes: tuple[Box, ...]
    zero: float
    height: int


def waterfall(lines: Sequence[Line], total_label: str) -> Waterfall:
    """The bars of a dimension, and last its score."""
    ends = [0]
    for line in lines:
        ends.append(ends[-1] + line.milli)
    low, high = min(ends), max(*ends, 1)
    room = WIDTH - LABEL - 70
    scale = room / max(1, high - low)

    def place(milli: int) -> float:
        return round(LABEL + (milli - low) * scale, 1)

    boxes = [
        Box(
            _short(line.label),
            line.milli,
            "plus" if line.milli >= 0 else "minus",
            place(min(start, start + line.milli)),
            number * ROW,
            max(1.5, round(abs(line.milli) * scale, 1)),
        )
        for number, (start, line) in enumerate(zip(ends, lines, strict=False))
    ]
    total = ends[-1]
    boxes.append(
        Box(
            total_label,
            total,
            "total",
            place(min(0, total)),
            len(lines) * ROW,
            max(1.5, round(abs(total) * scale, 1)),
        )
    )
    return Waterfall(tuple(boxes), place(0), (len(lines) + 1) * ROW + 6)


def _short(label: str, most: int = 44) -> str:
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"
