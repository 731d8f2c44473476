"""Bands against what happened: leads, conversions, how sure the rate is, how long it took.

In: the score of each lead at its reading, what became of it. Out: one line a band, and a total.

Leads whose reading is still to come have no band yet and are not counted. Leads whose deal was
closed before the reading are left out, won and lost alike: their band could have known how it
ended. By cohort, leads of a period are followed for the same number of days, so
those that came too late to be followed that long are not counted yet. By period, deals that were
won in a period stand over the leads that came in it, and the rate may exceed 100 %. A lead converts
once; its value is all that it bought within the same days, or in the same period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from leadscore.arithmetic import MILLI
from leadscore.model import Dimension, letter
from leadscore.statistics import (
    Auc,
    MedianDays,
    Monotonicity,
    NotEnoughData,
    PeriodRate,
    Rate,
    TopSlice,
    auc,
    band_report_from_leads,
    count_by_score,
    rate_by_period,
    top,
)
from leadscore.statistics.bands import BandRow
from leadscore.statistics.enough import MIN_PER_CLASS
from lejek.measurement.columns import Integers
from lejek.measurement.moments import DAY
from lejek.measurement.readings import NEVER, Closings, Readings, Wins

Flags = npt.NDArray[np.bool_]
Bands = Sequence[tuple[str, int]]
"""Names of bands and from how many milli-points each begins, the coldest first."""
TOP_PERCENTS = (10, 20)


@dataclass(frozen=True, slots=True)
class Span:
    """A period from one moment to another, the end not in it. Units: seconds since 1970."""

    begin: int
    end: int

    def has(self, moments: Integers) -> Flags:
        """Which moments lie in it."""
        inside: Flags = (moments >= self.begin) & (moments < self.end)
        return inside


@dataclass(frozen=True, slots=True)
class Line:
    """One band, or the total. `number` counts the bands from the coldest; -1 is the total."""

    name: str
    number: int
    leads: int
    conversions: int
    rate: Rate | PeriodRate | NotEnoughData
    mean_days: float | NotEnoughData | None
    median_days: MedianDays | NotEnoughData | None
    amount: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """How well the score orders leads: the area under the curve, and what calling the top finds."""

    area: Auc | NotEnoughData
    tops: tuple[tuple[int, TopSlice | NotEnoughData], ...]


@dataclass(frozen=True, slots=True)
class BandTable:
    """The report. `order` and `ranking` are of cohorts alone."""

    lines: tuple[Line, ...]
    total: Line
    order: Monotonicity | NotEnoughData | None
    ranking: Ranking | None
    n_to_come: int
    n_unread: int
    n_closed_before: int
    n_too_young: int
    n_foreign: int
    """Deals in other currencies: they count, their amounts do not."""


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Leads whose band is known, and what became of each. One entry a lead.

    Units: seconds since 1970 (NEVER where it did not happen), milli-points.
    """

    bands: tuple[str, ...]
    lead_ids: Integers
    band: Integers
    created: Integers
    read: Integers
    won: Integers
    milli: Integers
    wins: Wins
    to_come_created: Integers
    unread_created: Integers
    closed_before_created: Integers
    """When those leads came in that are still to be read, had no score then, or were closed."""

    def only(self, chosen: Flags) -> Facts:
        """The chosen leads."""
        return Facts(
            self.bands,
            self.lead_ids[chosen],
            self.band[chosen],
            self.created[chosen],
            self.read[chosen],
            self.won[chosen],
            self.milli[chosen],
            self.wins,
            self.to_come_created,
            self.unread_created,
            self.closed_before_created,
        )

    def wins_here(self) -> tuple[Integers, Wins]:
        """The deals that these leads won, and the place of the lead of each."""
        place = np.searchsorted(self.lead_ids, self.wins.lead_ids)
        is_here = _looked_up(self.lead_ids, self.lead_ids, place, self.wins.lead_ids) != NEVER
        return place[is_here], self.wins.only(is_here)


def facts(
    found: Readings, closed: Closings, cut: Mapping[int, Bands], *, by_overall: bool = False
) -> Facts:
    """Leads in their bands, as the version that scored each of them cuts them.

    `cut` holds the bands by version id; leads of other versions are left out. `by_overall` ranks
    by the overall score.
    """
    chosen = np.isin(found.version_ids, np.array(list(cut), dtype=np.int64))
    names, band = _placed(found, cut)
    place = np.searchsorted(closed.lead_ids, found.lead_ids)
    first_closed = _looked_up(closed.first_closed, closed.lead_ids, place, found.lead_ids)
    won = _looked_up(closed.first_won, closed.lead_ids, place, found.lead_ids)
    was_closed = (first_closed != NEVER) & (first_closed <= found.read)
    everybody = Facts(
        bands=names,
        lead_ids=found.lead_ids,
        band=band,
        created=found.created,
        read=found.read,
        won=won,
        milli=found.overall if by_overall else found.milli,
        wins=closed.wins,
        to_come_created=found.to_come_created,
        unread_created=found.unread_created,
        closed_before_created=found.created[chosen & was_closed],
    )
    return everybody.only(chosen & ~was_closed)


def _placed(found: Readings, cut: Mapping[int, Bands]) -> tuple[tuple[str, ...], Integers]:
    """The names of all bands, coldest first, and the band of each lead by its number."""
    names = _united([[name for name, _ in bands] for bands in cut.values()])
    band = np.zeros(found.milli.size, dtype=np.int64)
    for version_id, bands in cut.items():
        mine = found.version_ids == version_id
        edges = np.array([milli for _, milli in bands[1:]], dtype=np.int64)
        number = np.array([names.index(name) for name, _ in bands], dtype=np.int64)
        band[mine] = number[np.digitize(found.milli[mine], edges)]
    return tuple(names), band


def bands_of(dimension: Dimension, *, by_letter: bool = False) -> Bands:
    """The bands of a dimension; `by_letter` calls them as a grade does."""
    return [
        (letter(dimension, number) if by_letter else band.name, band.from_milli)
        for number, band in enumerate(dimension.bands)
    ]


def quarters(milli: Integers) -> Bands:
    """Ranges of whole points, each with a quarter of the leads as far as equal scores allow.

    A score that has no bands of its own, the overall one, is cut by them. Units: milli-points.
    """
    if not milli.size:
        return [("", 0)]
    cuts = np.rint(np.quantile(milli, (0.25, 0.5, 0.75)) / MILLI).astype(np.int64)
    lowest = int(milli.min())
    edges = sorted({int(cut) for cut in cuts if cut * MILLI > lowest})
    if not edges:
        return [(f"{_whole(lowest // MILLI)}+", lowest)]
    within = [f"{_whole(low)}–{_whole(high)}" for low, high in pairwise(edges)]
    names = [f"<{_whole(edges[0])}", *within, f"{_whole(edges[-1])}+"]
    return list(zip(names, [lowest, *(edge * MILLI for edge in edges)], strict=True))


def _whole(points: int) -> str:
    return str(points).replace("-", "−")


def _united(lists: Sequence[Sequence[str]]) -> list[str]:
    """Every name once, in the order of the last version; those only in others come first."""
    last = list(lists[-1]) if lists else []
    others = [name for names in lists[:-1] for name in names if name not in last]
    return [*dict.fromkeys(others), *last]


def _looked_up(values: Integers, keys: Integers, place: Integers, wanted: Integers) -> Integers:
    """The value of each wanted key; NEVER, which is 0, where it is not among the keys."""
    if not keys.size:
        return np.zeros(wanted.size, dtype=np.int64)
    safe = np.minimum(place, keys.size - 1)
    return np.where(keys[safe] == wanted, values[safe], NEVER)


def _sums(place: Integers, amounts: Integers, size: int) -> Integers:
    """The sum of the amounts at each place, exact."""
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, place, amounts)
    return total


def by_cohort(known: Facts, span: Span, *, horizon_days: int, now: int) -> BandTable:
    """Of the leads that came in a period, those won within so many days of the reading."""
    cohort = known.only(span.has(known.created))
    is_old = cohort.read + horizon_days * DAY <= now
    followed = cohort.only(is_old)
    has_won = followed.won != NEVER
    until = np.where(has_won, followed.won, now)
    days = (until - followed.read) / DAY
    place, wins = followed.wins_here()
    counts = wins.won <= followed.read[place] + horizon_days * DAY
    report = band_report_from_leads(
        followed.bands,
        followed.band,
        has_won,
        days,
        horizon_days=horizon_days,
        amounts_minor=_sums(place[counts], wins.amount[counts], followed.lead_ids.size),
    )
    converted = has_won & (days <= horizon_days)
    return BandTable(
        lines=tuple(_line(row, number) for number, row in enumerate(report.rows)),
        total=_line(report.total, -1),
        order=report.order,
        ranking=_ranking(followed.milli, converted),
        n_to_come=int(span.has(known.to_come_created).sum()),
        n_unread=int(span.has(known.unread_created).sum()),
        n_closed_before=int(span.has(known.closed_before_created).sum()),
        n_too_young=int((~is_old).sum()),
        n_foreign=int(wins.is_foreign[counts].sum()),
    )


def _line(row: BandRow, number: int) -> Line:
    return Line(
        name=row.band,
        number=number,
        leads=row.leads,
        conversions=row.conversions,
        rate=row.rate,
        mean_days=row.mean_days,
        median_days=row.median_days_of_converters,
        amount=row.amount_minor or 0,
    )


def _ranking(milli: Integers, converted: Flags) -> Ranking:
    counts = count_by_score(milli, converted)
    return Ranking(
        area=auc(counts),
        tops=tuple((percent, top(counts, percent)) for percent in TOP_PERCENTS),
    )


def by_period(known: Facts, span: Span) -> BandTable:
    """Deals won in a period over the leads that came in it."""
    came, won = span.has(known.created), span.has(known.won)
    size = len(known.bands)
    leads = np.bincount(known.band[came], minlength=size)
    deals = np.bincount(known.band[won], minlength=size)
    place, wins = known.wins_here()
    counts = span.has(wins.won)
    amounts = _sums(known.band[place[counts]], wins.amount[counts], size)

    def line(name: str, number: int, n_leads: int, n_deals: int, amount: int) -> Line:
        rate = rate_by_period(n_deals, n_leads)
        return Line(name, number, n_leads, n_deals, rate, None, None, amount)

    return BandTable(
        lines=tuple(
            line(name, number, int(leads[number]), int(deals[number]), int(amounts[number]))
            for number, name in enumerate(known.bands)
        ),
        total=line("total", -1, int(leads.sum()), int(deals.sum()), int(amounts.sum())),
        order=None,
        ranking=None,
        n_to_come=int(span.has(known.to_come_created).sum()),
        n_unread=int(span.has(known.unread_created).sum()),
        n_closed_before=int(span.has(known.closed_before_created).sum()),
        n_too_young=0,
        n_foreign=int(wins.is_foreign[counts].sum()),
    )


def drops(table: BandTable) -> list[tuple[str, str]]:
    """Neighbours (lower, higher) whose rate falls, where both have leads enough to say so."""
    n_leads = {line.name: line.leads for line in table.lines}
    if not isinstance(table.order, Monotonicity):
        return []
    return [
        pair for pair in table.order.drops if min(n_leads[name] for name in pair) >= MIN_PER_CLASS
    ]
