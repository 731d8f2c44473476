"""What a backtest answers, as frozen values, and how it is reckoned from observations.

In: observations of leads and what became of them. Out: rates, medians and rankings, each with its
interval and sample, or `NotEnoughData`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadscore.backtest.pooled import PooledRate, pooled_rate
from leadscore.backtest.replay import GRADES, Observations, Snapshot, band_names
from leadscore.conditions import OVERALL
from leadscore.model import ScoringModel
from leadscore.statistics import (
    Auc,
    BandReport,
    BandRow,
    MedianDays,
    NotEnoughData,
    Rate,
    Shortage,
    TopSlice,
    auc,
    band_report_from_leads,
    count_by_score,
    kaplan_meier,
    median_days,
    median_days_of_converters,
    rate,
    top,
)


@dataclass(frozen=True, slots=True)
class Ranking:
    """How well one score puts the leads that converted above the others."""

    score: str
    auc: Auc | NotEnoughData
    top_10_percent: TopSlice | NotEnoughData
    top_20_percent: TopSlice | NotEnoughData


@dataclass(frozen=True, slots=True)
class DimensionFigures:
    """What became of the leads in each band of one dimension."""

    dimension: str
    bands: BandReport


@dataclass(frozen=True, slots=True)
class DefinitionFigures:
    """What became of the leads after the first moment at which they met a definition.

    `leads` counts those whose horizon was observed to its end, as the rate does.
    """

    definition: str
    leads: int
    conversions: int
    precision: Rate | NotEnoughData
    median_days_of_converters: MedianDays | NotEnoughData


@dataclass(frozen=True, slots=True)
class FirstFigures:
    """Each lead once, at the first moment at which it was a candidate.

    The leads are independent of each other, so the intervals mean what they say. Rates and rankings
    count the leads whose whole horizon was observed; medians use the younger ones too. For a
    definition the first moment is the first at which the lead met it.
    """

    leads: int
    conversions: int
    rate: Rate | NotEnoughData
    younger_leads: int
    """Leads whose horizon is not over yet: in the medians, not in the rates."""
    dimensions: tuple[DimensionFigures, ...]
    grades: tuple[BandRow, ...]
    """Grades with leads, best first; none without a declared grade."""
    rankings: tuple[Ranking, ...]
    """Of the overall score, then of each dimension."""
    definitions: tuple[DefinitionFigures, ...]


@dataclass(frozen=True, slots=True)
class PooledRow:
    """One band, grade or definition over all moments."""

    name: str
    rate: PooledRate | NotEnoughData


@dataclass(frozen=True, slots=True)
class PooledDimension:
    """The bands of one dimension over all moments, lowest first."""

    dimension: str
    bands: tuple[PooledRow, ...]


@dataclass(frozen=True, slots=True)
class PooledFigures:
    """Every lead at every moment whose horizon was observed to its end.

    One lead is in here many times, in whatever band it then was; the intervals allow for it.
    """

    rate: PooledRate | NotEnoughData
    dimensions: tuple[PooledDimension, ...]
    grades: tuple[PooledRow, ...]
    definitions: tuple[PooledRow, ...]


@dataclass(frozen=True, slots=True)
class DefinitionAtMoment:
    """How many candidates met a definition, and the share of them that converted."""

    definition: str
    leads: int
    precision: Rate | NotEnoughData


@dataclass(frozen=True, slots=True)
class MomentFigures:
    """One moment of the past. Units: `as_of` in microseconds since 1970 UTC."""

    as_of: int
    is_complete: bool
    """Whether the horizon after it was observed to its end; otherwise it has no rates."""
    leads: int
    conversions: int
    rate: Rate | NotEnoughData
    auc: Auc | NotEnoughData
    """Of the overall score."""
    definitions: tuple[DefinitionAtMoment, ...]


def first_figures(
    model: ScoringModel,
    first: Observations,
    first_met: Sequence[Observations],
    horizon_days: int,
) -> FirstFigures:
    """The figures of each lead once; `first_met` holds one group for each definition."""
    complete = first.complete()
    return FirstFigures(
        leads=complete.leads.size,
        conversions=int(complete.converted.sum()),
        rate=_rate(complete),
        younger_leads=first.leads.size - complete.leads.size,
        dimensions=tuple(
            DimensionFigures(
                dimension.name,
                _report(dimension.name, band_names(dimension), first, horizon_days),
            )
            for dimension in model.dimensions
        ),
        grades=_grade_rows(model, first, horizon_days),
        rankings=tuple(
            _ranking(name, complete)
            for name in (OVERALL, *(dimension.name for dimension in model.dimensions))
        ),
        definitions=tuple(
            _definition_figures(definition.name, met, horizon_days)
            for definition, met in zip(model.definitions, first_met, strict=True)
        ),
    )


def pooled_figures(model: ScoringModel, pooled: Observations) -> PooledFigures:
    """The figures of every lead at every moment, all of them with their horizon observed."""
    return PooledFigures(
        rate=pooled_rate(pooled.leads, pooled.converted),
        dimensions=tuple(
            PooledDimension(
                dimension.name, _pooled_rows(dimension.name, band_names(dimension), pooled)
            )
            for dimension in model.dimensions
        ),
        grades=tuple(
            row
            for row in (_pooled_rows(GRADES, model.grades(), pooled) if model.grade else ())
            if isinstance(row.rate, PooledRate)
        ),
        definitions=tuple(
            PooledRow(name, pooled_rate(pooled.leads[met], pooled.converted[met]))
            for name, met in pooled.met.items()
        ),
    )


def moment_figures(snapshot: Snapshot, days_observed: int, horizon_days: int) -> MomentFigures:
    """The figures of one moment."""
    seen = snapshot.observations
    too_short = NotEnoughData(Shortage.FOLLOWED_TOO_SHORT, days_observed, horizon_days)
    is_complete = snapshot.is_complete
    return MomentFigures(
        as_of=snapshot.as_of,
        is_complete=is_complete,
        leads=seen.leads.size,
        conversions=int(seen.converted.sum()),
        rate=_rate(seen) if is_complete else too_short,
        auc=auc(count_by_score(seen.scores[OVERALL], seen.converted)) if is_complete else too_short,
        definitions=tuple(
            DefinitionAtMoment(
                name, int(met.sum()), _rate(seen.where(met)) if is_complete else too_short
            )
            for name, met in seen.met.items()
        ),
    )


def _rate(observations: Observations) -> Rate | NotEnoughData:
    return rate(int(observations.converted.sum()), observations.leads.size)


def _ranking(score: str, complete: Observations) -> Ranking:
    counts = count_by_score(complete.scores[score], complete.converted)
    return Ranking(score, auc(counts), top(counts, 10), top(counts, 20))


def _report(
    key: str, names: Sequence[str], observations: Observations, horizon_days: int
) -> BandReport:
    """Rates of the complete observations, medians of all."""
    complete = observations.complete()
    report = band_report_from_leads(
        names,
        complete.bands[key],
        complete.converted,
        complete.days,
        horizon_days=horizon_days,
    )
    rows = [
        _with_medians(row, observations.where(observations.bands[key] == number), horizon_days)
        for number, row in enumerate(report.rows)
    ]
    return replace(
        report, rows=tuple(rows), total=_with_medians(report.total, observations, horizon_days)
    )


def _with_medians(row: BandRow, observations: Observations, horizon_days: int) -> BandRow:
    curve = kaplan_meier(observations.days, observations.converted)
    return replace(
        row,
        median_days=median_days(curve),
        median_days_of_converters=median_days_of_converters(curve, horizon_days),
    )


def _grade_rows(model: ScoringModel, first: Observations, horizon_days: int) -> tuple[BandRow, ...]:
    if model.grade is None:
        return ()
    report = _report(GRADES, model.grades(), first, horizon_days)
    seen = np.bincount(first.bands[GRADES], minlength=len(report.rows))
    return tuple(row for row, n_leads in zip(report.rows, seen, strict=True) if n_leads)


def _definition_figures(name: str, first_met: Observations, horizon_days: int) -> DefinitionFigures:
    complete = first_met.complete()
    curve = kaplan_meier(first_met.days, first_met.converted)
    return DefinitionFigures(
        definition=name,
        leads=complete.leads.size,
        conversions=int(complete.converted.sum()),
        precision=_rate(complete),
        median_days_of_converters=median_days_of_converters(curve, horizon_days),
    )


def _pooled_rows(key: str, names: Sequence[str], pooled: Observations) -> tuple[PooledRow, ...]:
    numbers = pooled.bands[key]
    return tuple(
        PooledRow(name, pooled_rate(pooled.leads[chosen], pooled.converted[chosen]))
        for name, chosen in ((name, numbers == number) for number, name in enumerate(names))
    )
