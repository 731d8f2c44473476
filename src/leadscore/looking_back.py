"""A backtest from what a user has: reads facts and outcomes, and runs it.

In: a model, sources, outcomes. Out: the backtest and the rows that were left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from leadscore.backtest import Backtest, Every, backtest
from leadscore.backtest.history import NEVER
from leadscore.engines import duckdb
from leadscore.inputs import Rows, read_outcomes
from leadscore.inputs.rejects import joined_rejects
from leadscore.model import ScoringModel
from leadscore.progress import Progress
from leadscore.scoring import Engine, Sources


@dataclass(frozen=True, slots=True, eq=False)
class LookedBack:
    """A backtest, and the rejects of everything that was read for it."""

    backtest: Backtest
    rejects: pa.Table


def look_back(
    model: ScoringModel,
    sources: Sources,
    outcomes: Rows,
    *,
    horizon_days: int,
    every: Every = "month",
    observed_until: int | None = None,
    engine: Engine = duckdb.score,
    progress: Progress | None = None,
) -> LookedBack:
    """How the scores of the past agree with the outcomes that followed.

    Units: `observed_until` in microseconds since 1970 UTC; by default the last touchpoint or
    outcome.
    Raises: InvalidInput with everything that is wrong with the sources.
    """
    with sources.facts([model], progress) as facts:
        ended = read_outcomes(outcomes, leads=facts.leads_as_of(NEVER))
        answer = backtest(
            model,
            facts,
            ended.table,
            horizon_days=horizon_days,
            every=every,
            observed_until=observed_until,
            engine=engine,
            progress=progress,
        )
        return LookedBack(answer, joined_rejects([facts.rejects, ended.rejects]))
