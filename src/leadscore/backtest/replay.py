"""Scoring again what was known then.

In: a model, facts, a history, moments. Out: for each moment its candidates, with their scores as of
then and what became of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.backtest.history import NEVER, History, local_days
from leadscore.conditions import GRADE, OVERALL
from leadscore.days import Offsets, end_of_day, offsets
from leadscore.inputs.facts import Facts
from leadscore.model import Dimension, ScoringModel
from leadscore.results import Scores
from leadscore.statistics.observations import Flags, Integers

GRADES: Final = "#grade"
"""Where the grade stands among the bands; no dimension can have this name."""


class Engine(Protocol):
    """Scores everybody as of a moment, as `leadscore.engines.duckdb.score` does."""

    def __call__(
        self, model: ScoringModel, facts: Facts, as_of: int, *, contributions: bool
    ) -> Scores:
        """Scores of all leads that are known as of a moment."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """Leads as they were scored at some moment, and what became of them.

    Shape: one entry per observation; `leads` are positions in the history. `bands` are the numbers
    of bands by dimension, and of grades under GRADES; `met` is by definition.
    Units: scores in milli-points; `days` in whole local days until conversion, or until the lead
    was last known not to have converted.
    """

    leads: Integers
    is_complete: Flags
    """Whether the whole horizon was observed."""
    converted: Flags
    """Whether the lead was won within the horizon."""
    days: Integers
    scores: Mapping[str, Integers]
    bands: Mapping[str, Integers]
    met: Mapping[str, Flags]

    def where(self, chosen: Flags) -> Observations:
        """Only the chosen observations."""
        return Observations(
            leads=self.leads[chosen],
            is_complete=self.is_complete[chosen],
            converted=self.converted[chosen],
            days=self.days[chosen],
            scores={name: column[chosen] for name, column in self.scores.items()},
            bands={name: column[chosen] for name, column in self.bands.items()},
            met={name: column[chosen] for name, column in self.met.items()},
        )

    def complete(self) -> Observations:
        """Those whose whole horizon was observed: the only ones that a rate may count."""
        return self.where(self.is_complete)


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The candidates of one moment."""

    as_of: int
    is_complete: bool
    observations: Observations


def joined(parts: Sequence[Observations]) -> Observations:
    """Several groups of observations as one; at least one group."""
    return Observations(
        leads=np.concatenate([part.leads for part in parts]),
        is_complete=np.concatenate([part.is_complete for part in parts]),
        converted=np.concatenate([part.converted for part in parts]),
        days=np.concatenate([part.days for part in parts]),
        scores={
            name: np.concatenate([part.scores[name] for part in parts]) for name in parts[0].scores
        },
        bands={
            name: np.concatenate([part.bands[name] for part in parts]) for name in parts[0].bands
        },
        met={name: np.concatenate([part.met[name] for part in parts]) for name in parts[0].met},
    )


def nothing(model: ScoringModel) -> Observations:
    """No observation at all."""
    none, no_flags = np.zeros(0, np.int64), np.zeros(0, np.bool_)
    return Observations(
        leads=none,
        is_complete=no_flags,
        converted=no_flags,
        days=none,
        scores=dict.fromkeys(_score_names(model), none),
        bands=dict.fromkeys(_band_keys(model), none),
        met={definition.name: no_flags for definition in model.definitions},
    )


class Replay:
    """A model held against a history, moment by moment."""

    def __init__(
        self,
        model: ScoringModel,
        facts: Facts,
        history: History,
        horizon_days: int,
        engine: Engine,
    ) -> None:
        self._model, self._facts, self._engine = model, facts, engine
        self._history, self._horizon_days = history, horizon_days
        self._offsets: Offsets = offsets(model.time_zone)
        self._won_on = local_days(self._offsets, history.won_at)

    def snapshots(self, moments: Sequence[int]) -> Iterator[Snapshot]:
        """One snapshot for each moment; it is scored when asked for."""
        return (self.snapshot(moment) for moment in moments)

    def snapshot(self, as_of: int) -> Snapshot:
        """The candidates of one moment with their scores as of then."""
        table = self._engine(self._model, self._facts, as_of, contributions=False).table
        leads, is_candidate = self._history.candidates(table["lead_id"], as_of)
        table, leads = table.filter(pa.array(is_candidate)), leads[is_candidate]
        converted, days = self._aftermath(leads, as_of)
        is_complete = self.is_complete(as_of)
        return Snapshot(
            as_of,
            is_complete,
            Observations(
                leads=leads,
                is_complete=np.full(leads.size, is_complete),
                converted=converted,
                days=days,
                scores=_scores(self._model, table),
                bands=_bands(self._model, table),
                met={
                    definition.name: _flags(table[definition.name])
                    for definition in self._model.definitions
                },
            ),
        )

    def is_complete(self, as_of: int) -> bool:
        """Whether the horizon after a moment was observed to its end."""
        last_day = self._offsets.local_day(as_of) + self._horizon_days
        return end_of_day(last_day, self._model.time_zone) <= self._history.observed_until

    def days_observed(self, as_of: int) -> int:
        """For how many local days after the day of a moment something is known."""
        until = self._offsets.local_day(self._history.observed_until)
        return until - self._offsets.local_day(as_of)

    def _aftermath(self, leads: Integers, as_of: int) -> tuple[Flags, Integers]:
        """Whether each lead was won within the horizon, and the days until then.

        A lost lead stays among the open ones: it can no longer convert, which is not the same as
        not being watched any more.
        """
        today = self._offsets.local_day(as_of)
        is_won = self._history.won_at[leads] != NEVER
        waited = np.where(is_won, self._won_on[leads] - today, self.days_observed(as_of))
        converted: Flags = is_won & (waited <= self._horizon_days)
        return converted, np.clip(waited, 0, self._horizon_days)


def band_names(dimension: Dimension) -> list[str]:
    """The names of the bands of a dimension, lowest first."""
    return [band.name for band in dimension.bands]


def _score_names(model: ScoringModel) -> list[str]:
    return [*(dimension.name for dimension in model.dimensions), OVERALL]


def _band_keys(model: ScoringModel) -> list[str]:
    names = [dimension.name for dimension in model.dimensions]
    return names if model.grade is None else [*names, GRADES]


def _scores(model: ScoringModel, table: pa.Table) -> dict[str, Integers]:
    return {name: _numbers(table[f"{name}_millipoints"]) for name in _score_names(model)}


def _bands(model: ScoringModel, table: pa.Table) -> dict[str, Integers]:
    numbers = {
        dimension.name: _numbered(table[f"{dimension.name}_band"], band_names(dimension))
        for dimension in model.dimensions
    }
    if model.grade is not None:
        numbers[GRADES] = _numbered(table[GRADE], model.grades())
    return numbers


def _numbered(column: pa.ChunkedArray, names: Sequence[str]) -> Integers:
    return _numbers(pc.index_in(column, value_set=pa.array(names, pa.string())))


def _numbers(column: pa.ChunkedArray) -> Integers:
    numbers: Integers = column.to_numpy().astype(np.int64)
    return numbers


def _flags(column: pa.ChunkedArray) -> Flags:
    flags: Flags = column.to_numpy().astype(np.bool_)
    return flags
