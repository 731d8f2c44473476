"""Scoring lead by lead in plain Python: the oracle of the other engines.

In: a model, facts, a moment. Out: scores of all leads, in the columns and order of every engine.
Meant for some thousand leads: where companies are watched, all touchpoints are held in memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

import duckdb
import pyarrow as pa

from leadscore.conditions import Row, Value
from leadscore.fields import COMPANY_ID
from leadscore.inputs.facts import LEAD_ID, Facts
from leadscore.live import Contribution, LeadScore, Scorer, Touchpoint
from leadscore.model import ScoringModel
from leadscore.progress import Progress
from leadscore.results import Scores, contribution_schema, score_schema

ROWS_AT_ONCE = 100_000

Key = str | int
History = list[Touchpoint]
_OWN_COLUMNS = ("type", "occurred_at", "received_at", "id")


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
    leads = facts.leads_as_of(as_of)
    rows = Rows(model, leads.schema.field(LEAD_ID).type)
    if progress is not None:
        progress.started(leads.num_rows, "score")
    with duckdb.connect() as connection:
        for lead_id, found in _scored(
            Scorer(model), leads, _histories(facts, leads, connection), as_of
        ):
            rows.add(lead_id, found)
            if progress is not None:
                progress.advanced()
    lines = rows.contributions() if contributions else None
    return Scores(model, as_of, rows.scores(), lines, facts.rejects)


def _scored(
    scorer: Scorer, leads: pa.Table, histories: Iterator[tuple[Key, History]], as_of: int
) -> Iterator[tuple[Key, LeadScore]]:
    """Each lead with its score, in the order of leads."""
    if scorer.watches_companies:
        everybody = dict(histories)
        colleagues = _colleagues(leads, everybody)
        for lead_id, attributes in _attributes(leads):
            own = everybody.get(lead_id, [])
            yield lead_id, scorer.score(attributes, own, as_of, colleagues(lead_id, attributes))
        return
    following = next(histories, None)
    for lead_id, attributes in _attributes(leads):
        own = []
        if following is not None and following[0] == lead_id:
            own, following = following[1], next(histories, None)
        yield lead_id, scorer.score(attributes, own, as_of)


def _attributes(leads: pa.Table) -> Iterator[tuple[Key, Row]]:
    """Each lead with its attributes by field."""
    names = [name for name in leads.column_names if name != LEAD_ID]
    for batch in leads.select([LEAD_ID, *names]).to_batches(ROWS_AT_ONCE):
        for lead_id, *values in zip(*(column.to_pylist() for column in batch), strict=True):
            yield lead_id, dict(zip(names, values, strict=True))


def _colleagues(
    leads: pa.Table, everybody: Mapping[Key, History]
) -> Callable[[Key, Row], dict[str, Sequence[Touchpoint]]]:
    """A function that gives the touchpoints of everyone else in a lead's company, by person."""
    members: defaultdict[Value, list[Key]] = defaultdict(list)
    for lead_id, attributes in _attributes(leads):
        members[attributes.get(COMPANY_ID)].append(lead_id)

    def others(lead_id: Key, attributes: Row) -> dict[str, Sequence[Touchpoint]]:
        company = attributes.get(COMPANY_ID)
        if company is None:
            return {}
        return {str(m): everybody[m] for m in members[company] if m != lead_id and m in everybody}

    return others


def _histories(
    facts: Facts, leads: pa.Table, connection: duckdb.DuckDBPyConnection
) -> Iterator[tuple[Key, History]]:
    """The leads that have touchpoints, in the order of leads, each with all of them."""
    known = connection.from_arrow(leads.select([LEAD_ID])).set_alias("known")
    touchpoints = facts.touchpoints_relation(connection).set_alias("touchpoints")
    ours = touchpoints.join(known, "touchpoints.lead_id = known.lead_id", how="semi")
    rows = _rows(ours.order(LEAD_ID).to_arrow_reader(ROWS_AT_ONCE), list(facts.properties))
    for lead_id, found in groupby(rows, itemgetter(0)):
        yield lead_id, [touchpoint for _, touchpoint in found]


def _rows(reader: pa.RecordBatchReader, properties: list[str]) -> Iterator[tuple[Key, Touchpoint]]:
    for batch in reader:
        columns = (batch.column(name).to_pylist() for name in (LEAD_ID, *_OWN_COLUMNS, *properties))
        for lead_id, type_, occurred_at, received_at, id_, *values in zip(*columns, strict=True):
            held = dict(zip(properties, values, strict=True))
            yield lead_id, Touchpoint(type_, occurred_at, received_at, id_, held)


class Rows:
    """The results of single leads, on their way into tables."""

    def __init__(self, model: ScoringModel, lead_id: pa.DataType) -> None:
        self._schema = score_schema(model, lead_id)
        self._line_schema = contribution_schema(lead_id)
        self._scores: list[tuple[object, ...]] = []
        self._lines: list[tuple[Key, Contribution]] = []

    def add(self, lead_id: Key, found: LeadScore) -> None:
        """Takes over the result of one lead."""
        points = (
            value for name, score in found.scores.items() for value in (score, found.bands[name])
        )
        judged = (found.overall, found.grade, *found.definitions.values(), *found.kept.values())
        self._scores.append((lead_id, *points, *judged))
        self._lines += ((lead_id, line) for line in found.contributions)

    def scores(self) -> pa.Table:
        """The rows of scores."""
        return _table(self._scores, self._schema)

    def contributions(self) -> pa.Table:
        """The rows of contributions."""
        days = pa.schema([(f.name, _plain(f.type)) for f in self._line_schema])
        return _table([(lead_id, *line) for lead_id, line in self._lines], days).cast(
            self._line_schema
        )


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _plain(found: pa.DataType) -> pa.DataType:
    """Dates as the day numbers that they are made of."""
    return pa.int32() if pa.types.is_date(found) else found
