"""From the text of a model document to something that scores.

In: nothing. Out: the time for a model of 300 rules.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.measuring import by_turns
from bench.models import PAGES, benchmark_model
from bench.table import Row, row_of, seconds
from leadscore.document import read_model, write_yaml
from leadscore.live import Scorer
from leadscore.model import ScoringModel
from leadscore.relational.counts import need_of
from leadscore.relational.feeds import make_feeds
from leadscore.relational.vocabulary import compared_properties, property_classes

N_RULES = 280
MOST_SECONDS = 0.150
_OLDEST_AGE = 400


def compile_rows(rounds: int) -> Iterator[Row]:
    """A YAML document of 300 rules, read, checked and made ready for each engine."""
    text = write_yaml(benchmark_model(N_RULES))
    model = read_model(text).sound_model()
    if model != benchmark_model(N_RULES):
        raise AssertionError("the document does not give the model that it was written from")
    _everything(text)
    timings = by_turns(
        {
            "document": lambda: read_model(text).sound_model(),
            "live": lambda: Scorer(model),
            "batch": lambda: _ready_for_batch(model),
            "all": lambda: _everything(text),
        },
        rounds,
    )
    yield row_of("300 rules: document read and checked", timings["document"])
    yield row_of("300 rules: ready to score live", timings["live"])
    yield row_of("300 rules: tables for batch", timings["batch"])
    whole = timings["all"]
    yield Row(
        "300 rules: document to runnable, live and batch",
        seconds(whole.best),
        seconds(whole.typical),
        seconds(whole.work),
        seconds(MOST_SECONDS),
        whole.best / MOST_SECONDS,
        whole.work / MOST_SECONDS,
        1.0,
    )


def _everything(text: str) -> None:
    model = read_model(text).sound_model()
    Scorer(model)
    _ready_for_batch(model)


def _ready_for_batch(model: ScoringModel) -> None:
    """The tables that do not need the data, with the text values that it has."""
    need = need_of(model, evidence=False)
    compared = compared_properties(need.counters)
    classes = [property_classes(each, PAGES if each.needs_values else ()) for each in compared]
    for family in need.families():
        make_feeds(family.counters, classes, _OLDEST_AGE)
