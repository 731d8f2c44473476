"""A mapping held against its source files: leads, touchpoints and outcomes as Arrow tables.

In: a `SourceMapping` and the folder of the files. Out: a `MappedSource`, the same for the same
files: leads in time order, touchpoints in the order of their leads and of the mapping.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from leadscore.mapping import moments
from leadscore.mapping.columns import (
    INSTANT,
    Array,
    Ints,
    compute,
    flags,
    in_order,
    rows_at,
    whole_numbers,
)
from leadscore.mapping.document import (
    CalendarMoment,
    Column,
    ColumnType,
    DateMoment,
    SourceMapping,
    Touchpoints,
)
from leadscore.mapping.moments import Unread
from leadscore.mapping.rows import SourceRows, read_rows

MAX_TIMES = 100_000
"""Touchpoints that one row may unroll to; a larger counter is a mistake in the source."""


@dataclass(frozen=True, slots=True)
class MappedSource:
    """The three tables that scoring reads.

    Shape: `leads` has lead_id, known_at and one column a field, in time order; `touchpoints`
    lead_id, type, occurred_at, received_at, id and one column a property; `outcomes` lead_id,
    outcome (won, lost) and occurred_at. Moments are UTC.
    """

    mapping: SourceMapping
    leads: pa.Table
    touchpoints: pa.Table
    outcomes: pa.Table


def map_source(mapping: SourceMapping, folder: Path, file: str | None = None) -> MappedSource:
    """The tables of a source; `file` stands in for the source's own first file, such as a sample.

    Raises: InvalidMapping with every column and word that does not fit; OSError for a missing file.
    """
    rows = read_rows(mapping, _named_columns(mapping), folder, file)
    rows.stop_on_problems()
    moment, ids = _moments(rows, mapping), _lead_ids(rows, mapping)
    rows.stop_on_problems()
    order = whole_numbers(compute.sort_indices(moment))
    leads = {"lead_id": ids, "known_at": moment}
    leads |= {name: rows.typed(column, f"leads.{name}") for name, column in mapping.leads.items()}
    touchpoints = _touchpoints(rows, mapping, ids, moment, order)
    outcomes = _outcomes(rows, mapping, ids, moment, order)
    rows.stop_on_problems()
    return MappedSource(mapping, in_order(pa.table(leads), order), touchpoints, outcomes)


def _named_columns(mapping: SourceMapping) -> Iterable[tuple[str, list[str | None]]]:
    """Every place of the mapping with the source columns that it names."""
    yield "source.only", [test.column for test in mapping.source.only]
    yield "lead_id", [mapping.lead_id_column]
    moment = mapping.moment
    if isinstance(moment, CalendarMoment):
        yield "moment", [moment.month, moment.weekday]
    else:
        yield "moment", [moment.column]
    for name, column in mapping.leads.items():
        yield f"leads.{name}", [column.column]
    for number, entry in enumerate(mapping.touchpoints):
        path = f"touchpoints[{number}]"
        yield path, [entry.times, entry.days_before, *(test.column for test in entry.when)]
        for name, value in entry.properties.items():
            yield f"{path}.properties.{name}", [value.column if isinstance(value, Column) else None]
    outcomes = mapping.outcomes
    yield "outcomes", [test.column for test in (*outcomes.won, *outcomes.lost)]
    yield "outcomes.at", [outcomes.at.column if outcomes.at else None]


def _moments(rows: SourceRows, mapping: SourceMapping) -> Array:
    moment, zone = mapping.moment, mapping.time_zone
    if isinstance(moment, CalendarMoment):
        weekdays = rows.columns[moment.weekday] if moment.weekday else None
        found, unread = moments.from_calendar(rows.columns[moment.month], weekdays, moment, zone)
    elif isinstance(moment, DateMoment):
        dates = rows.columns[moment.column]
        found, unread = moments.from_dates(dates, moment, zone)
        none = flags(compute.is_null(dates))
        unread.append(Unread(moment.column, none, "a date in every row"))
    else:
        found, unread = moments.from_sequence(rows.columns[moment.column], moment, zone)
    for problem in unread:
        rows.note(problem, "moment")
    return found


def _lead_ids(rows: SourceRows, mapping: SourceMapping) -> Array:
    if mapping.lead_id_column is None:
        width = max(5, len(str(rows.n_rows)))
        numbers = rows_at(np.arange(1, rows.n_rows + 1)).cast(pa.string())
        padded = compute.utf8_lpad(numbers, width, "0")
        prefixed: Array = compute.binary_join_element_wise(mapping.lead_id_prefix, padded, "")
        return prefixed
    ids = rows.columns[mapping.lead_id_column]
    if ids.null_count or len(ids.unique()) < len(ids):
        found = f"column {mapping.lead_id_column!r} with empty or repeated ids"
        rows.wrong("bad-ids", "lead_id", found, "one id a row")
    return ids


def _touchpoints(
    rows: SourceRows, mapping: SourceMapping, ids: Array, moment: Array, order: Ints
) -> pa.Table:
    names = sorted({name for entry in mapping.touchpoints for name in entry.properties})
    parts = [
        _unrolled(rows, entry, number, names, (ids, moment))
        for number, entry in enumerate(mapping.touchpoints)
    ]
    if not parts:
        return _no_touchpoints()
    table = pa.concat_tables(parts, promote_options="permissive")
    place = np.empty(rows.n_rows, np.int64)
    place[order] = np.arange(rows.n_rows)
    sources = np.asarray(table["source_row"].to_numpy(), np.int64)
    sequence = np.argsort(place[sources], kind="stable")
    return in_order(table.drop_columns(["source_row"]), sequence)


def _no_touchpoints() -> pa.Table:
    text, instant = pa.array([], pa.string()), pa.array([], INSTANT)
    moments_ = {"occurred_at": instant, "received_at": instant}
    return pa.table({"lead_id": text, "type": text, **moments_, "id": text})


def _unrolled(
    rows: SourceRows,
    entry: Touchpoints,
    number: int,
    names: list[str],
    lead: tuple[Array, Array],
) -> pa.Table:
    """The touchpoints of one entry, with `source_row` to order them by."""
    ids, moment = lead
    at = _occurred(rows, entry, number, moment)
    chosen = flags(compute.and_(rows.passing(entry.when), compute.is_valid(at)))
    times = np.where(chosen, _times(rows, entry, number), 0)
    row = np.repeat(np.arange(rows.n_rows), times)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times) + 1
    take = rows_at(row)
    columns: dict[str, Array] = {
        "lead_id": ids.take(take),
        "type": _constant(entry.type, len(row)),
        "occurred_at": at.take(take),
        "received_at": at.take(take),
        "id": _touchpoint_ids(ids.take(take), number + 1, nth),
    }
    for name in names:
        columns[name] = _property(rows, entry, number, name, row)
    return pa.table({**columns, "source_row": take})


def _occurred(rows: SourceRows, entry: Touchpoints, number: int, moment: Array) -> Array:
    if entry.days_before is None:
        return moment
    column = Column(entry.days_before, ColumnType.INTEGER)
    days = rows.typed(column, f"touchpoints[{number}].days_before")
    return moments.days_earlier(moment, days)


def _times(rows: SourceRows, entry: Touchpoints, number: int) -> Ints:
    if entry.times is None:
        return np.ones(rows.n_rows, np.int64)
    path = f"touchpoints[{number}].times"
    counted = compute.fill_null(rows.typed(Column(entry.times, ColumnType.INTEGER), path), 0)
    times = whole_numbers(counted)
    unfit = (times < 0) | (times > MAX_TIMES)
    rows.note(Unread(entry.times, unfit, f"0 to {MAX_TIMES}"), path)
    return np.clip(times - entry.less, 0, MAX_TIMES)


def _touchpoint_ids(lead_ids: Array, number: int, nth: Ints) -> Array:
    ids: Array = compute.binary_join_element_wise(
        lead_ids, str(number), rows_at(nth).cast(pa.string()), "-"
    )
    return ids


def _property(rows: SourceRows, entry: Touchpoints, number: int, name: str, row: Ints) -> Array:
    value = entry.properties.get(name)
    if value is None:
        return pa.nulls(len(row))
    if isinstance(value, str):
        return _constant(value, len(row))
    return rows.typed(value, f"touchpoints[{number}].properties.{name}").take(rows_at(row))


def _constant(word: str, length: int) -> Array:
    return pa.repeat(pa.scalar(word, pa.string()), length)


def _outcomes(
    rows: SourceRows, mapping: SourceMapping, ids: Array, moment: Array, order: Ints
) -> pa.Table:
    """Won and lost rows in time order of their leads; a row may be neither yet, never both."""
    declared = mapping.outcomes
    won = flags(rows.passing(declared.won))
    lost = flags(rows.passing(declared.lost)) if declared.lost else np.zeros_like(won)
    if (both := won & lost).any():
        found = f"{int(both.sum())} row(s) won and lost at once, first row {int(both.argmax()) + 1}"
        rows.wrong("won-and-lost", "outcomes", found, "one of the two, or neither")
    at = moment
    if declared.at is not None:
        at, unread = moments.from_dates(
            rows.columns[declared.at.column], declared.at, mapping.time_zone
        )
        for problem in unread:
            rows.note(problem, "outcomes.at")
    known = (won | lost) & flags(compute.is_valid(at))
    table = pa.table({"lead_id": ids, "outcome": _won_or_lost(won), "occurred_at": at})
    return in_order(table, order[known[order]])


def _won_or_lost(won: np.typing.NDArray[np.bool_]) -> Array:
    return pa.array(np.where(won, "won", "lost"), pa.string())
