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

from leadscore.days import offsets
from leadscore.fields import COMPANY_ID
from leadscore.inputs.facts import Facts
from leadscore.model import ScoringModel
from leadscore.progress import Progress
from leadscore.relational.counts import Counts, LeadsOfOwner, Need, need_of
from leadscore.relational.finish import Block
from leadscore.relational.questions import Moment, add_tables, prepared_questions
from leadscore.relational.steps import OWNERS, TOUCHPOINTS, placed_matches, tallies
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
        self._moment = Moment(as_of, offsets(model.time_zone))
        facts.touchpoints_relation(connection).create_view(TOUCHPOINTS)
        self._questions = prepared_questions(
            self,
            need,
            self._moment,
            has_received_at=facts.has_received_at,
            has_ids=facts.has_touchpoint_ids,
        )
        add_tables(self, self._questions)

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
            for question in self._questions
            if question.counts_people
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
        for question in self._questions:
            if question.counts_people:
                continue
            asked = replace(question, first=first, last=last)
            if question.newest_only or self._contributions:
                counts.add_tallies(self._asked(tallies(asked), owners))
            else:
                counts.add_matches(self._asked(placed_matches(asked, leads.num_rows), owners))
        if companies is not None and companies.tallied:
            of_owner = companies.of(leads)
            for tallied in companies.tallied:
                counts.add_tallies(tallied, of_owner)
        block = Block(self._model, leads, counts, self._moment.today, lines=self._contributions)
        return block.finished()

    def column(self, query: exp.Select) -> list[object]:
        """The first column of what a query gives."""
        return [row[0] for row in self._connection.sql(query.sql(DIALECT)).fetchall()]

    def add_table(self, name: str, rows: pa.Table) -> None:
        """Rows as a table of the connection's own: scanned by every block, converted once."""
        self._connection.register("rows_to_copy", rows)
        self._connection.execute(f'CREATE TABLE "{name}" AS FROM rows_to_copy')
        self._connection.unregister("rows_to_copy")

    def _asked(self, query: exp.Select, owners: pa.Table) -> pa.Table:
        self._connection.register(OWNERS, owners)
        return self._connection.sql(query.sql(DIALECT, copy=False)).to_arrow_table()
