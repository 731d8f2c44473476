"""The real data sets for tests: the bundled samples always, the full ones where they are."""

from __future__ import annotations

import re
from functools import lru_cache

from leadscore.demo import DATA_SETS, Evaluation, evaluate, full_data_folder, load_source
from leadscore.demo.sources import LoadedSource

BUNDLED = [name for name, data_set in DATA_SETS.items() if data_set.has_sample]

_FIGURE = re.compile(
    r"^  # (?P<figure>\d+\.\d % of \d+)\b.*\n(?:  #.*\n)*  - id: (?P<rule>\S+)$", re.MULTILINE
)


def figures_of_rules(name: str) -> dict[str, str]:
    """The figure in the comment above each rule of a data set's model, by rule."""
    text = DATA_SETS[name].model.read_text(encoding="utf-8")
    return {found["rule"]: found["figure"] for found in _FIGURE.finditer(text)}


@lru_cache(maxsize=1)
def full_source(name: str) -> LoadedSource:
    """All rows of a data set."""
    return load_source(DATA_SETS[name], full_data_folder())


@lru_cache(maxsize=4)
def bundled_evaluation(name: str) -> Evaluation:
    """The model of a data set on the held-out part of its bundled sample."""
    return evaluate(load_source(DATA_SETS[name]))


@lru_cache(maxsize=8)
def full_evaluation(name: str) -> Evaluation:
    """The model of a data set on the held-out part of all its rows."""
    return evaluate(full_source(name))
