"""Batch scoring on DuckDB in memory, a block of leads at a time.

In: a model, facts, a moment. Out: scores of all leads. A block is the unit of memory and progress.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise, zip_longest

import duckdb
import numpy as np
import pyarrow as pa
from sqlglot import exp

from leadscore.conditions import Scope
from leadscore.days import offsets
from leadscore.engines.kept import Finished, KeptBlocks
from leadscore.fields import COMPANY_ID
from leadscore.inputs.facts import Facts
from leadscore.model import ScoringModel
from leadscore.progress import Progress
from leadscore.relational.counts import Counts, LeadsOfOwner, Need, need_of
from leadscore.relational.finish import Block
from leadscore.relational.questions import Moment, add_tables, prepared_questions
from leadscore.relational.steps import (
    OWNERS,
    TOUCHPOINTS,
    Question,
    id_hashes,
    packed_matches,
    tallies,
)
from leadscore.relational.tallying import tallied
from leadscore.relational.vectors import Numbers
from leadscore.results import Scores, contribution_schema, score_schema

DIALECT = "duckdb"
CONFIG: dict[str, str | bool | int | float | list[str]] = {"enable_external_file_cache": False}
"""Blocks read what no block before them has read: what was read need not be kept."""
MOST_LEADS_IN_BLOCK = 1 << 17
TOUCHPOINTS_IN_BLOCK = 1 << 22
"""How many touchpoints, on average, a block may have: their matches are held in memory."""
LARGER_BLOCKS = 8
"""How many times larger blocks are where each takes a scan of all touchpoints."""
ROWS_LOOKED_AT = 4096


def score(
    model: ScoringModel,
    facts: Facts,
    as_of: int,
    *,
    contributions: bool = True,
    progress: Progress | None = None,
    kept: KeptBlocks | None = None,
) -> Scores:
    """Scores of all leads that are known as of a moment.

    Blocks that are `kept` from an earlier run are taken as they are; others are kept when finished.
    Units: `as_of` in microseconds since 1970 UTC.
    """
    leads = facts.leads_as_of(as_of)
    need = need_of(model, evidence=contributions)
    tables: list[pa.Table] = []
    lines: list[pa.Table] = []
    with duckdb.connect(config=CONFIG) as connection:
        run = _Run(connection, model, facts, as_of, need, contributions=contributions)
        companies = run.companies(leads) if need.watches_companies else None
        size = run.block_size(leads.num_rows)
        blocks = [leads.slice(start, size) for start in range(0, leads.num_rows, size)]
        if progress is not None:
            progress.started(len(blocks), "score")
        # Closed before the connection is: a query that still runs then would bring everything down.
        with closing(_finished(run, blocks, size, companies, kept)) as finished:
            for table, block_lines in finished:
                tables.append(table)
                if block_lines is not None:
                    lines.append(block_lines)
                if progress is not None:
                    progress.advanced(1)
    id_type = leads.schema.field("lead_id").type
    table = pa.concat_tables([score_schema(model, id_type).empty_table(), *tables])
    lined = pa.concat_tables([contribution_schema(id_type).empty_table(), *lines])
    return Scores(model, as_of, table, lined if contributions else None, facts.rejects)


def _finished(
    run: _Run,
    blocks: Sequence[pa.Table],
    size: int,
    companies: _Companies | None,
    kept: KeptBlocks | None,
) -> Generator[Finished]:
    """Scores and contributions, block after block; what is kept is not scored again."""
    known = [None if kept is None else kept.read(block) for block in blocks]
    waiting = [block for block, found in zip(blocks, known, strict=True) if found is None]
    with closing(_ahead(waiting, partial(run.matches, size=size))) as ahead:
        for found in known:
            if found is not None:
                yield found
                continue
            block, matches = next(ahead)
            scored = run.scored(block, matches, size, companies)
            if kept is not None:
                kept.write(block, scored)
            yield scored


def _ahead(
    blocks: Sequence[pa.Table], fetch: Callable[[pa.Table], Numbers]
) -> Generator[tuple[pa.Table, Numbers]]:
    """Each block with what is fetched for it, while the next is being fetched."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        fetched = [pool.submit(fetch, block) for block in blocks[:1]]
        for block, following in zip_longest(blocks, blocks[1:]):
            matches = fetched.pop().result()
            if following is not None:
                fetched.append(pool.submit(fetch, following))
            yield block, matches


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
            has_ids=facts.has_touchpoint_ids and need.watches_companies,
            newest_apart=(Scope.COMPANY,),
        )
        add_tables(self, self._questions)
        self._checks_blocks = facts.has_touchpoint_ids and not need.watches_companies

    def companies(self, leads: pa.Table) -> _Companies:
        """What the touchpoints of each company's leads add up to."""
        if COMPANY_ID not in leads.column_names:
            return _Companies({}, ())
        known = leads.filter(leads.column(COMPANY_ID).is_valid())
        ids = known.column(COMPANY_ID).combine_chunks().dictionary_encode()
        numbers = {each: number for number, each in enumerate(ids.dictionary.to_pylist())}
        owners = {"lead_id": known.column("lead_id"), "owner": ids.indices.cast(pa.int64())}
        self.add_table(OWNERS, pa.table(owners))
        tables = tuple(
            self._asked(tallies(question)) for question in self._questions if question.counts_people
        )
        return _Companies(numbers, tables)

    def block_size(self, n_leads: int) -> int:
        """How many leads a block has."""
        n_touchpoints = self._connection.view(TOUCHPOINTS).shape[0]
        fitting = TOUCHPOINTS_IN_BLOCK * n_leads // max(1, n_touchpoints)
        size = max(1024, min(MOST_LEADS_IN_BLOCK, fitting))
        return size if self._are_by_lead() else size * LARGER_BLOCKS

    def _are_by_lead(self) -> bool:
        """Whether the touchpoints seem to lie in the order of leads."""
        rows = self._connection.view(TOUCHPOINTS).project("lead_id").limit(ROWS_LOOKED_AT)
        return all(before <= after for before, after in pairwise(rows.fetchall()))

    def matches(self, leads: pa.Table, size: int) -> Numbers:
        """What the touchpoints of a block of leads feed, as packed matches."""
        question = self._question_of_leads()
        if question is None:
            return np.zeros(0, np.int64)
        ids = leads.column("lead_id")
        first, last = ids[0].as_py(), ids[-1].as_py()
        are_numbered = isinstance(first, int) and last - first == len(ids) - 1
        if not are_numbered:
            self.add_table(OWNERS, pa.table({"lead_id": ids, "owner": np.arange(len(ids))}))
        asked = replace(question, first=first, last=last, are_numbered=are_numbered)
        if self._checks_blocks:
            asked = replace(asked, may_repeat=self._may_repeat(asked))
        query = packed_matches(asked, size, _age_bits(question))
        found: Numbers = self._asked(query)["match"].to_numpy()
        return found

    def _may_repeat(self, question: Question) -> bool:
        """Whether some id comes twice for one of the leads; hardly ever said without need."""
        hashed = np.sort(self._asked(id_hashes(question))["hashed"].to_numpy())
        return bool((hashed[1:] == hashed[:-1]).any())

    def scored(
        self, leads: pa.Table, matches: Numbers, size: int, companies: _Companies | None
    ) -> tuple[pa.Table, pa.Table | None]:
        """Scores and contributions of one block of leads."""
        counts = Counts(self._need, leads.num_rows)
        question = self._question_of_leads()
        if question is not None:
            for number, tally in tallied(
                matches, question.feeds.counters, size, _age_bits(question)
            ):
                counts.add(number, tally)
        if companies is not None and companies.tallied:
            of_owner = companies.of(leads)
            for table in companies.tallied:
                counts.add_tallies(table, of_owner)
        block = Block(self._model, leads, counts, self._moment.today, lines=self._contributions)
        return block.finished()

    def _question_of_leads(self) -> Question | None:
        """The question for counters that only look at a lead's own touchpoints."""
        return next((each for each in self._questions if not each.counts_people), None)

    def column(self, query: exp.Select) -> list[object]:
        """The first column of what a query gives."""
        return [row[0] for row in self._connection.sql(query.sql(DIALECT)).fetchall()]

    def add_table(self, name: str, rows: pa.Table) -> None:
        """Rows as a table of the connection's own, in place of any of that name.

        Unlike rows that stay in Arrow it has statistics, without which joins are much slower.
        """
        self._connection.register("rows_to_copy", rows)
        self._connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS FROM rows_to_copy')
        self._connection.unregister("rows_to_copy")

    def _asked(self, query: exp.Select) -> pa.Table:
        # Without parameters: a prepared statement is planned without knowing their values.
        return self._connection.sql(query.sql(DIALECT, copy=False)).to_arrow_table()


def _age_bits(question: Question) -> int:
    return question.oldest_age.bit_length()
