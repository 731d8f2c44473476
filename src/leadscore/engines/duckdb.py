"""Batch scoring on DuckDB in memory, a block of leads at a time.

In: a model, facts, a moment. Out: scores of all leads. A block is the unit of memory and progress.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pyarrow as pa
from sqlglot import exp

from leadscore.conditions import Scope
from leadscore.days import offsets
from leadscore.fields import COMPANY_ID
from leadscore.inputs.facts import Facts
from leadscore.model import ScoringModel
from leadscore.progress import Progress
from leadscore.relational.classes import PropertyClasses
from leadscore.relational.counts import Counts, Family, LeadsOfOwner, Need, need_of
from leadscore.relational.feeds import make_feeds, newest_table
from leadscore.relational.finish import Block
from leadscore.relational.steps import (
    FEEDS,
    KINDS,
    NEWEST,
    OWNERS,
    TOUCHPOINTS,
    TYPES,
    Question,
    classes_table,
    oldest_touchpoint,
    placed_matches,
    repeated_ids,
    tallies,
    values_of,
)
from leadscore.relational.vocabulary import compared_properties, property_classes
from leadscore.results import Scores, contribution_schema, score_schema

DIALECT = "duckdb"
BLOCK_BYTES = 128 << 20
"""How much memory the counts of one block may take."""
MOST_LEADS_IN_BLOCK = 1 << 17


def score(
    model: ScoringModel,
    facts: Facts,
    as_of: int,
    *,
    contributions: bool = True,
    progress: Progress | None = None,
) -> Scores:
    """Scores of all leads that are known as of a moment.

    Units: `as_of` in microseconds since 1970 UTC.
    """
    leads = facts.leads_as_of(as_of).sort_by("lead_id")
    need = need_of(model, evidence=contributions)
    tables: list[pa.Table] = []
    lines: list[pa.Table] = []
    with duckdb.connect() as connection:
        run = _Run(connection, model, facts, as_of, need, contributions=contributions)
        companies = run.companies(leads) if need.watches_companies else None
        blocks = list(_blocks(leads, need, detailed=contributions))
        if progress is not None:
            progress.started(len(blocks), "score")
        for block in blocks:
            table, block_lines = run.scored(block, companies)
            tables.append(table)
            if block_lines is not None:
                lines.append(block_lines)
            if progress is not None:
                progress.advanced(1)
    id_type = leads.schema.field("lead_id").type
    table = pa.concat_tables([score_schema(model, id_type).empty_table(), *tables])
    lined = pa.concat_tables([contribution_schema(id_type).empty_table(), *lines])
    return Scores(model, as_of, table, lined if contributions else None, facts.rejects)


def _blocks(leads: pa.Table, need: Need, *, detailed: bool) -> Iterator[pa.Table]:
    """The leads in blocks whose counts fit the memory that a block may take."""
    matrices = 4 if detailed or need.watches_companies else 1
    size = BLOCK_BYTES // (8 * matrices * max(1, len(need.counters)))
    size = max(1024, min(MOST_LEADS_IN_BLOCK, size))
    for start in range(0, leads.num_rows, size):
        yield leads.slice(start, size)


@dataclass(frozen=True, slots=True)
class _Companies:
    """The companies of all leads, and what was counted for them."""

    numbers: Mapping[object, int]
    tallied: tuple[pa.Table, ...]

    def of(self, leads: pa.Table) -> LeadsOfOwner:
        """Which company each lead of a block belongs to."""
        ids = leads.column(COMPANY_ID).to_pylist()
        return LeadsOfOwner(np.array([self.numbers.get(each, -1) for each in ids], np.int64))


class _Run:
    """One execution: the tables that the queries join to, and the queries."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        model: ScoringModel,
        facts: Facts,
        as_of: int,
        need: Need,
        *,
        contributions: bool,
    ) -> None:
        self._connection, self._model, self._need = connection, model, need
        self._contributions = contributions
        self._as_of = as_of
        self._offsets = offsets(model.time_zone)
        facts.touchpoints_relation(connection).create_view(TOUCHPOINTS)
        self._properties = self._classes()
        self._oldest_age = self._age_of_oldest()
        self._has_received_at = facts.has_received_at
        self._may_repeat = facts.has_touchpoint_ids and self._repeats()
        self._questions = {
            (family.scope, family.picks_newest): self._prepared(family)
            for family in need.families()
        }

    def companies(self, leads: pa.Table) -> _Companies:
        """What the touchpoints of each company's leads add up to."""
        if COMPANY_ID not in leads.column_names:
            return _Companies({}, ())
        known = leads.filter(leads.column(COMPANY_ID).is_valid())
        ids = known.column(COMPANY_ID).combine_chunks().dictionary_encode()
        numbers = {each: number for number, each in enumerate(ids.dictionary.to_pylist())}
        owners = pa.table(
            {"lead_id": known.column("lead_id"), "owner": ids.indices.cast(pa.int64())}
        )
        tallied = tuple(
            self._asked(tallies(question), owners)
            for (scope, _), question in self._questions.items()
            if scope is Scope.COMPANY
        )
        return _Companies(numbers, tallied)

    def scored(
        self, leads: pa.Table, companies: _Companies | None
    ) -> tuple[pa.Table, pa.Table | None]:
        """Scores and contributions of one block of leads."""
        counts = Counts(self._need, leads.num_rows, detailed=self._contributions)
        ids = leads.column("lead_id")
        owners = pa.table({"lead_id": ids, "owner": np.arange(leads.num_rows)})
        first, last = ids[0].as_py(), ids[-1].as_py()
        for (scope, picks_newest), question in self._questions.items():
            if scope is Scope.COMPANY:
                continue
            asked = replace(question, first=first, last=last)
            if picks_newest or self._contributions:
                counts.add_tallies(self._asked(tallies(asked), owners))
            else:
                counts.add_matches(self._asked(placed_matches(asked, leads.num_rows), owners))
        if companies is not None and companies.tallied:
            of_owner = companies.of(leads)
            for tallied in companies.tallied:
                counts.add_tallies(tallied, of_owner)
        today = self._offsets.local_day(self._as_of)
        block = Block(self._model, leads, counts, today, lines=self._contributions)
        return block.finished()

    def _classes(self) -> list[PropertyClasses]:
        """The classes of the properties that are compared, and the tables that text needs."""
        properties: list[PropertyClasses] = []
        for number, compared in enumerate(compared_properties(self._need.counters)):
            values: list[str] = []
            if compared.needs_values:
                found = self._connection.sql(values_of(compared.field).sql(DIALECT))
                values = [value for (value,) in found.fetchall() if value is not None]
            properties.append(property_classes(compared, values))
            if properties[-1].is_joined:
                self._table(classes_table(number), properties[-1].table())
        return properties

    def _age_of_oldest(self) -> int:
        found = self._connection.sql(oldest_touchpoint().sql(DIALECT)).fetchall()[0][0]
        if found is None:
            return 0
        return self._offsets.local_day(self._as_of) - self._offsets.local_day(found)

    def _repeats(self) -> bool:
        return bool(self._connection.sql(repeated_ids().sql(DIALECT)).fetchall())

    def _prepared(self, family: Family) -> Question:
        """The question for a family of counters; its tables get names of their own."""
        feeds = make_feeds(family.counters, self._properties, self._oldest_age)
        ending = f"_{family.scope}_{'newest' if family.picks_newest else 'all'}"
        self._table(TYPES + ending, feeds.types)
        self._table(KINDS + ending, feeds.kinds)
        self._table(FEEDS + ending, feeds.feeds)
        if family.picks_newest:
            self._table(NEWEST + ending, newest_table(family.counters))
        return Question(
            feeds=feeds,
            offsets=self._offsets,
            as_of=self._as_of,
            tables=ending,
            has_received_at=self._has_received_at,
            may_repeat=self._may_repeat,
            newest_only=family.picks_newest,
            counts_people=family.scope is Scope.COMPANY,
        )

    def _table(self, name: str, rows: pa.Table) -> None:
        """Rows as a table of the connection's own: scanned by every block, converted once."""
        self._connection.register("rows_to_copy", rows)
        self._connection.execute(f'CREATE TABLE "{name}" AS FROM rows_to_copy')
        self._connection.unregister("rows_to_copy")

    def _asked(self, query: exp.Select, owners: pa.Table) -> pa.Table:
        self._connection.register(OWNERS, owners)
        return self._connection.sql(query.sql(DIALECT)).to_arrow_table()
