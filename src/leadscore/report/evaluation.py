"""What a model reaches on the held-out leads: the ordered list, the bands, the ranking figures.

In: a mapped source, a model and its scores of the held-out leads. Out: an `Evaluation`, which
the terminal and the page show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa

from leadscore.mapping import SourceMapping
from leadscore.mapping.columns import Flags, Ints, compute, words_of
from leadscore.model import Dimension, ScoringModel
from leadscore.statistics import (
    Auc,
    BandCount,
    BandReport,
    NotEnoughData,
    Rate,
    TopSlice,
    auc,
    band_report,
    count_by_score,
    rate,
    top,
)

TOP_PERCENTS = (10.0, 20.0)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a lead's explanation: what a rule, or the limit of a cap, gave.

    Units: milli-points. `latest_on` is the lead's own calendar.
    """

    rule_id: str
    times: int | None
    latest_on: date | None
    millipoints: int


@dataclass(frozen=True, slots=True)
class ListedLead:
    """A lead of the list with everything that is shown of it."""

    rank: int
    lead_id: str
    headline: tuple[str, ...]
    overall_milli: int
    grade: str | None
    scores: tuple[tuple[Dimension, int, str], ...]
    lines: tuple[Line, ...]
    is_won: bool


@dataclass(frozen=True, slots=True)
class DimensionResult:
    """What one dimension reaches: its bands and how well it orders the leads."""

    dimension: Dimension
    bands: BandReport
    auc: Auc | NotEnoughData


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A model on leads that it has not seen."""

    mapping: SourceMapping
    is_sample: bool
    model: ScoringModel
    first_moment: datetime
    """The first moment of the held-out leads."""
    training: Rate | NotEnoughData
    held_out: Rate | NotEnoughData
    dimensions: tuple[DimensionResult, ...]
    auc: Auc | NotEnoughData
    slices: tuple[TopSlice | NotEnoughData, ...]
    listed: tuple[ListedLead, ...]
    """An extract of the list, hottest first; ranks tell where leads were left out."""


def auc_of_overall(table: pa.Table, won: Flags) -> Auc | NotEnoughData:
    """How well the overall score orders the leads of a table of scores."""
    return auc(count_by_score(milli_of(table, "overall"), won))


def milli_of(table: pa.Table, name: str) -> Ints:
    """The milli-points of one score of a table of scores."""
    return np.asarray(table[f"{name}_millipoints"].to_numpy(), np.int64)


def results_by_dimension(
    model: ScoringModel, table: pa.Table, won: Flags
) -> tuple[DimensionResult, ...]:
    """The bands and the AUC of every dimension."""
    return tuple(_dimension(dimension, table, won) for dimension in model.dimensions)


def slices_of(table: pa.Table, won: Flags) -> tuple[TopSlice | NotEnoughData, ...]:
    """What the tops of the list hold."""
    counts = count_by_score(milli_of(table, "overall"), won)
    return tuple(top(counts, percent) for percent in TOP_PERCENTS)


def share_won(won: Flags) -> Rate | NotEnoughData:
    """The share of leads that were won, with its interval."""
    return rate(int(won.sum()), len(won))


def _dimension(dimension: Dimension, table: pa.Table, won: Flags) -> DimensionResult:
    band = table[f"{dimension.name}_band"]
    counts = []
    for declared in dimension.bands:
        member = np.asarray(compute.equal(band, declared.name).to_numpy(), np.bool_)
        counts.append(
            BandCount(
                band=declared.name, leads=int(member.sum()), conversions=int((member & won).sum())
            )
        )
    ranking = auc(count_by_score(milli_of(table, dimension.name), won))
    return DimensionResult(dimension, band_report(counts), ranking)


@dataclass(frozen=True, slots=True)
class ScoredLeads:
    """Held-out leads with their scores: one row each in both tables, in the same order."""

    leads: pa.Table
    table: pa.Table
    contributions: pa.Table
    won: Flags
    days_moved: Ints


@dataclass(frozen=True, slots=True)
class Extract:
    """Which part of a long list is shown: its top, leads evenly spread between, its end."""

    hottest: int
    between: int
    coldest: int

    def ranks(self, total: int) -> list[int]:
        """The ranks that are shown of a list of so many leads, from 1."""
        spread = (total * part // (self.between + 1) for part in range(1, self.between + 1))
        last = range(max(1, total - self.coldest + 1), total + 1)
        first = range(1, min(self.hottest, total) + 1)
        return sorted({rank for rank in (*first, *spread, *last) if rank})


def listed(
    model: ScoringModel, scored: ScoredLeads, headline: tuple[str, ...], extract: Extract
) -> tuple[ListedLead, ...]:
    """Leads from hottest to coldest; equal scores stand in the order of their ids."""
    overall = milli_of(scored.table, "overall")
    ids = np.asarray(scored.table["lead_id"].to_pylist(), dtype=np.str_)
    order = np.lexsort((ids, -overall))
    ranks = extract.ranks(len(order))
    rows = order[np.asarray(ranks, np.int64) - 1]
    chosen = [str(name) for name in ids[rows]]
    lines = _lines(scored, dict(zip(chosen, scored.days_moved[rows].tolist(), strict=True)))
    facts = scored.leads.take(pa.array(rows)).to_pylist()
    scores = scored.table.take(pa.array(rows)).to_pylist()
    return tuple(
        ListedLead(
            rank=rank,
            lead_id=str(score["lead_id"]),
            headline=tuple(_shown(fact[name]) for name in headline if fact[name] is not None),
            overall_milli=int(score["overall_millipoints"]),
            grade=score["grade"],
            scores=tuple(
                (
                    dimension,
                    int(score[f"{dimension.name}_millipoints"]),
                    str(score[f"{dimension.name}_band"]),
                )
                for dimension in model.dimensions
            ),
            lines=tuple(lines.get(str(score["lead_id"]), ())),
            is_won=bool(scored.won[row]),
        )
        for rank, row, fact, score in zip(ranks, rows, facts, scores, strict=True)
    )


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _lines(scored: ScoredLeads, moved: Mapping[str, int]) -> dict[str, list[Line]]:
    """The contributions of the chosen leads, with days in their own calendar."""
    table = scored.contributions
    chosen = compute.is_in(table["lead_id"], value_set=words_of(list(moved)))
    lines: dict[str, list[Line]] = {}
    for row in table.filter(chosen).to_pylist():
        lead_id, latest = str(row["lead_id"]), row["latest_on"]
        if latest is not None:
            latest -= timedelta(days=moved[lead_id])
        lines.setdefault(lead_id, []).append(
            Line(row["rule_id"], row["times"], latest, int(row["millipoints"]))
        )
    return lines


def strongest(lines: Iterable[Line], most: int) -> list[Line]:
    """The lines that moved the score most, limits left out; those that raised it come first."""
    moving = [line for line in lines if line.millipoints and not line.rule_id.startswith("cap:")]
    moving.sort(key=lambda line: (-abs(line.millipoints), line.rule_id))
    return sorted(moving[:most], key=lambda line: line.millipoints < 0)
