"""Tables that are in memory already: Arrow tables, data frames, lists of dicts.

In: a table and the name by which its rows are reported. Out: a source over Arrow, without a copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from leadscore.inputs.cells import Kind
from leadscore.inputs.sources import (
    NOTHING_LOST,
    Connection,
    Lost,
    Places,
    Positions,
    Relation,
    places_in_one,
    raw_names,
)

if TYPE_CHECKING:
    import pandas as pd

_UNFIT = (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError)
_MOMENT = pa.timestamp("us", "UTC")
_NESTED = pa.list_(pa.null())

_KINDS: Sequence[tuple[Callable[[pa.DataType], bool], Kind]] = (
    (pa.types.is_nested, Kind.NESTED),
    (pa.types.is_null, Kind.EMPTY),
    (pa.types.is_string, Kind.TEXT),
    (pa.types.is_large_string, Kind.TEXT),
    (pa.types.is_string_view, Kind.TEXT),
    (pa.types.is_integer, Kind.INTEGER),
    (pa.types.is_float32, Kind.FLOAT),
    (pa.types.is_float64, Kind.FLOAT),
    (pa.types.is_decimal128, Kind.FLOAT),
    (pa.types.is_boolean, Kind.BOOLEAN),
    (pa.types.is_date, Kind.DATE),
    (pa.types.is_timestamp, Kind.MOMENT),
)
_TEXT_EXTENSIONS = frozenset({"arrow.uuid", "arrow.json"})


class TableSource:
    """An Arrow table as a source; it may know the names of columns that were not converted."""

    is_cheap_to_scan = True
    is_comma_certain = False

    def __init__(self, label: str, table: pa.Table, all_names: Iterable[str] = ()) -> None:
        self.label = label
        self._table = table
        self._others = tuple(name for name in all_names if name not in table.column_names)

    def column_kinds(self) -> Sequence[tuple[str, Kind, str]]:
        """Kinds by the Arrow types."""
        columns = [(field.name, _kind(field.type), str(field.type)) for field in self._table.schema]
        return columns + [(name, Kind.OTHER, "") for name in self._others]

    def scan(self, connection: Connection, names: Sequence[str]) -> Relation:
        """The columns where they lie."""
        needed = self._table.select(list(names)).rename_columns(raw_names(names))
        return connection.from_arrow(needed)

    def lost(self, connection: Connection) -> Lost:  # noqa: ARG002
        """Nothing: a table holds only rows."""
        return NOTHING_LOST

    def places(self, positions: Positions, lost: Lost) -> Places:  # noqa: ARG002
        """Rows of the table."""
        return places_in_one(self.label, positions)


def _kind(found: pa.DataType) -> Kind:
    if isinstance(found, pa.DictionaryType):
        return _kind(found.value_type)
    if isinstance(found, pa.BaseExtensionType):
        return Kind.TEXT if found.extension_name in _TEXT_EXTENSIONS else Kind.OTHER
    return next((kind for is_type, kind in _KINDS if is_type(found)), Kind.OTHER)


def table_of_frame(frame: pd.DataFrame, needed: Iterable[str]) -> pa.Table:
    """The needed columns of a data frame; a column of mixed values becomes text."""
    wanted = frozenset(needed)
    present = [(str(name), index) for index, name in enumerate(frame.columns)]
    kept = [(name, index) for name, index in present if name in wanted]
    arrays = [_of_series(frame.iloc[:, index]) for _, index in kept]
    return _table([name for name, _ in kept], arrays, len(frame))


def keys_of(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """All keys that some dict has, in the order in which they are met."""
    return list(dict.fromkeys(key for row in rows for key in row))


def table_of_dicts(rows: Sequence[Mapping[str, object]], needed: Iterable[str]) -> pa.Table:
    """The needed keys of dicts as columns; a key that a dict lacks is a missing value.

    Without a single dict every needed column is there, and empty.
    """
    present = set(keys_of(rows))
    names = [name for name in needed if name in present or not rows]
    return _table(names, [_of_values([row.get(name) for row in rows]) for name in names], len(rows))


def _table(names: list[str], arrays: list[pa.Array], n_rows: int) -> pa.Table:
    """A table that knows how many rows it has even when it has no column."""
    if not names:
        return pa.table({"": pa.nulls(n_rows)})
    return pa.Table.from_arrays(arrays, names=names)


def _of_series(series: pd.Series) -> pa.Array:
    if series.dtype != object:
        return pa.Array.from_pandas(series)
    values = series.to_numpy(dtype=object, copy=True)
    values[series.isna().to_numpy()] = None
    return _of_values(values.tolist())


def _of_values(values: list[object]) -> pa.Array:
    """Values as the Arrow type that fits them all: text when nothing else does."""
    try:
        array = pa.array(values, from_pandas=True)
        if pa.types.is_date(array.type) and any(isinstance(value, datetime) for value in values):
            return pa.array(values, _MOMENT)
    except _UNFIT:
        if any(isinstance(value, list | dict | tuple | set) for value in values):
            return pa.nulls(len(values), _NESTED)
        return pa.array([_text(value) for value in values], pa.string())
    return array


def _text(value: object) -> str | None:
    """A value of a mixed column as text."""
    if value is None or value != value:  # noqa: PLR0124 - NaN is the value that is not itself
        return None
    return str(value)
