"""From what a user has to scores: reads the facts, finds the engine, runs it.

In: a model, rows, a moment, the name of an engine. Out: scores. Temporary files go with the run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from leadscore.compare import Differences, compare
from leadscore.conditions import FieldType
from leadscore.engines import duckdb, live
from leadscore.errors import UnsupportedByEngine
from leadscore.fields import model_fields
from leadscore.inputs import Facts, Rows, read_facts
from leadscore.model import ScoringModel
from leadscore.options import known_engine
from leadscore.progress import Progress
from leadscore.results import Scores

Engine = Callable[..., Scores]
"""score(model, facts, as_of, *, contributions, progress) -> Scores"""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the facts are: leads, touchpoints, and attribute changes where there are any."""

    leads: Rows
    touchpoints: Rows
    attribute_changes: Rows | None = None

    def facts(self, models: Sequence[ScoringModel], progress: Progress | None = None) -> Facts:
        """The facts as far as the models need them, read once for all of them."""
        attributes, properties = fields_of(models)
        return read_facts(
            self.leads,
            self.touchpoints,
            attributes=attributes,
            properties=properties,
            attribute_changes=self.attribute_changes,
            progress=_Telling(progress) if progress else None,
        )


Fields = dict[str, FieldType]


def fields_of(models: Sequence[ScoringModel]) -> tuple[Fields, Fields]:
    """The attributes and the touchpoint properties that the models ask for together.

    Raises: FieldsDiffer when one of them has a type in one model and another type in the other.
    """
    attributes: Fields = {}
    properties: Fields = {}
    for model in models:
        found = model_fields(model)
        for known, asked in ((attributes, found.attributes), (properties, found.properties)):
            for name, kind in asked.items():
                known[name] = _joint(name, known.get(name, FieldType.ANY), kind)
    return attributes, properties


class FieldsDiffer(ValueError):
    """A field that is of one type in one model and of another in the other."""


def _joint(name: str, one: FieldType, other: FieldType) -> FieldType:
    if FieldType.ANY in (one, other) or one is other:
        return other if one is FieldType.ANY else one
    raise FieldsDiffer(f"{name} is {one} in one model and {other} in the other")


def score(
    model: ScoringModel,
    sources: Sources,
    as_of: int,
    *,
    engine: Engine = duckdb.score,
    contributions: bool = True,
    progress: Progress | None = None,
) -> Scores:
    """Scores of all leads as of a moment.

    Raises: InvalidInput with everything that is wrong with the sources.
    """
    with sources.facts([model], progress) as facts:
        return engine(model, facts, as_of, contributions=contributions, progress=progress)


def score_both(
    before: ScoringModel,
    after: ScoringModel,
    sources: Sources,
    as_of: int,
    *,
    engine: Engine = duckdb.score,
    progress: Progress | None = None,
) -> Differences:
    """What another model changes, over the same facts.

    Where the models read a field as different types, each reads the facts by itself.
    """
    try:
        fields_of([before, after])
    except FieldsDiffer:
        results = [
            score(model, sources, as_of, engine=engine, contributions=False, progress=progress)
            for model in (before, after)
        ]
        return compare(*results)
    with sources.facts([before, after], progress) as facts:
        results = [
            engine(model, facts, as_of, contributions=False, progress=progress)
            for model in (before, after)
        ]
    return compare(*results)


def engine_of(name: str, spark_master: str | None = None) -> Engine:
    """An engine by its name.

    Raises: InvalidInput for an unknown one; UnsupportedByEngine where Spark is not installed.
    """
    known_engine(name)
    if name == "spark":
        return _spark(spark_master)
    return live.score if name == "live" else duckdb.score


def _spark(master: str | None) -> Engine:
    if find_spec("pyspark") is None:
        raise UnsupportedByEngine(
            "the engine spark needs PySpark, which is not installed: pip install 'lejek[spark]'"
        )
    from leadscore.engines import spark  # noqa: PLC0415 - an extra that need not be there

    def run(
        model: ScoringModel,
        facts: Facts,
        as_of: int,
        *,
        contributions: bool = True,
        progress: Progress | None = None,
    ) -> Scores:
        return spark.score(
            model, facts, as_of, contributions=contributions, progress=progress, master=master
        )

    return run


class _Telling:
    """Tells a `Progress` what the reader of facts reports."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._n_done = -1

    def __call__(self, _: str, n_done: int, n_all: int) -> None:
        if self._n_done < 0:
            self._progress.started(n_all, "read")
            self._n_done = 0
        if n_done > self._n_done:
            self._progress.advanced(n_done - self._n_done)
            self._n_done = n_done
