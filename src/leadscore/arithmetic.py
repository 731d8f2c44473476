"""Exact arithmetic of a score: milli-points, decay weights, truncation and caps.

In: integers. Out: integers. No float touches a score.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import lru_cache

MILLI = 1000
"""Milli-points in one point."""

WEIGHT_BITS = 20
WEIGHT_ONE = 1 << WEIGHT_BITS
"""The weight of a touchpoint that has not decayed; weights are integers out of this."""

MAX_POINTS = 1_000_000
"""The largest magnitude of points, caps and thresholds that a model may name, in points."""

_SATURATION = 1 << 62
_GUARD_BITS = 64


@lru_cache(maxsize=1024)
def _one_half_life(half_life: int) -> tuple[int, ...]:
    """Weights of ages 0 … half_life - 1 with 64 guard bits, correctly rounded."""
    with localcontext() as context:
        context.prec = 60
        scale = Decimal(1 << (WEIGHT_BITS + _GUARD_BITS))
        step = Decimal(-1) / Decimal(half_life)
        return tuple(
            int((scale * Decimal(2) ** (step * age)).to_integral_value())
            for age in range(half_life)
        )


def decay_weight(age: int, half_life: int) -> int:
    """The weight of a touchpoint `age` days old: 2^20 · 2^(-age / half_life), rounded half to even.

    Units: out of WEIGHT_ONE; `age` and `half_life` in whole days.
    """
    halvings, remainder = divmod(age, half_life)
    shift = _GUARD_BITS + halvings
    quotient, rest = divmod(_one_half_life(half_life)[remainder], 1 << shift)
    half = 1 << (shift - 1)
    return quotient + (rest > half or (rest == half and quotient & 1))


def last_weighted_age(half_life: int) -> int:
    """The oldest age in days at which a touchpoint still has a weight above zero."""
    return (WEIGHT_BITS + 1) * half_life - 1


def decay_weights(half_life: int, last_age: int) -> list[int]:
    """Weights of the ages 0 … last_age, without the zeros at the end."""
    last = min(last_age, last_weighted_age(half_life))
    return [decay_weight(age, half_life) for age in range(last + 1)]


def max_weight_sum(points_milli: int) -> int:
    """The sum of weights at which a rule saturates, so that every product fits 63 bits."""
    return _SATURATION // max(1, abs(points_milli))


def decayed(points_milli: int, weight_sum: int) -> int:
    """Milli-points of a sum of weights: one truncation toward zero.

    Units: `weight_sum` out of WEIGHT_ONE for each touchpoint.
    """
    magnitude = (abs(points_milli) * min(weight_sum, max_weight_sum(points_milli))) >> WEIGHT_BITS
    return magnitude if points_milli >= 0 else -magnitude


def counted(points_milli: int, times: int) -> int:
    """Milli-points of touchpoints that do not decay: the same saturation, no rounding."""
    return decayed(points_milli, times << WEIGHT_BITS)


def capped(milli: int, most: int | None) -> int:
    """`milli` with its magnitude limited to `most`; None is no limit."""
    if most is None:
        return milli
    return max(-most, min(milli, most))


def clamped(milli: int, low: int | None, high: int | None) -> int:
    """`milli` within [low, high]; None leaves that side open."""
    if low is not None and milli < low:
        return low
    if high is not None and milli > high:
        return high
    return milli


def points_text(milli: int) -> str:
    """Milli-points as points, exactly: 12500 is '12.5', -5000 is '-5'."""
    whole, rest = divmod(abs(milli), MILLI)
    sign = "-" if milli < 0 else ""
    return f"{sign}{whole}" + (f".{rest:03d}".rstrip("0") if rest else "")
