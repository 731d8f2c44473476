"""Real leads to look at: a shipped model on the last fifth of a bundled data set.

In: the name of a data set, a language. Out: what the page says, ready to be shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from leadscore.demo import DATA_SETS, Evaluation, evaluate, load_source
from leadscore.mapping import read_mapping
from leadscore.model import Dimension
from leadscore.report import Lang, ListedLead, wording
from leadscore.report.evaluation import DimensionResult, Line, strongest
from leadscore.report.texts import label
from leadscore.statistics import NotEnoughData

_REASONS = 3


@dataclass(frozen=True, slots=True)
class Scale:
    """A score in one dimension with its band. Units: milli-points."""

    label: str
    milli: int
    band: str
    number: int
    n_bands: int
    lines: tuple[tuple[int, str], ...]
    """What adds up to it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One lead of the list. `n_before` leads stand between it and the one shown above it."""

    lead: ListedLead
    n_before: int
    reasons: tuple[tuple[int, str], ...]
    scales: tuple[Scale, ...]


@dataclass(frozen=True, slots=True)
class BandLine:
    """One band and what came of it; `number` is None for all together."""

    label: str
    range: str
    number: int | None
    n_bands: int
    leads: int
    won: int
    rate: str
    interval: str


@dataclass(frozen=True, slots=True)
class BandTable:
    """The bands of one dimension, hottest first, and what may be said of them."""

    label: str
    lines: tuple[BandLine, ...]
    verdict: str


@dataclass(frozen=True, slots=True)
class RealLeads:
    """Everything that the page shows of one data set."""

    subtitle: str
    figures: tuple[str, ...]
    listed: tuple[Listed, ...]
    bands: tuple[BandTable, ...]
    about: tuple[tuple[str, str], ...]


def bundled() -> tuple[str, ...]:
    """The names of the data sets whose sample is part of the package."""
    return tuple(name for name, data_set in DATA_SETS.items() if data_set.has_sample)


def title(name: str, lang: Lang) -> str:
    """What a data set is called."""
    mapping = read_mapping(DATA_SETS[name].mapping)
    return label(mapping.title, mapping.name, lang)


def real_leads(name: str, lang: Lang) -> RealLeads:
    """The page of one bundled data set. The first time takes seconds: all its leads are scored."""
    evaluation = _evaluation(name)
    return RealLeads(
        wording.subtitle(evaluation, lang),
        tuple(_figures(evaluation, lang)),
        tuple(_listed(evaluation, lang)),
        tuple(_table(result, lang) for result in evaluation.dimensions),
        tuple(wording.about(evaluation, lang)),
    )


@lru_cache(maxsize=4)
def _evaluation(name: str) -> Evaluation:
    return evaluate(load_source(DATA_SETS[name]))


def _figures(evaluation: Evaluation, lang: Lang) -> Iterator[str]:
    for found in evaluation.slices:
        if not isinstance(found, NotEnoughData):
            yield wording.slice_text(found, lang)
    yield wording.auc_text(evaluation.auc, lang)


def _listed(evaluation: Evaluation, lang: Lang) -> Iterator[Listed]:
    last = 0
    for lead in evaluation.listed:
        yield Listed(
            lead,
            lead.rank - last - 1,
            _said(evaluation, strongest(lead.lines, _REASONS), lang),
            tuple(_scales(evaluation, lead, lang)),
        )
        last = lead.rank


def _said(evaluation: Evaluation, lines: Sequence[Line], lang: Lang) -> tuple[tuple[int, str], ...]:
    return tuple(
        (line.millipoints, wording.line_text(evaluation.model, line, lang)) for line in lines
    )


def _scales(evaluation: Evaluation, lead: ListedLead, lang: Lang) -> Iterator[Scale]:
    for dimension, milli, band, lines in wording.lines_by_dimension(evaluation.model, lead):
        yield Scale(
            label(dimension.label, dimension.name, lang),
            milli,
            wording.band_label(dimension, band, lang),
            _number(dimension, band),
            len(dimension.bands),
            _said(evaluation, lines, lang),
        )


def _number(dimension: Dimension, band: str) -> int:
    return [declared.name for declared in dimension.bands].index(band)


def _table(result: DimensionResult, lang: Lang) -> BandTable:
    dimension = result.dimension
    lines = []
    for row, is_total in wording.band_rows(result):
        lines.append(
            BandLine(
                "" if is_total else wording.band_label(dimension, row.band, lang),
                "" if is_total else wording.band_range(dimension, row.band, lang),
                None if is_total else _number(dimension, row.band),
                len(dimension.bands),
                row.leads,
                row.conversions,
                wording.rate_text(row.rate, lang),
                wording.interval_text(row.rate, lang),
            )
        )
    verdict = f"{wording.order_text(result, lang)} {wording.auc_text(result.auc, lang)}"
    return BandTable(label(dimension.label, dimension.name, lang), tuple(lines), verdict)
