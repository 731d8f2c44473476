"""Batch scoring on DuckDB against what one could write by hand, for the same scores.

In: data, models. Out: rows of ratios. The scores are asserted to be equal to those by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from string import Template

import duckdb
import pyarrow as pa

from bench.baselines import obvious, rule_tables
from bench.baselines.writing import read, touchpoint_rules
from bench.data import AS_OF, Files
from bench.measuring import Timings, by_turns
from bench.models import benchmark_model
from bench.table import Row, row_of
from leadscore.engines.duckdb import score
from leadscore.fields import model_fields
from leadscore.inputs import Facts, read_facts
from leadscore.model import ScoringModel

FLOOR, ENGINE, WITH_LINES, BY_HAND, CASE, FILTER = (
    "grouped scan (floor)",
    "leadscore",
    "leadscore with contributions",
    "rule tables by hand",
    "aggregate per rule (CASE)",
    "aggregate per rule (FILTER)",
)
MOST_OF_FLOOR: Mapping[int, float] = {30: 2.6, 100: 4.0, 300: 10.0}
MOST_OF_HAND, MOST_OF_CASE = 1.05, 0.45
_MOST_RULES: Mapping[str, int] = {FILTER: 30, CASE: 100}
"""With more, an aggregate per rule takes minutes."""


def facts_of(files: Files, model: ScoringModel) -> Facts:
    """The data of the benchmark as the engine takes it."""
    fields = model_fields(model)
    return read_facts(
        files.leads,
        files.touchpoints,
        attributes=fields.attributes,
        properties=fields.properties,
    )


def batch_rows(files: Files, n_rules: int, rounds: int) -> Iterator[Row]:
    """The engine with a model of so many rules, and what it is held against."""
    model = benchmark_model(n_rules)
    with facts_of(files, model) as facts, duckdb.connect() as connection:
        for name, table in (rule_tables.tables(model) | obvious.tables(model)).items():
            connection.register("rows", table)
            connection.execute(f'CREATE TABLE "{name}" AS FROM rows')
        contenders = _contenders(connection, files, model, facts)
        _assert_equal_scores(contenders)
        timings = by_turns(contenders, rounds)
    title = f"{n_rules} + 20 rules, {files.size.name}"
    yield from _rows(title, timings, n_rules)


def _contenders(
    connection: duckdb.DuckDBPyConnection, files: Files, model: ScoringModel, facts: Facts
) -> dict[str, Callable[[], pa.Table]]:
    def by_sql(query: str) -> Callable[[], pa.Table]:
        return lambda: connection.sql(query).to_arrow_table()

    contenders = {
        FLOOR: by_sql(Template(read("floor.sql")).substitute(touchpoints=files.touchpoints)),
        ENGINE: lambda: score(model, facts, AS_OF, contributions=False).table,
        WITH_LINES: lambda: score(model, facts, AS_OF, contributions=True).table,
        BY_HAND: by_sql(rule_tables.query(model, files)),
        CASE: by_sql(obvious.query(model, files)),
        FILTER: by_sql(obvious.query(model, files, filters=True)),
    }
    n_rules = len(touchpoint_rules(model))
    return {
        name: run for name, run in contenders.items() if n_rules <= _MOST_RULES.get(name, n_rules)
    }


def _assert_equal_scores(contenders: Mapping[str, Callable[[], pa.Table]]) -> None:
    """All but the floor give the same points, bands, grades and definitions for every lead.

    Raises: AssertionError with the first contender that differs.
    """
    expected = contenders[ENGINE]()
    for name, run in contenders.items():
        found = run().sort_by("lead_id")
        if name != FLOOR and not found.cast(expected.schema).equals(expected):
            raise AssertionError(f"{name} and {ENGINE} give different scores")


def _rows(title: str, timings: Mapping[str, Timings], n_rules: int) -> Iterator[Row]:
    floor, engine = timings[FLOOR], timings[ENGINE]
    yield row_of(f"{title}: {FLOOR}", floor)
    yield row_of(f"{title}: {ENGINE}", engine, FLOOR, floor, MOST_OF_FLOOR.get(n_rules))
    yield row_of(f"{title}: {ENGINE}", engine, BY_HAND, timings[BY_HAND], MOST_OF_HAND)
    if CASE in timings:
        yield row_of(f"{title}: {ENGINE}", engine, CASE, timings[CASE], MOST_OF_CASE)
    if FILTER in timings:
        yield row_of(f"{title}: {ENGINE}", engine, FILTER, timings[FILTER])
    yield row_of(f"{title}: {WITH_LINES}", timings[WITH_LINES], ENGINE, engine)
    yield row_of(f"{title}: {BY_HAND}", timings[BY_HAND], FLOOR, floor)
