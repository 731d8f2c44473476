"""A model on real leads that it has not seen: whom to call, why, and what then happened.

In: the name of a data set. Out: the list and the bands in the terminal, and what a page shows.
"""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

import leadscore
from leadscore import report
from leadscore.demo.held_out import converted, part, split_by_time
from leadscore.demo.sources import (
    DATA_SETS,
    DEFAULT,
    LoadedSource,
    full_data_folder,
    load_source,
)
from leadscore.mapping.columns import Ints, compute, in_order, whole_numbers
from leadscore.report.evaluation import (
    Evaluation,
    Extract,
    ScoredLeads,
    auc_of_overall,
    listed,
    results_by_dimension,
    share_won,
    slices_of,
)
from leadscore.report.texts import Lang

__all__ = [
    "DATA_SETS",
    "DEFAULT",
    "Evaluation",
    "evaluate",
    "full_data_folder",
    "load_source",
    "run",
]

PAGE_EXTRACT = Extract(hottest=30, between=4, coldest=5)


def run(
    data_set: str = DEFAULT,
    *,
    data: Path | None = None,
    lang: Lang = "en",
    console: Console | None = None,
) -> Evaluation:
    """Scores the held-out leads of a data set and prints what it found.

    `data` is a folder with full data sets; without it, the one beside the checkout is taken, and
    where that has none, the bundled sample.

    Raises: KeyError for an unknown data set, InvalidMapping where there are no data.
    """
    source = load_source(DATA_SETS[data_set], data or full_data_folder())
    evaluation = evaluate(source)
    report.show(evaluation, console or Console(), lang)
    return evaluation


def evaluate(source: LoadedSource, extract: Extract = PAGE_EXTRACT) -> Evaluation:
    """What the model of a data set reaches on the last fifth of its leads."""
    split = split_by_time(source.mapped.leads)
    scored = scored_part(source, split.held_out)
    model = leadscore.load(source.data_set.model)
    training = converted(in_order(source.mapped.leads, split.training), source.mapped.outcomes)
    return Evaluation(
        mapping=source.mapped.mapping,
        is_sample=source.is_sample,
        model=model.declaration,
        first_moment=split.first_moment,
        training=share_won(training),
        held_out=share_won(scored.won),
        dimensions=results_by_dimension(model.declaration, scored.table, scored.won),
        auc=auc_of_overall(scored.table, scored.won),
        slices=slices_of(scored.table, scored.won),
        listed=listed(model.declaration, scored, source.mapped.mapping.headline, extract),
    )


def scored_part(source: LoadedSource, rows: Ints) -> ScoredLeads:
    """Some leads of a source, each scored as of its own moment."""
    model = leadscore.load(source.data_set.model)
    own, won = part(source.mapped, rows, model.declaration.time_zone)
    scores = model.score(own.leads, own.touchpoints, as_of=own.as_of, contributions=True)
    place = compute.index_in(scores.table["lead_id"], value_set=own.leads["lead_id"])
    order = whole_numbers(place.combine_chunks())
    return ScoredLeads(
        leads=in_order(own.leads, order),
        table=scores.table,
        contributions=scores.contributions,
        won=won[order],
        days_moved=own.days_moved[order],
    )
