"""Good rows apart from bad ones.

In: a source and the readings of its columns. Out: canonical rows, and a reject for each bad cell.

A source that is cheap to read is judged by one aggregate and then read where it lies. Any other,
and one with bad rows, is written once to a canonical Parquet file; its bad rows are named from
there. Row numbers are the positions in that file, mapped back to the source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import numpy as np
import pyarrow as pa

from leadscore.errors import InvalidInput
from leadscore.inputs.cells import Reading
from leadscore.inputs.columns import Found
from leadscore.inputs.problems import Unreadable, Why
from leadscore.inputs.rejects import (
    LONGEST_VALUE,
    REJECTS_SCHEMA,
    Reason,
    joined_rejects,
    reason_texts,
)
from leadscore.inputs.sources import Connection, Lost, Relation, Source
from leadscore.inputs.workspace import Workspace, identifier, literal, no_space

Opener = Callable[[Connection], Relation]
_ROW, _PROBLEMS = "file_row_number", "problems"
_NOT_THE_FILES_FAULT = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    duckdb.InternalException,
    duckdb.InterruptException,
    duckdb.OutOfMemoryException,
    duckdb.PermissionException,
)
_KNOWN = "known_leads"
_MISSING = literal(Reason.MISSING_VALUE)


@dataclass(frozen=True, slots=True)
class Sifted:
    """The good rows of a source, to be opened on any connection, and its rejects."""

    open: Opener
    rejects: pa.Table


class RowCheck(Protocol):
    """A rule that one row alone cannot answer. `key` is the canonical lead_id, row the position."""

    @property
    def reason(self) -> Reason:
        """Why such a row is bad."""
        ...

    def is_met(self, rows: Relation, n_rows: int) -> bool:
        """Whether no row breaks the rule; `rows` has the column key, never empty."""
        ...

    def breaches(self, rows: Relation) -> Relation:
        """The rows that break it, as columns row and key; `rows` has them and is_good."""
        ...


class KnownLead:
    """Rows of leads that are not among the accepted ones are bad."""

    reason = Reason.UNKNOWN_LEAD

    def __init__(self, leads: pa.Table, connection: Connection) -> None:
        # A table of the engine's own: its statistics make the join a look-up by position.
        connection.execute(f"DROP TABLE IF EXISTS {_KNOWN}")
        connection.from_arrow(leads.select(["lead_id"])).create(_KNOWN)
        self._known = connection.table(_KNOWN).set_alias("known")

    def is_met(self, rows: Relation, n_rows: int) -> bool:
        """Whether every key is a lead's; lead ids are there once, so a join adds no rows."""
        keys = rows.set_alias("rows")
        return count(keys.join(self._known, "rows.key = known.lead_id")) == n_rows

    def breaches(self, rows: Relation) -> Relation:
        """Rows with another key, other faults or not."""
        keyed = rows.filter("key IS NOT NULL").set_alias("rows")
        strangers = keyed.join(self._known, "rows.key = known.lead_id", how="anti")
        return strangers.project("row, key")


@dataclass(frozen=True, slots=True)
class FirstOfLead:
    """Of several good rows with one lead_id the first is kept, the others are bad."""

    reason: Reason = Reason.DUPLICATE_LEAD

    def is_met(self, rows: Relation, n_rows: int) -> bool:
        """Whether every key is there once."""
        return count(rows.distinct()) == n_rows

    def breaches(self, rows: Relation) -> Relation:
        """Rows after the first with their key."""
        nth = "row_number() OVER (PARTITION BY key ORDER BY row) AS nth"
        return rows.filter("is_good").project(f"row, key, {nth}").filter("nth > 1")


def sift(
    source: Source,
    columns: Sequence[Found],
    workspace: Workspace,
    *,
    check: RowCheck | None = None,
    is_read_once: bool = False,
) -> Sifted:
    """The good rows under their canonical names and types, and the rejects of the others.

    The first column is the key. `is_read_once` says that the rows will be read only once more,
    so that a costly reading need not be written down first.
    Raises: InvalidInput when the source turns out to be damaged; NoWorkingSpace when rows cannot
    be written down.
    """
    with damage_reported(source, names_of(columns), workspace):
        return _sifted(source, columns, workspace, check, is_read_once=is_read_once)


def _sifted(
    source: Source,
    columns: Sequence[Found],
    workspace: Workspace,
    check: RowCheck | None,
    *,
    is_read_once: bool,
) -> Sifted:
    is_cheap = is_read_once or all(reading.is_cheap for reading in _readings(columns))
    if source.is_cheap_to_scan and is_cheap:
        rows = _Judged(source, columns, workspace.connection)
        n_rows, n_bad = rows.counts()
        if not n_bad and (check is None or check.is_met(rows.keys(), n_rows)):
            return Sifted(
                lambda connection: _settled(source, columns, connection), joined_rejects([])
            )
    return _Staged(source, columns, workspace).sift(check)


@contextmanager
def damage_reported(source: Source, names: Sequence[str], workspace: Workspace) -> Iterator[None]:
    """Turns a failure over the named columns into InvalidInput if the source is damaged.

    The engine has no class of its own for damage, so the source is read again, and nothing else
    is done: if that goes well, the fault lies with the temporary files, or with this library.
    Raises: InvalidInput, NoWorkingSpace.
    """
    try:
        yield
    except _NOT_THE_FILES_FAULT:
        raise
    except duckdb.Error as error:
        if not _is_readable(source, names, workspace.connection):
            raise InvalidInput([Unreadable(source=source.label, why=Why.CORRUPT)]) from error
        if isinstance(error, duckdb.IOException):
            raise no_space(workspace.folder, str(error)) from error
        raise


def _is_readable(source: Source, names: Sequence[str], connection: Connection) -> bool:
    """Whether every cell of the named columns can be read."""
    try:
        rows = source.scan(connection, names)
        rows.aggregate(f"bit_xor(hash({', '.join(rows.columns)}))").fetchall()
    except duckdb.Error:
        return False
    return True


def count(relation: Relation) -> int:
    """How many rows a relation has."""
    return int(one_row(relation.aggregate("count(*)"))[0])


def one_row(relation: Relation) -> tuple[int, ...]:
    """The single row of an aggregate of numbers."""
    row = relation.fetchone()
    if row is None:
        raise AssertionError("an aggregate gives one row")
    return tuple(row)


# SQL of the columns ------------------------------------------------------------------------


def _present(columns: Sequence[Found]) -> list[Found]:
    return [column for column in columns if column.reading is not None]


def _readings(columns: Sequence[Found]) -> list[Reading]:
    return [column.reading for column in columns if column.reading is not None]


def _scan(source: Source, columns: Sequence[Found], connection: Connection) -> Relation:
    return source.scan(connection, names_of(columns))


def names_of(columns: Sequence[Found]) -> list[str]:
    """The names of the columns that the source has."""
    return [column.name for column in _present(columns)]


def _judged(rows: Relation, columns: Sequence[Found]) -> Relation:
    """Raw columns r, values v and faults k of the present columns."""
    parsed, judged = [], []
    for index, reading in enumerate(_readings(columns)):
        raw, into = f"r{index}", f"p{index}"
        value, fault = reading.value_of(into, raw), reading.fault_of(into, raw)
        if _present(columns)[index].is_filled:
            fault = f"coalesce({fault}, CASE WHEN {value} IS NULL THEN {_MISSING} END)"
        parsed.append(f"{raw}, {reading.parsed_of(raw)} AS {into}")
        judged.append(f"{raw}, {value} AS v{index}, CAST({fault} AS VARCHAR) AS k{index}")
    return rows.project(", ".join(parsed)).project(", ".join(judged))


def _any_fault(n_columns: int) -> str:
    return " OR ".join(f"k{index} IS NOT NULL" for index in range(n_columns))


def _canonical(columns: Sequence[Found], values: Iterable[str]) -> str:
    """A projection to canonical names and types; a column that is not there is NULL."""
    following = iter(values)
    cells = (
        f"CAST({next(following) if column.reading else 'NULL'} AS {column.sql_type}) "
        f"AS {identifier(column.name)}"
        for column in columns
    )
    return ", ".join(cells)


def _settled(source: Source, columns: Sequence[Found], connection: Connection) -> Relation:
    """Rows that are known to be good, read where they lie."""
    values = []
    for index, reading in enumerate(_readings(columns)):
        raw = f"r{index}"
        is_filled = _present(columns)[index].is_filled
        parsed = reading.parsed_of(raw)
        values.append(parsed if is_filled else reading.value_of(f"({parsed})", raw))
    return _scan(source, columns, connection).project(_canonical(columns, values))


# Two ways to judge -------------------------------------------------------------------------


class _Judged:
    """Rows judged where they lie, without writing anything."""

    def __init__(self, source: Source, columns: Sequence[Found], connection: Connection) -> None:
        self._rows = _judged(_scan(source, columns, connection), columns)
        self._n_columns = len(_present(columns))

    def counts(self) -> tuple[int, int]:
        """How many rows there are, and how many of them are bad."""
        n_bad = f"count(*) FILTER (WHERE {_any_fault(self._n_columns)})"
        n_rows, n_bad_rows = one_row(self._rows.aggregate(f"count(*), {n_bad}"))
        return n_rows, n_bad_rows

    def keys(self) -> Relation:
        return self._rows.project("v0 AS key")


class _Staged:
    """Rows written to a Parquet file with their problems, then told apart."""

    def __init__(self, source: Source, columns: Sequence[Found], workspace: Workspace) -> None:
        self._columns = columns
        self._present = _present(columns)
        self._workspace = workspace
        self._path = workspace.new_path(".parquet")
        self._source = source
        self._staged().write_parquet(str(self._path))

    def sift(self, check: RowCheck | None) -> Sifted:
        lost = self._source.lost(self._workspace.connection)
        faults = self._faults()
        breaches = self._breaches(check) if check else faults.slice(0, 0)
        found = pa.concat_tables([faults, breaches]).sort_by(
            [("row", "ascending"), ("column", "ascending")]
        )
        rejects = self._named(found, lost)
        if lost.rejects.num_rows:
            rejects = joined_rejects([lost.rejects, rejects]).sort_by("row")
        return Sifted(self._opener(breaches), rejects)

    def _staged(self) -> Relation:
        scanned = _scan(self._source, self._columns, self._workspace.connection)
        rows = _judged(scanned, self._columns)
        indices = range(len(self._present))
        faults = ", ".join(
            f"{{'column': {index}, 'value': left(CAST(r{index} AS VARCHAR), {LONGEST_VALUE}), "
            f"'code': k{index}}}"
            for index in indices
        )
        problems = (
            f"CASE WHEN {_any_fault(len(indices))} THEN "
            f"list_filter([{faults}], lambda fault: fault.code IS NOT NULL) END AS {_PROBLEMS}"
        )
        return rows.project(", ".join([*(f"v{index}" for index in indices), problems]))

    def _rows(self, connection: Connection) -> Relation:
        return connection.read_parquet(str(self._path), file_row_number=True)

    def _faults(self) -> pa.Table:
        """Bad cells: position of the row, index of the column, the value, the code."""
        listed = self._rows(self._workspace.connection).filter(f"{_PROBLEMS} IS NOT NULL")
        cells = listed.project(f"{_ROW} AS row, unnest({_PROBLEMS}) AS fault")
        return cells.project("row, fault.column, fault.value, fault.code").to_arrow_table()

    def _breaches(self, check: RowCheck) -> pa.Table:
        rows = self._rows(self._workspace.connection)
        keyed = rows.project(f"{_ROW} AS row, v0 AS key, {_PROBLEMS} IS NULL AS is_good")
        breaches = check.breaches(keyed)
        return breaches.project(
            f'row, 0 AS "column", left(CAST(key AS VARCHAR), {LONGEST_VALUE}) AS "value", '
            f"'{check.reason}' AS code"
        ).to_arrow_table()

    def _named(self, found: pa.Table, lost: Lost) -> pa.Table:
        """Faults by position as rejects with file, row and name of the column."""
        places = self._source.places(found["row"].to_numpy().astype(np.int64), lost)
        names = pa.array([column.name for column in self._present], pa.string())
        columns = [
            places.files,
            places.rows,
            names.take(found["column"].combine_chunks()),
            found["value"],
            reason_texts(found["code"]),
        ]
        return pa.Table.from_arrays(columns, schema=REJECTS_SCHEMA)

    def _opener(self, breaches: pa.Table) -> Opener:
        path, columns = self._path, self._columns
        values = _canonical(columns, (f"v{index}" for index in range(len(self._present))))
        good = self._rows(self._workspace.connection).filter(f"{_PROBLEMS} IS NULL")
        if breaches.num_rows:
            bad = self._workspace.connection.from_arrow(breaches.select(["row"]))
            good = good.set_alias("good").join(
                bad.set_alias("bad"), f"good.{_ROW} = bad.row", how="anti"
            )
        if count(good) < count(self._rows(self._workspace.connection)):
            path = self._rewritten(good)
        return lambda connection: connection.read_parquet(str(path)).project(values)

    def _rewritten(self, good: Relation) -> Path:
        path = self._workspace.new_path(".parquet")
        good.project(", ".join(f"v{index}" for index in range(len(self._present)))).write_parquet(
            str(path)
        )
        self._path.unlink()
        return path
