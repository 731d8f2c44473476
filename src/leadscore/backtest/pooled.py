"""Rates over every lead at every moment, where one lead is counted many times.

In: observations, several of one lead among them. Out: shares with an interval that knows it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadscore.statistics import CONFIDENCE, NotEnoughData, Shortage, wilson_bounds
from leadscore.statistics.observations import Flags, Integers


@dataclass(frozen=True, slots=True)
class PooledRate:
    """The share of observations that a conversion followed.

    `effective` is how many independent leads would tell as much as these observations do.
    Units: `value`, `low` and `high` lie in [0, 1].
    """

    observations: int
    leads: int
    conversions: int
    effective: float
    value: float
    low: float
    high: float
    confidence: float


def pooled_rate(
    leads: Integers, converted: Flags, confidence: float = CONFIDENCE
) -> PooledRate | NotEnoughData:
    """The share of converted observations; the interval counts leads, not observations.

    The variance is that of a ratio between leads; it says to how many independent observations the
    sample comes down, and Wilson's interval is made for so many. Where no observation converted, or
    all did, there is no variance to see, and the leads are counted.

    >>> import numpy as np
    >>> one_lead_ten_times = np.repeat(np.arange(50), 10)
    >>> found = pooled_rate(one_lead_ten_times, one_lead_ten_times < 10)
    >>> found.observations, round(found.effective)
    (500, 49)

    Source: linearised variance of a ratio of cluster totals and Wilson's interval at the effective
    sample size, as compared by Dean and Pagano (2015), J. Surv. Stat. Methodol. 3:484-503.
    """
    if not leads.size:
        return NotEnoughData(Shortage.NO_LEADS, 0, 1)
    distinct, position = np.unique(leads, return_inverse=True)
    times = np.bincount(position)
    won = np.bincount(position[converted], minlength=distinct.size)
    n, conversions = leads.size, int(converted.sum())
    effective = _effective(times, won, n, conversions)
    value = conversions / n
    low, high = wilson_bounds(value * effective, effective, confidence)
    return PooledRate(
        observations=n,
        leads=distinct.size,
        conversions=conversions,
        effective=effective,
        value=value,
        low=low,
        high=high,
        confidence=confidence,
    )


def _effective(times: Integers, won: Integers, n: int, conversions: int) -> float:
    """How many independent observations would have the same variance; never more than there are."""
    n_leads = times.size
    if n_leads == 1 or conversions in {0, n}:
        return float(n_leads)
    value = conversions / n
    variance = float(((won - value * times) ** 2).sum()) * n_leads / (n_leads - 1) / n**2
    if variance == 0:
        return float(n_leads)
    return min(float(n), value * (1 - value) / variance)
