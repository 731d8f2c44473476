"""What became of the leads of each score band.

From sums (`band_report`) or from one entry per lead (`band_report_from_leads`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadscore.statistics.enough import NotEnoughData, Shortage
from leadscore.statistics.intervals import CONFIDENCE, Rate, rate
from leadscore.statistics.observations import (
    Flags,
    Floats,
    Integers,
    as_counts,
    as_days,
    as_flags,
    as_numbers,
    same_length,
)
from leadscore.statistics.survival import (
    Curve,
    MedianDays,
    kaplan_meier,
    median_days,
    median_days_of_converters,
)
from leadscore.statistics.trend import Monotonicity, monotonicity

_NO_DAYS = NotEnoughData(Shortage.NO_DAYS, 0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BandCount:
    """The sums of one band.

    Units: `converted_days` is the sum, over the converted leads, of the days each took;
    `amount_minor` the value won, in the minor unit of one currency. None: not known.
    """

    band: str
    leads: int
    conversions: int
    converted_days: float | None = None
    amount_minor: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.conversions <= self.leads:
            raise ValueError(
                f"band {self.band}: found {self.conversions} conversions of {self.leads} leads"
            )
        if self.converted_days is not None and not self.converted_days >= 0:
            raise ValueError(f"band {self.band}: found {self.converted_days} days, 0 or more fit")


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRow:
    """One line of the report.

    `mean_days` describes the leads converted so far and is too short while many are still open;
    the two medians use the open leads too. `median_days` is over all leads,
    `median_days_of_converters` over those who convert within the horizon.
    """

    band: str
    leads: int
    conversions: int
    rate: Rate | NotEnoughData
    mean_days: float | NotEnoughData
    median_days: MedianDays | NotEnoughData
    median_days_of_converters: MedianDays | NotEnoughData
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class BandReport:
    """The bands, lowest first, their total, and whether conversion rises with the band."""

    rows: tuple[BandRow, ...]
    total: BandRow
    order: Monotonicity | NotEnoughData


@dataclass(frozen=True, slots=True)
class _Medians:
    of_all: MedianDays | NotEnoughData = _NO_DAYS
    of_converters: MedianDays | NotEnoughData = _NO_DAYS


def band_report(counts: Sequence[BandCount], confidence: float = CONFIDENCE) -> BandReport:
    """The report from sums, lowest band first. Sums hold no medians, and it says so.

    >>> report = band_report(
    ...     [
    ...         BandCount(band="0-25", leads=1000, conversions=20, converted_days=1200),
    ...         BandCount(band="26-100", leads=850, conversions=70, converted_days=2175),
    ...     ]
    ... )
    >>> [(row.band, row.rate.value, row.mean_days) for row in report.rows][0]
    ('0-25', 0.02, 60.0)
    >>> report.order.direction.value
    'rising'
    """
    return _report(counts, [_Medians()] * len(counts), _Medians(), confidence)


def band_report_from_leads(
    bands: Sequence[str],
    band_index: npt.ArrayLike,
    converted: npt.ArrayLike,
    days: npt.ArrayLike,
    *,
    horizon_days: float,
    amounts_minor: npt.ArrayLike | None = None,
    confidence: float = CONFIDENCE,
) -> BandReport:
    """The report from one entry per lead, for conversions within the horizon.

    A lead that converted later than the horizon was open at the horizon. The rate counts every
    lead handed in: hand in those whose horizon has passed, or it will be too low.

    Shape: `bands` lowest first; `band_index` points into it.
    Units: `days` until conversion, or until the lead was last known to be open.
    """
    index = _as_index(band_index, len(bands))
    watched = as_days(days)
    flags = as_flags(converted, "converted") & (watched <= horizon_days)
    amounts = None if amounts_minor is None else _as_amounts(amounts_minor)
    same_length(band_index=index, converted=flags, days=watched)
    if amounts is not None:
        same_length(band_index=index, amounts_minor=amounts)
    spans = np.minimum(watched, horizon_days)
    members = [index == position for position in range(len(bands))]
    counts = [
        _count(band, member, flags, spans, amounts)
        for band, member in zip(bands, members, strict=True)
    ]
    medians = [
        _medians(kaplan_meier(spans[member], flags[member]), horizon_days, confidence)
        for member in members
    ]
    of_all = _medians(kaplan_meier(spans, flags), horizon_days, confidence)
    return _report(counts, medians, of_all, confidence)


def _report(
    counts: Sequence[BandCount],
    medians: Sequence[_Medians],
    medians_of_all: _Medians,
    confidence: float,
) -> BandReport:
    _check_names([count.band for count in counts])
    return BandReport(
        rows=tuple(
            _row(count, found, confidence) for count, found in zip(counts, medians, strict=True)
        ),
        total=_row(_total(counts), medians_of_all, confidence),
        order=monotonicity(
            [count.band for count in counts],
            [count.conversions for count in counts],
            [count.leads for count in counts],
            confidence,
        ),
    )


def _row(count: BandCount, medians: _Medians, confidence: float) -> BandRow:
    return BandRow(
        band=count.band,
        leads=count.leads,
        conversions=count.conversions,
        rate=rate(count.conversions, count.leads, confidence),
        mean_days=_mean_days(count),
        median_days=medians.of_all,
        median_days_of_converters=medians.of_converters,
        amount_minor=count.amount_minor,
    )


def _mean_days(count: BandCount) -> float | NotEnoughData:
    if count.converted_days is None:
        return _NO_DAYS
    if count.conversions == 0:
        return NotEnoughData(Shortage.FEW_CONVERTED, 0, 1)
    return count.converted_days / count.conversions


def _total(counts: Sequence[BandCount]) -> BandCount:
    """The sum of the bands; a figure that one band lacks is lacking in the total too."""
    days = [count.converted_days for count in counts]
    amounts = [count.amount_minor for count in counts]
    return BandCount(
        band="total",
        leads=sum(count.leads for count in counts),
        conversions=sum(count.conversions for count in counts),
        converted_days=None if None in days else sum(day for day in days if day is not None),
        amount_minor=None if None in amounts else sum(a for a in amounts if a is not None),
    )


def _count(
    band: str, member: Flags, converted: Flags, days: Floats, amounts: Integers | None
) -> BandCount:
    won = member & converted
    return BandCount(
        band=band,
        leads=int(member.sum()),
        conversions=int(won.sum()),
        converted_days=float(days[won].sum()),
        amount_minor=None if amounts is None else int(amounts[won].sum()),
    )


def _medians(curve: Curve, horizon_days: float, confidence: float) -> _Medians:
    return _Medians(
        of_all=median_days(curve, confidence),
        of_converters=median_days_of_converters(curve, horizon_days, confidence),
    )


def _as_index(values: npt.ArrayLike, size: int) -> Integers:
    index = as_counts(values, "band_index")
    if index.size and int(index.max()) >= size:
        raise ValueError(f"band_index: found {int(index.max())}, below {size} is accepted")
    return index


def _as_amounts(values: npt.ArrayLike) -> Integers:
    amounts = as_numbers(values, "amounts_minor")
    if amounts.dtype.kind == "f":
        raise ValueError("amounts_minor: found fractions, whole minor units are accepted")
    return amounts.astype(np.int64)


def _check_names(bands: Sequence[str]) -> None:
    twice = sorted({band for band in bands if list(bands).count(band) > 1})
    if twice:
        raise ValueError(f"bands: found twice: {', '.join(twice)}")
