"""Whether conversion rises with the band."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from leadscore.statistics.enough import (
    MIN_PER_CLASS,
    NotEnoughData,
    Shortage,
    shortage_of_classes,
)
from leadscore.statistics.intervals import CONFIDENCE


class Direction(StrEnum):
    """Which way the rate goes as the band goes up."""

    RISING = "rising"
    FALLING = "falling"
    NOT_SHOWN = "not_shown"
    """Chance alone would often give as much."""


@dataclass(frozen=True, slots=True)
class Trend:
    """The result of the test: `z` above 0 where higher bands convert more.

    Units: `p_value` is two-sided.
    """

    z: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Monotonicity:
    """What can be said of the order of the bands.

    `drops` names each pair of neighbours (lower, higher) whose rate falls; bands without leads
    are passed over.
    """

    direction: Direction
    trend: Trend
    drops: tuple[tuple[str, str], ...]

    @property
    def is_rising_throughout(self) -> bool:
        """Rising beyond chance, and no band converts less than the one below it."""
        return self.direction is Direction.RISING and not self.drops


def cochran_armitage(
    conversions: Sequence[int],
    leads: Sequence[int],
    weights: Sequence[float] | None = None,
    min_per_class: int = MIN_PER_CLASS,
) -> Trend | NotEnoughData:
    """The test of a linear trend of the rates over ordered bands.

    Shape: one entry per band, lowest first; `weights` are 0, 1, 2 … unless given.

    Source: Cochran (1954), Biometrics 10:417-451; Armitage (1955), Biometrics 11:375-386; the
    variance without the N - 1 correction, as in R's prop.trend.test.
    """
    _check_counts(conversions, leads)
    positions = list(range(len(leads))) if weights is None else list(weights)
    if len(positions) != len(leads):
        raise ValueError(f"found {len(positions)} weights for {len(leads)} bands")
    total, converted = sum(leads), sum(conversions)
    occupied = {at for at, n in zip(positions, leads, strict=True) if n > 0}
    if len(occupied) < 2:
        return NotEnoughData(Shortage.FEW_BANDS, len(occupied), 2)
    shortage = shortage_of_classes(converted, total - converted, max(min_per_class, 1))
    if shortage is not None:
        return shortage
    z = _z(conversions, leads, positions, converted / total)
    return Trend(z=z, p_value=math.erfc(abs(z) / math.sqrt(2)))


def monotonicity(
    bands: Sequence[str],
    conversions: Sequence[int],
    leads: Sequence[int],
    confidence: float = CONFIDENCE,
) -> Monotonicity | NotEnoughData:
    """The trend over the bands, and where the order is broken."""
    trend = cochran_armitage(conversions, leads)
    if isinstance(trend, NotEnoughData):
        return trend
    return Monotonicity(
        direction=_direction(trend, confidence),
        trend=trend,
        drops=_drops(bands, conversions, leads),
    )


def _z(
    conversions: Sequence[int], leads: Sequence[int], positions: Sequence[float], pooled: float
) -> float:
    total = sum(leads)
    # Centred positions: the same statistic, without the difference of two large sums.
    middle = math.fsum(n * at for n, at in zip(leads, positions, strict=True)) / total
    centred = [at - middle for at in positions]
    excess = math.fsum(c * at for c, at in zip(conversions, centred, strict=True))
    spread = math.fsum(n * at * at for n, at in zip(leads, centred, strict=True))
    return excess / math.sqrt(pooled * (1 - pooled) * spread)


def _direction(trend: Trend, confidence: float) -> Direction:
    if trend.p_value >= 1 - confidence:
        return Direction.NOT_SHOWN
    return Direction.RISING if trend.z > 0 else Direction.FALLING


def _drops(
    bands: Sequence[str], conversions: Sequence[int], leads: Sequence[int]
) -> tuple[tuple[str, str], ...]:
    rows = [row for row in zip(bands, conversions, leads, strict=True) if row[2] > 0]
    return tuple(
        (lower, higher)
        for (lower, few, of_few), (higher, many, of_many) in pairwise(rows)
        if many * of_few < few * of_many  # whole numbers: equal rates are equal
    )


def _check_counts(conversions: Sequence[int], leads: Sequence[int]) -> None:
    for converted, total in zip(conversions, leads, strict=True):
        if not 0 <= converted <= total:
            raise ValueError(f"found {converted} conversions of {total} leads in one band")
