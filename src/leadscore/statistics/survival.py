"""Days to conversion when many leads have not converted yet.

A lead still open after 40 days says "more than 40", not "never" and not "40". The estimator of
Kaplan and Meier uses it as exactly that.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from leadscore.statistics.enough import MIN_PER_CLASS, NotEnoughData, Shortage
from leadscore.statistics.intervals import CONFIDENCE, Estimate, normal_quantile
from leadscore.statistics.observations import (
    Flags,
    Floats,
    Integers,
    as_counts,
    as_days,
    as_flags,
    same_length,
)

# Products of fractions that make exactly one half may come out a rounding error above it.
_ROUNDING: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The share of leads not yet converted, after each day on which any did.

    Shape: one entry per such day, ascending.
    """

    days: Floats
    at_risk: Integers
    """Leads still open, and still watched, as the day began."""
    converted: Integers
    open_share: Floats
    log_variance: Floats
    """Greenwood's sum, the variance of log `open_share`; infinite once nobody is open."""
    leads: int
    conversions: int
    last_day: float
    """The longest that any lead was watched."""

    def bounds(self, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
        """The interval of `open_share` on each day.

        Source: Kalbfleisch and Prentice (1980), "The Statistical Analysis of Failure Time Data":
        the interval is made for log(-log S), which keeps it within [0, 1]. That is undefined once
        nobody is open; there the upper end is that of the day before, times Wilson's for none of
        those then at risk.
        """
        quantile = normal_quantile(confidence)
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.sqrt(self.log_variance) / np.abs(np.log(self.open_share))
            power = np.exp(quantile * spread)
            low, high = self.open_share**power, self.open_share ** (1 / power)
        if _nobody_open(self):
            before = high[-2] if high.size > 1 else 1.0
            low[-1], high[-1] = 0.0, before * quantile**2 / (self.at_risk[-1] + quantile**2)
        return low, high


@dataclass(frozen=True, slots=True)
class MedianDays:
    """The day by which half have converted, with its interval.

    `high` is None where the data set no upper end.
    """

    value: float
    low: float
    high: float | None
    confidence: float
    leads: int
    conversions: int


def kaplan_meier(days: npt.ArrayLike, converted: npt.ArrayLike) -> Curve:
    """The curve from one entry per lead.

    Units: `days` until conversion, or until the lead was last known to be open.
    """
    spans, flags = as_days(days), as_flags(converted, "converted")
    same_length(days=spans, converted=flags)
    distinct, position = np.unique(spans, return_inverse=True)
    return _curve(
        distinct,
        _count(position[flags], distinct.size),
        _count(position[~flags], distinct.size),
    )


def kaplan_meier_from_counts(
    days: npt.ArrayLike, converted: npt.ArrayLike, still_open: npt.ArrayLike
) -> Curve:
    """The curve from sums: per day, how many converted and how many were last seen open."""
    spans = as_days(days)
    events, censored = as_counts(converted, "converted"), as_counts(still_open, "still_open")
    same_length(days=spans, converted=events, still_open=censored)
    order = np.argsort(spans, kind="stable")
    if bool((np.diff(spans[order]) == 0).any()):
        raise ValueError("days: found a day twice, one row per day is accepted")
    seen = (events + censored)[order] > 0
    return _curve(spans[order][seen], events[order][seen], censored[order][seen])


def median_days(
    curve: Curve, confidence: float = CONFIDENCE, min_conversions: int = MIN_PER_CLASS
) -> MedianDays | NotEnoughData:
    """The first day by which at least half of all leads have converted.

    Where most leads never convert there is no such day; `median_days_of_converters` may answer.

    Source: Brookmeyer and Crowley (1982), Biometrics 38:29-41, with the log(-log) transform: the
    days whose open share cannot be told from one half.
    """
    if curve.leads == 0:
        return NotEnoughData(Shortage.NO_LEADS, 0, 1)
    if curve.conversions < min_conversions:
        return NotEnoughData(Shortage.FEW_CONVERTED, curve.conversions, min_conversions)
    value = _first_day(curve.days, _at_most_half(curve.open_share))
    if value is None:
        percent = math.floor(100 * (1 - float(curve.open_share[-1]) + _ROUNDING))
        return NotEnoughData(Shortage.MEDIAN_NOT_REACHED, percent, 50)
    low, high = curve.bounds(confidence)
    earliest = _first_day(curve.days, _at_most_half(low))
    return MedianDays(
        value=value,
        low=value if earliest is None else earliest,
        high=_first_day(curve.days, _at_most_half(high)),
        confidence=confidence,
        leads=curve.leads,
        conversions=curve.conversions,
    )


def median_days_of_converters(
    curve: Curve,
    horizon_days: float,
    confidence: float = CONFIDENCE,
    min_conversions: int = MIN_PER_CLASS,
) -> MedianDays | NotEnoughData:
    """The first day by which half of those who convert within the horizon have done so.

    Leads still under watch count with what is known of them, so young leads do not make
    conversion look faster than it is, as an average over converted leads would.

    Source: the ratio F(t) / F(horizon) of Kaplan and Meier's shares; its interval by inverting
    the test of F(t) = F(horizon) / 2, with Greenwood's covariance (Kalbfleisch and Prentice 1980).
    """
    within = curve.days <= horizon_days
    conversions = int(curve.converted[within].sum())
    if curve.leads == 0:
        return NotEnoughData(Shortage.NO_LEADS, 0, 1)
    if conversions < min_conversions:
        return NotEnoughData(Shortage.FEW_CONVERTED, conversions, min_conversions)
    # Beyond the longest watch the curve is unknown, unless everybody had converted by then.
    if curve.last_day < horizon_days and not _nobody_open(curve):
        return NotEnoughData(
            Shortage.FOLLOWED_TOO_SHORT, int(curve.last_day), math.ceil(horizon_days)
        )
    lead_over_half, margin = _lead_over_half(curve, within, normal_quantile(confidence))
    days = curve.days[within]
    # On the last of these days F is F(horizon), more than half of itself: argmax finds a day.
    is_half = lead_over_half >= -_ROUNDING
    may_be_half = lead_over_half + margin >= -_ROUNDING
    return MedianDays(
        value=float(days[np.argmax(is_half)]),
        low=float(days[np.argmax(may_be_half)]),
        high=_first_day(days, lead_over_half - margin > _ROUNDING),
        confidence=confidence,
        leads=curve.leads,
        conversions=conversions,
    )


def converted_by(
    curve: Curve, day: float, confidence: float = CONFIDENCE
) -> Estimate | NotEnoughData:
    """The share of leads converted by a day, leads still under watch included fairly.

    Where nobody has converted by then the curve gives no interval; the leads watched long enough
    can be counted instead, with `intervals.rate`.
    """
    if curve.leads == 0:
        return NotEnoughData(Shortage.NO_LEADS, 0, 1)
    if curve.last_day < day and not _nobody_open(curve):
        return NotEnoughData(Shortage.FOLLOWED_TOO_SHORT, int(curve.last_day), math.ceil(day))
    last = int(np.searchsorted(curve.days, day, side="right")) - 1
    if last < 0:
        return NotEnoughData(Shortage.FEW_CONVERTED, 0, 1)
    low, high = curve.bounds(confidence)
    value, least, most = (1 - float(share[last]) for share in (curve.open_share, high, low))
    return Estimate(value, least, most, confidence)


def _curve(days: Floats, converted: Integers, still_open: Integers) -> Curve:
    """A lead last seen open on a day when another converted was at risk that day."""
    leaving = converted + still_open
    total = int(leaving.sum())
    at_risk = total - np.cumsum(leaving) + leaving
    happened = converted > 0
    risk, events = at_risk[happened], converted[happened]
    with np.errstate(divide="ignore"):
        terms = events / (risk.astype(np.float64) * (risk - events))
    return Curve(
        days=days[happened],
        at_risk=risk,
        converted=events,
        open_share=np.cumprod((risk - events) / risk),
        log_variance=np.cumsum(terms),
        leads=total,
        conversions=int(converted.sum()),
        last_day=float(days[-1]) if days.size else 0.0,
    )


def _lead_over_half(curve: Curve, within: Flags, quantile: float) -> tuple[Floats, Floats]:
    """F(t) - F(horizon) / 2 on each day within the horizon, and how far chance may move it."""
    share = curve.open_share[within]
    # Where nobody is open any more the variance of the share itself is nought.
    spread = np.where(share > 0, curve.log_variance[within], 0.0)
    end_share, end_spread = share[-1], spread[-1]
    variance = share**2 * spread + end_share**2 * end_spread / 4 - share * end_share * spread
    lead = (1 - share) - (1 - end_share) / 2
    return lead, quantile * np.sqrt(np.maximum(variance, 0.0))


def _nobody_open(curve: Curve) -> bool:
    return curve.days.size > 0 and float(curve.open_share[-1]) <= 0


def _first_day(days: Floats, holds: Flags) -> float | None:
    found = np.flatnonzero(holds)
    return float(days[found[0]]) if found.size else None


def _at_most_half(share: Floats) -> Flags:
    found: Flags = share <= 0.5 + _ROUNDING
    return found


def _count(positions: npt.NDArray[np.intp], size: int) -> Integers:
    return np.bincount(positions, minlength=size).astype(np.int64)
