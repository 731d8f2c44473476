"""What an executor does with one block of leads: from what was counted to their scores.

In: the leads of a block and the tallies of their counters, as Arrow tables. Out: one row per lead,
its contributions inside it. Loaded on the workers, which need neither DuckDB nor the facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.model import ScoringModel
from leadscore.relational.counts import Counts, Need
from leadscore.relational.finish import Block
from leadscore.results import contribution_schema, score_schema

OWNER, COMPANY, BLOCK, LINES = "owner", "company", "block", "lines"
"""Columns beside the leads' own: the place among all leads, the company's number, the block."""
LEAD_ID = "lead_id"

TALLY_SCHEMA = pa.schema(
    [
        (OWNER, pa.int64()),
        ("counter", pa.int32()),
        ("times", pa.int64()),
        ("weight", pa.int64()),
        ("newest", pa.int64()),
        ("people", pa.int64()),
    ]
)


@dataclass(frozen=True, slots=True)
class Finishing:
    """Everything that a block needs beside its rows.

    `attributes` are the fields behind the columns a0, a1, …, whose own names Spark might not take.
    """

    model: ScoringModel
    need: Need
    today: int
    lead_id: pa.DataType
    attributes: tuple[str, ...]
    contributions: bool

    @property
    def schema(self) -> pa.Schema:
        """The columns of a finished block: owner, the scores as s0, s1, …, and the lines."""
        scores = score_schema(self.model, self.lead_id)
        fields = [pa.field(OWNER, pa.int64())]
        fields += [pa.field(f"s{number}", each.type) for number, each in enumerate(scores)]
        if self.contributions:
            line = pa.struct(list(contribution_schema(self.lead_id))[1:])
            fields.append(pa.field(LINES, pa.list_(line)))
        return pa.schema(fields)

    def finished(self, leads: pa.Table, tallied: pa.Table) -> pa.Table:
        """The scores of the leads of one block, in the order of leads.

        Shape: `leads` has the columns owner, lead_id, a0, a1, …; `tallied` those of `tallies`,
        where owner is the lead's; the result those of `schema`.
        """
        leads = leads.sort_by(OWNER)
        owners = leads.column(OWNER)
        places = np.searchsorted(owners.to_numpy(), tallied.column(OWNER).to_numpy())
        tallied = tallied.select(TALLY_SCHEMA.names).set_column(0, OWNER, pa.array(places))
        counts = Counts(self.need, leads.num_rows)
        counts.add_tallies(tallied)
        block = Block(self.model, self._named(leads), counts, self.today, lines=self.contributions)
        scores, lines = block.finished()
        columns = [owners, *scores.columns]
        if lines is not None:
            columns.append(_nested(lines, scores.column(LEAD_ID)))
        return pa.Table.from_arrays(columns, schema=self.schema)

    def _named(self, leads: pa.Table) -> pa.Table:
        columns = [LEAD_ID, *(attribute_column(n) for n in range(len(self.attributes)))]
        return leads.select(columns).rename_columns([LEAD_ID, *self.attributes])

    def opened(self, finished: pa.Table) -> tuple[pa.Table, pa.Table | None]:
        """Finished blocks, in any order, as the tables of scores and of contributions."""
        scores = [score_schema(self.model, self.lead_id).empty_table()]
        lines = [contribution_schema(self.lead_id).empty_table()]
        for run in _runs_in_order(finished):
            columns = run.columns[1 : 1 + len(scores[0].schema)]
            scores.append(pa.Table.from_arrays(columns, schema=scores[0].schema))
            if self.contributions:
                lines.append(_flat(run.column(LINES), columns[0], lines[0].schema))
        return pa.concat_tables(scores), pa.concat_tables(lines) if self.contributions else None


def attribute_column(number: int) -> str:
    """The column with the attribute of that number."""
    return f"a{number}"


def _nested(lines: pa.Table, ids: pa.ChunkedArray) -> pa.Array:
    """For each lead the list of its lines; `lines` come in the order of `ids`."""
    places = pc.index_in(lines.column(LEAD_ID), value_set=ids.combine_chunks())
    sizes = np.bincount(places.to_numpy(), minlength=len(ids))
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    rest = lines.drop_columns([LEAD_ID]).to_struct_array().combine_chunks()
    if isinstance(rest, pa.ChunkedArray):
        rest = pa.concat_arrays(rest.chunks) if rest.num_chunks else pa.array([], rest.type)
    return pa.ListArray.from_arrays(pa.array(offsets), rest)


def _flat(nested: pa.ChunkedArray, ids: pa.ChunkedArray, schema: pa.Schema) -> pa.Table:
    parts = []
    for lists, keys in zip(nested.chunks, _chunked_alike(ids, nested), strict=True):
        lines = pc.list_flatten(lists)
        owners = keys.take(pc.list_parent_indices(lists))
        parts.append(pa.Table.from_arrays([owners, *lines.flatten()], schema=schema))
    return pa.concat_tables([schema.empty_table(), *parts])


def _chunked_alike(values: pa.ChunkedArray, pattern: pa.ChunkedArray) -> Iterator[pa.Array]:
    """Values in pieces as long as the chunks of another column."""
    start = 0
    for chunk in pattern.chunks:
        yield values.slice(start, len(chunk)).combine_chunks()
        start += len(chunk)


def _runs_in_order(finished: pa.Table) -> Iterator[pa.Table]:
    """The stretches of consecutive leads, from the first lead to the last, without a copy."""
    owners = finished.column(OWNER).to_numpy()
    if not len(owners):
        return
    starts = np.concatenate([[0], np.flatnonzero(np.diff(owners) != 1) + 1])
    ends = np.append(starts[1:], len(owners))
    for each in np.argsort(owners[starts]).tolist():
        yield finished.slice(starts[each], ends[each] - starts[each])
