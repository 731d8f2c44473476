"""What every source of rows can do, whatever the user handed in.

In: nothing. Out: the seam between readers of files and tables, and the sifting of their rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadscore.inputs.cells import Kind
from leadscore.inputs.rejects import no_rejects

Connection = duckdb.DuckDBPyConnection
Relation = duckdb.DuckDBPyRelation
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Places:
    """Where rows stand for the user: file names and row numbers from one, side by side."""

    files: pa.Array
    rows: pa.Array


@dataclass(frozen=True, slots=True)
class Lost:
    """Records that never became rows; `numbers` are their record numbers, ascending."""

    rejects: pa.Table
    numbers: Positions


NOTHING_LOST = Lost(no_rejects(), np.zeros(0, dtype=np.int64))


class Source(Protocol):
    """Rows with named columns. `scan` gives them in a fixed order, as often as it is asked."""

    label: str
    is_cheap_to_scan: bool
    is_comma_certain: bool

    def column_kinds(self) -> Sequence[tuple[str, Kind, str]]:
        """Each column in order: its name, its kind, the name of its type for people."""
        ...

    def scan(self, connection: Connection, names: Sequence[str]) -> Relation:
        """The named columns as r0, r1, … in that order."""
        ...

    def lost(self, connection: Connection) -> Lost:
        """What the last scan on this connection could not turn into rows."""
        ...

    def places(self, positions: Positions, lost: Lost) -> Places:
        """Where the rows at these positions (from zero, in scan order) stand for the user."""
        ...


def raw_names(names: Sequence[str]) -> list[str]:
    """The internal names that a scan gives its columns."""
    return [f"r{index}" for index in range(len(names))]


def places_in_one(label: str, rows: Positions) -> Places:
    """Places of rows that all stand in one file, counted from zero."""
    return Places(pa.repeat(label, len(rows)), pa.array(rows + 1, pa.int64()))
