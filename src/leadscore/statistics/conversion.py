"""The lead conversion rate in its two meanings, which differ and must be named when shown.

By cohort: of the leads that came in a period, the share that converted, whenever they did.
By period: the deals closed in a period over the leads that came in the same period, although
most of those deals began as leads of earlier periods.
"""

from dataclasses import dataclass

from leadscore.statistics.enough import NotEnoughData, Shortage
from leadscore.statistics.intervals import CONFIDENCE, Rate, rate, wilson_bounds


@dataclass(frozen=True, slots=True)
class PeriodRate:
    """Deals closed in a period per lead that came in it. A ratio: it can exceed 1."""

    closed: int
    leads: int
    value: float
    low: float
    high: float
    confidence: float


def rate_by_cohort(
    converted_of_cohort: int, leads_in_cohort: int, confidence: float = CONFIDENCE
) -> Rate | NotEnoughData:
    """The share of one period's leads that converted.

    Comparable between cohorts only if each was watched for the same number of days; for leads
    still under watch use `survival.converted_by`.

    >>> rate_by_cohort(30, 100).value
    0.3
    """
    return rate(converted_of_cohort, leads_in_cohort, confidence)


def rate_by_period(
    closed_in_period: int, leads_in_period: int, confidence: float = CONFIDENCE
) -> PeriodRate | NotEnoughData:
    """Deals closed in a period per lead that came in the same period.

    Both counts vary, and the deals are not a part of the leads, so the interval is that of a
    ratio of two Poisson counts.

    >>> rate_by_period(30, 20).value
    1.5

    Source: given their sum, one of two Poisson counts is binomial (Przyborowski and Wilenski
    (1940), Biometrika 31:313-323); the Wilson interval of that share is turned into a ratio.
    """
    if closed_in_period < 0 or leads_in_period < 0:
        raise ValueError(f"found {closed_in_period} and {leads_in_period}, a count is not negative")
    if leads_in_period == 0:
        return NotEnoughData(Shortage.NO_LEADS, 0, 1)
    low, high = wilson_bounds(closed_in_period, closed_in_period + leads_in_period, confidence)
    return PeriodRate(
        closed=closed_in_period,
        leads=leads_in_period,
        value=closed_in_period / leads_in_period,
        low=low / (1 - low),
        high=high / (1 - high),
        confidence=confidence,
    )
