"""A share of leads with the interval that its sample allows."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from leadscore.statistics.enough import NotEnoughData, Shortage

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and the interval around it."""

    value: float
    low: float
    high: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Rate:
    """The share of `trials` that were `successes`, with its interval.

    Units: `value`, `low` and `high` lie in [0, 1].
    """

    successes: int
    trials: int
    value: float
    low: float
    high: float
    confidence: float


def rate(successes: int, trials: int, confidence: float = CONFIDENCE) -> Rate | NotEnoughData:
    """The share of successes with its Wilson score interval.

    >>> found = rate(37, 250)
    >>> f"{found.value:.1%}, between {found.low:.1%} and {found.high:.1%}"
    '14.8%, between 10.9% and 19.7%'
    >>> print(rate(0, 0))
    not enough data: no leads

    Raises: ValueError if the counts are negative, or more succeeded than were tried.
    """
    if not 0 <= successes <= trials:
        raise ValueError(
            f"found {successes} successes of {trials}, 0 <= successes <= trials is accepted"
        )
    if trials == 0:
        return NotEnoughData(Shortage.NO_LEADS, 0, 1)
    low, high = wilson_bounds(successes, trials, confidence)
    return Rate(successes, trials, successes / trials, low, high, confidence)


def wilson_bounds(
    successes: float, trials: float, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """The lower and upper end of the Wilson score interval; a tied lead may count as a fraction.

    Source: E. B. Wilson (1927), "Probable inference, the law of succession, and statistical
    inference", JASA 22:209-212; without continuity correction, as recommended by
    Brown, Cai and DasGupta (2001), Statistical Science 16:101-133.
    """
    if not (trials > 0 and 0 <= successes <= trials):
        raise ValueError(f"found {successes} of {trials}, a part of something is accepted")
    z2 = normal_quantile(confidence) ** 2
    share = successes / trials
    centre = (successes + z2 / 2) / (trials + z2)
    half = math.sqrt(z2 * (successes * (1 - share) + z2 / 4)) / (trials + z2)
    # At the ends the bound is exactly 0 or 1; rounding would leave it a hair off.
    low = 0.0 if successes == 0 else min(centre - half, share)
    high = 1.0 if successes == trials else max(centre + half, share)
    return max(low, 0.0), min(high, 1.0)


def normal_quantile(confidence: float) -> float:
    """How many standard errors reach to either side for this confidence (1.96 for 0.95)."""
    if not 0 < confidence < 1:
        raise ValueError(f"found confidence {confidence}, a number between 0 and 1 is accepted")
    return NormalDist().inv_cdf(0.5 + confidence / 2)
