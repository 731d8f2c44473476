"""Parquet files: one, or a folder of partitions.

In: paths. Out: a source that is read where it lies.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadscore.inputs.cells import Kind, kind_of
from leadscore.inputs.sources import (
    NOTHING_LOST,
    Connection,
    Lost,
    Places,
    Positions,
    Relation,
    raw_names,
)
from leadscore.inputs.workspace import identifier, literal

MAGIC = b"PAR1"
_HIDDEN = (".", "_")


class ParquetSource:
    """One Parquet file, or the files of a folder in the order of their paths.

    Partitions may be named `column=value`; such a column is text.
    """

    is_cheap_to_scan = True
    is_comma_certain = False

    def __init__(self, label: str, files: Sequence[Path], connection: Connection) -> None:
        self.label = label
        self._files = tuple(files)
        self._columns = tuple(_columns(self._relation(connection)))

    def column_kinds(self) -> Sequence[tuple[str, Kind, str]]:
        """Kinds by the types that all files together have."""
        return self._columns

    def scan(self, connection: Connection, names: Sequence[str]) -> Relation:
        """The columns, read from the files at every scan."""
        renamed = (
            f"{identifier(name)} AS {raw}"
            for name, raw in zip(names, raw_names(names), strict=True)
        )
        return self._relation(connection).project(", ".join(renamed))

    def lost(self, connection: Connection) -> Lost:  # noqa: ARG002
        """Nothing: a Parquet file holds only rows."""
        return NOTHING_LOST

    def places(self, positions: Positions, lost: Lost) -> Places:  # noqa: ARG002
        """Rows within their file."""
        counts = [pq.ParquetFile(file).metadata.num_rows for file in self._files]
        ends = np.cumsum(np.array(counts, dtype=np.int64))
        which = np.searchsorted(ends, positions, side="right")
        begins = ends - np.array(counts, dtype=np.int64)
        names = pa.array([self._name(file) for file in self._files])
        return Places(names.take(pa.array(which)), pa.array(positions - begins[which] + 1))

    def _name(self, file: Path) -> str:
        root = Path(self.label)
        return str(root / file.relative_to(root.resolve())) if root.is_dir() else self.label

    def _relation(self, connection: Connection) -> Relation:
        listed = ", ".join(literal(str(file)) for file in self._files)
        options = "hive_partitioning = true, hive_types_autocast = false, union_by_name = true"
        if len(self._files) == 1 and not Path(self.label).is_dir():
            options = "hive_partitioning = false"
        return connection.sql(f"FROM read_parquet([{listed}], {options})")


def _columns(relation: Relation) -> list[tuple[str, Kind, str]]:
    found = zip(relation.columns, relation.types, strict=True)
    return [(name, kind_of(str(kind.id)), str(kind)) for name, kind in found]


def partition_files(folder: Path) -> list[Path]:
    """The Parquet files under a folder, in the order of their paths, hidden ones left out.

    Raises: OSError when a folder among them cannot be listed: its files would be missed.
    """
    found = []
    for place, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(_HIDDEN)]
        visible = (name for name in names if not name.startswith(_HIDDEN))
        found += [Path(place, name) for name in visible if name.endswith(".parquet")]
    return sorted(path for path in found if path.is_file())


def _refuse(error: OSError) -> NoReturn:
    raise error
