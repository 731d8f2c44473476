"""The shipped models on all rows of their data sets: what their comments and the page say.

Collected only where the full data sets are; see the conftest beside it.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from leadscore.demo import DATA_SETS, scored_part
from leadscore.demo.held_out import split_by_time
from leadscore.statistics import Auc, Direction, NotEnoughData, Rate, TopSlice
from tests.leadscore.real_data import (
    BUNDLED,
    bundled_evaluation,
    figures_of_rules,
    full_evaluation,
    full_source,
)
from tools import data_sets_page


@pytest.mark.parametrize("name", DATA_SETS)
def test_the_figures_in_the_comments_are_those_of_the_training_part(name: str) -> None:
    source = full_source(name)
    training = scored_part(source, split_by_time(source.mapped.leads).training)
    won = dict(zip(training.table["lead_id"].to_pylist(), training.won.tolist(), strict=True))
    touched = defaultdict(set)
    for lead_id, rule_id in zip(
        training.contributions["lead_id"].to_pylist(),
        training.contributions["rule_id"].to_pylist(),
        strict=True,
    ):
        touched[rule_id].add(lead_id)
    for rule_id, figure in figures_of_rules(name).items():
        leads = touched[rule_id]
        rate = 100 * sum(won[lead] for lead in leads) / len(leads)
        assert (rule_id, f"{rate:.1f} % of {len(leads)}") == (rule_id, figure)


# The lower end that each model keeps on held-out leads; docs/data-sets.md has the figures.
KEEPS = {"bank-marketing": 0.73, "online-shoppers": 0.69, "xeducation": 0.81, "olist": 0.63}


@pytest.mark.parametrize("name", KEEPS)
def test_on_the_held_out_leads_a_model_keeps_what_it_promises(name: str) -> None:
    evaluation = full_evaluation(name)
    assert not evaluation.is_sample
    assert isinstance(evaluation.auc, Auc)
    assert evaluation.auc.low > KEEPS[name]
    top_fifth = evaluation.slices[1]
    assert isinstance(top_fifth, TopSlice)
    assert top_fifth.lift.low > 1.4
    for result in evaluation.dimensions:
        rates = [row.rate for row in result.bands.rows if isinstance(row.rate, Rate)]
        assert rates[-1].low > rates[0].high


@pytest.mark.parametrize("name", [name for name in DATA_SETS if name not in KEEPS])
def test_where_winning_is_random_no_signal_is_claimed(name: str) -> None:
    evaluation = full_evaluation(name)
    assert isinstance(evaluation.auc, Auc)
    assert evaluation.auc.low < 0.5 < evaluation.auc.high
    assert not isinstance(evaluation.dimensions[0].bands.order, NotEnoughData)
    assert evaluation.dimensions[0].bands.order.direction is Direction.NOT_SHOWN


def test_the_page_on_data_sets_says_what_the_models_reach() -> None:
    page = Path(__file__).parents[3] / "docs" / "data-sets.md"
    evaluations = {name: full_evaluation(name) for name in DATA_SETS}
    samples = {name: bundled_evaluation(name) for name in BUNDLED}
    assert page.read_text(encoding="utf-8") == data_sets_page.page(evaluations, samples) + "\n"
