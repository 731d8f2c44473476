"""How well a score puts the leads that converted above those that did not."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from leadscore.statistics.enough import MIN_PER_CLASS, NotEnoughData, shortage_of_classes
from leadscore.statistics.intervals import CONFIDENCE, Estimate, normal_quantile, wilson_bounds
from leadscore.statistics.observations import (
    Floats,
    Integers,
    Numbers,
    as_counts,
    as_flags,
    as_numbers,
    same_length,
)


@dataclass(frozen=True, slots=True, eq=False)
class ScoreCounts:
    """Per distinct score, how many leads have it and how many of them converted.

    All that a ranking figure needs: an engine makes it with one grouped sum.

    Shape: one entry per score, ascending.
    """

    scores: Numbers
    leads: Integers
    converted: Integers

    def __post_init__(self) -> None:
        same_length(scores=self.scores, leads=self.leads, converted=self.converted)
        if bool((self.scores[1:] <= self.scores[:-1]).any()):
            raise ValueError("scores: ascending, each once, is accepted")
        as_counts(self.converted, "converted")
        if bool((self.converted > self.leads).any()):
            raise ValueError("converted: found more converted leads than leads with that score")


@dataclass(frozen=True, slots=True)
class Auc:
    """The chance that a converted lead scores above one that did not; ties count half.

    Units: in [0, 1]; 0.5 is what a coin gives.
    """

    value: float
    low: float
    high: float
    confidence: float
    converted: int
    not_converted: int


@dataclass(frozen=True, slots=True)
class TopSlice:
    """What a salesperson finds who calls only the top part of the list.

    Where equal scores lie across the edge, those leads enter with the share of them that fits: the
    figures are the mean over all orders in which they might have been called.
    """

    percent: float
    leads: float
    conversions: float
    tied_leads: int
    """Leads with the score at the edge, if only a part of them is within; otherwise 0."""
    rate: float
    base_rate: float
    """The conversion rate of the whole list."""
    capture: Estimate
    """The share of all conversions that lies in this part."""
    lift: Estimate
    """How many times the rate of the whole list: `rate / base_rate`, or `capture / percent`."""


def count_by_score(scores: npt.ArrayLike, converted: npt.ArrayLike) -> ScoreCounts:
    """The counts from one entry per lead. Whole scores are compared as whole numbers."""
    points, flags = as_numbers(scores, "scores"), as_flags(converted, "converted")
    same_length(scores=points, converted=flags)
    distinct, position = np.unique(points, return_inverse=True)
    size = distinct.size
    return ScoreCounts(
        scores=cast(Numbers, distinct),
        leads=np.bincount(position, minlength=size).astype(np.int64),
        converted=np.bincount(position[flags], minlength=size).astype(np.int64),
    )


def auc(
    counts: ScoreCounts, confidence: float = CONFIDENCE, min_per_class: int = MIN_PER_CLASS
) -> Auc | NotEnoughData:
    """The area under the ROC curve with its interval.

    Returns: on either side the wider of DeLong's interval (on the logit scale) and Newcombe's.
    DeLong's alone is too narrow where few converted and the score separates them well: it held
    the truth in 85 of 100 simulated samples with 20 conversions and an area of 0.98, and has no
    width at all when the separation is perfect. The wider of the two held it in 94 or more.

    Source: Mann and Whitney (1947), Ann. Math. Stat. 18:50-60; DeLong, DeLong and Clarke-Pearson
    (1988), Biometrics 44:837-845; Newcombe (2006), Statistics in Medicine 25:559-573, method 5.
    """
    good, bad = counts.converted, counts.leads - counts.converted
    n_good, n_bad = int(good.sum()), int(bad.sum())
    shortage = shortage_of_classes(n_good, n_bad, max(min_per_class, 2))
    if shortage is not None:
        return shortage
    value, variance = _delong(good, bad, n_good, n_bad)
    by_delong = _logit_bounds(value, variance, confidence)
    by_newcombe = _newcombe_bounds(value, n_good, n_bad, confidence)
    return Auc(
        value=value,
        low=min(by_delong[0], by_newcombe[0]),
        high=max(by_delong[1], by_newcombe[1]),
        confidence=confidence,
        converted=n_good,
        not_converted=n_bad,
    )


def top(
    counts: ScoreCounts,
    percent: float,
    confidence: float = CONFIDENCE,
    min_per_class: int = MIN_PER_CLASS,
) -> TopSlice | NotEnoughData:
    """Lift and capture of the highest-scored part of the list.

    The interval of the capture is Wilson's, for the conversions as the sample; that of the lift is
    the same, divided by the part's size. It takes the score at the edge as fixed, which errs on the
    wide side: it held the truth in 93 to 100 of 100 simulated samples.

    Units: `percent` in (0, 100].
    """
    if not 0 < percent <= 100:
        raise ValueError(f"found {percent} %, more than 0 and at most 100 is accepted")
    total, conversions = int(counts.leads.sum()), int(counts.converted.sum())
    shortage = shortage_of_classes(conversions, total - conversions, max(min_per_class, 1))
    if shortage is not None:
        return shortage
    size = total * percent / 100
    found, tied = _from_the_top(counts, size)
    low, high = wilson_bounds(found, conversions, confidence)
    capture = Estimate(found / conversions, low, high, confidence)
    return TopSlice(
        percent=percent,
        leads=size,
        conversions=found,
        tied_leads=tied,
        rate=found / size,
        base_rate=conversions / total,
        capture=capture,
        lift=_times(capture, total / size),
    )


def _from_the_top(counts: ScoreCounts, size: float) -> tuple[float, int]:
    """The conversions among the `size` highest leads, and how many leads tie across the edge."""
    leads, converted = counts.leads[::-1], counts.converted[::-1]
    reached = np.cumsum(leads)
    edge = int(np.searchsorted(reached, size, side="left"))
    above = int(reached[edge - 1]) if edge else 0
    share = (size - above) / int(leads[edge])
    found = int(converted[:edge].sum()) + share * int(converted[edge])
    is_cut = share < 1 and int(leads[edge]) > 1
    return found, int(leads[edge]) if is_cut else 0


def _times(estimate: Estimate, factor: float) -> Estimate:
    return Estimate(
        estimate.value * factor,
        estimate.low * factor,
        estimate.high * factor,
        estimate.confidence,
    )


def _delong(good: Integers, bad: Integers, n_good: int, n_bad: int) -> tuple[float, float]:
    """The area and its variance, from whole numbers as long as possible.

    Doubled placements (twice the bad below, plus the tied) are whole; so are their deviations from
    the mean once multiplied out, so that a variance of nought is exactly that.
    """
    bad_below = 2 * (np.cumsum(bad) - bad) + bad
    good_above = 2 * (n_good - np.cumsum(good)) + good
    wins_doubled = int((good * bad_below).sum())
    scale = 2 * n_good * n_bad
    of_good = (n_good * bad_below - wins_doubled) / scale
    of_bad = (n_bad * good_above - wins_doubled) / scale
    variance = _variance_of_mean(of_good, good, n_good) + _variance_of_mean(of_bad, bad, n_bad)
    return wins_doubled / scale, variance


def _variance_of_mean(deviations: Floats, counts: Integers, total: int) -> float:
    return float((counts * deviations**2).sum()) / (total - 1) / total


def _logit_bounds(value: float, variance: float, confidence: float) -> tuple[float, float]:
    if variance == 0:
        return value, value
    centre = math.log(value / (1 - value))
    half = normal_quantile(confidence) * math.sqrt(variance) / (value * (1 - value))
    return min(_expit(centre - half), value), max(_expit(centre + half), value)


def _expit(logit: float) -> float:
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    return math.exp(logit) / (1 + math.exp(logit))


def _newcombe_bounds(
    value: float, n_good: int, n_bad: int, confidence: float
) -> tuple[float, float]:
    quantile = normal_quantile(confidence)

    def excess(area: float) -> float:
        """How much further than chance allows the observed area lies from this one."""
        allowed = quantile * math.sqrt(_newcombe_variance(area, n_good, n_bad))
        return abs(value - area) - allowed

    low = 0.0 if value == 0 else _edge(excess, outside=0.0, inside=value)
    high = 1.0 if value == 1 else _edge(excess, outside=1.0, inside=value)
    return low, high


def _newcombe_variance(area: float, n_good: int, n_bad: int) -> float:
    mean_size = (n_good + n_bad) / 2 - 1
    spread = 1 + mean_size * ((1 - area) / (2 - area) + area / (1 + area))
    return area * (1 - area) * spread / (n_good * n_bad)


def _edge(excess: Callable[[float], float], outside: float, inside: float) -> float:
    """Where the allowed areas end, by halving; 60 halvings exhaust a float."""
    for _ in range(60):
        middle = (outside + inside) / 2
        if excess(middle) > 0:
            outside = middle
        else:
            inside = middle
    return inside
