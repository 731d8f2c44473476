"""A model against history, as of then.

In: a model, facts, outcomes. Out: a `Backtest`.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from leadscore.backtest.figures import (
    MomentFigures,
    first_figures,
    moment_figures,
    pooled_figures,
)
from leadscore.backtest.gathering import Gathering
from leadscore.backtest.history import History, read_history
from leadscore.backtest.moments import Every, successive
from leadscore.backtest.notices import (
    notice_of_leak,
    notices_of_history,
    notices_of_run,
)
from leadscore.backtest.replay import Engine, Replay
from leadscore.backtest.result import Backtest
from leadscore.engines import duckdb
from leadscore.inputs.facts import Facts
from leadscore.model import ScoringModel
from leadscore.options import HORIZON_DAYS
from leadscore.progress import Progress


def backtest(  # noqa: PLR0913 - what one may ask for, by name
    model: ScoringModel,
    facts: Facts,
    outcomes: pa.Table,
    *,
    horizon_days: int = HORIZON_DAYS,
    every: Every = "month",
    moments: Sequence[int] | None = None,
    observed_until: int | None = None,
    engine: Engine = duckdb.score,
    progress: Progress | None = None,
) -> Backtest:
    """How the scores of the past, made from what was known then, agree with what followed.

    A lead is a candidate at a moment when it was known by then and had no outcome yet. It converts
    when it is won within `horizon_days` local days after the day of the moment.

    Shape: `outcomes` as in `leadscore.inputs.Outcomes.table`.
    Units: `moments` and `observed_until` in microseconds since 1970 UTC. Moments are the ends of
    months (of weeks, of every so many days) of the whole history unless given; `observed_until`
    is the last moment of which the outcomes tell, by default the last touchpoint or outcome.
    Raises: ValueError for a horizon, spacing or moment that makes no sense. A `progress` that
    raises stops the run.
    """
    if horizon_days < 1:
        raise ValueError(f"horizon_days: found {horizon_days}, a number of days from 1 is accepted")
    history = read_history(facts, outcomes, observed_until)
    chosen = _moments(model, history, every, moments)
    replay = Replay(model, facts, history, horizon_days, engine)
    gathering = Gathering(model, facts, history)
    if progress is not None:
        progress.started(len(chosen), "backtest")
    lines = []
    for snapshot in replay.snapshots(chosen):
        gathering.add(snapshot)
        lines.append(moment_figures(snapshot, replay.days_observed(snapshot.as_of), horizon_days))
        if progress is not None:
            progress.advanced()
    return _answer(model, history, gathering, tuple(lines), horizon_days)


def _moments(
    model: ScoringModel, history: History, every: Every, given: Sequence[int] | None
) -> tuple[int, ...]:
    if given is None:
        return successive(every, model.time_zone, history.starts_at, history.observed_until)
    late = [moment for moment in given if moment > history.observed_until]
    if late:
        raise ValueError(
            f"moments: found {max(late)}, beyond the end of the history; "
            f"at most {history.observed_until} is accepted"
        )
    return tuple(sorted(set(given)))


def _answer(
    model: ScoringModel,
    history: History,
    gathering: Gathering,
    moments: tuple[MomentFigures, ...],
    horizon_days: int,
) -> Backtest:
    first, unseen = gathering.first, gathering.unseen()
    n_complete = sum(moment.is_complete for moment in moments)
    return Backtest(
        model=model,
        horizon_days=horizon_days,
        observed_until=history.observed_until,
        first=first_figures(model, first, gathering.first_met, horizon_days),
        pooled=pooled_figures(model, gathering.pooled),
        moments=moments,
        unseen=unseen,
        notices=(
            *notices_of_history(history, model, horizon_days),
            *notices_of_run(
                unseen, first.leads.size, int(history.won.sum()), n_complete, horizon_days
            ),
            *map(notice_of_leak, gathering.leaks()),
        ),
    )
