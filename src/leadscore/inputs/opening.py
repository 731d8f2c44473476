"""From whatever the user handed in to a source of rows.

In: a path, an Arrow table, a data frame or a list of dicts. Out: a source, or the problem with it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias, TypeGuard

import duckdb
import pyarrow as pa

from leadscore.errors import Described, InvalidInput
from leadscore.inputs.columns import Wanted
from leadscore.inputs.csv_files import CsvSource
from leadscore.inputs.encodings import CorruptArchive, utf8_file
from leadscore.inputs.parquet_files import MAGIC, ParquetSource, partition_files
from leadscore.inputs.problems import UnknownFormat, Unreadable, Why
from leadscore.inputs.sources import Source
from leadscore.inputs.tables import TableSource, keys_of, table_of_dicts, table_of_frame
from leadscore.inputs.workspace import Workspace, no_space

if TYPE_CHECKING:
    import pandas as pd

Rows: TypeAlias = "str | Path | pa.Table | pd.DataFrame | Sequence[Mapping[str, object]]"
"""What leads, touchpoints, attribute changes and outcomes may be handed in as."""

ACCEPTED = "a .csv, .csv.gz or .parquet file, a folder of .parquet files, pyarrow.Table, "
ACCEPTED += "pandas.DataFrame, list[dict]"

_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed in under a name, with the columns that may be needed of it."""

    name: str
    rows: Rows
    wanted: Sequence[Wanted]

    @property
    def needed(self) -> list[str]:
        """The names of the columns that may be needed."""
        return [column.name for column in self.wanted]

    @property
    def label(self) -> str:
        """What its rows are reported under: the path as given, or the name."""
        return str(self.rows) if isinstance(self.rows, str | Path) else self.name

    def files(self) -> list[Path]:
        """The files behind it; none for a table.

        Raises: InvalidInput when the path leads nowhere, or a file cannot be read.
        """
        if not isinstance(self.rows, str | Path):
            return []
        try:
            files = self._found(Path(self.rows).resolve())
            for path in files:
                with path.open("rb") as file:
                    file.read(1)
        except OSError:
            self._refuse(Why.NOT_READABLE)
        return files

    def _found(self, path: Path) -> list[Path]:
        if path.is_file():
            return [path]
        if not path.is_dir():
            self._refuse(Why.NOT_FOUND)
        return partition_files(path) or self._refuse(Why.NO_PARTITIONS)

    def open(self, workspace: Workspace) -> Source:
        """The source of its rows.

        Raises: InvalidInput when it is of no known kind or cannot be read; NoWorkingSpace when
        a copy of it cannot be written.
        """
        rows = self.rows
        if isinstance(rows, pa.Table):
            return TableSource(self.label, rows)
        if _is_frame(rows):
            others = [str(name) for name in rows.columns]
            return TableSource(self.label, table_of_frame(rows, self.needed), others)
        if isinstance(rows, str | Path):
            return self._open_files(workspace)
        if _are_dicts(rows):
            table = table_of_dicts(rows, self._required() if not rows else self.needed)
            return TableSource(self.label, table, keys_of(rows))
        raise InvalidInput([UnknownFormat(source=self.label, accepted=ACCEPTED)])

    def _required(self) -> list[str]:
        return [column.name for column in self.wanted if column.is_required]

    def _open_files(self, workspace: Workspace) -> Source:
        files = self.files()
        with files[0].open("rb") as file:
            magic = file.read(4)
        if magic == MAGIC or len(files) > 1 or Path(self.label).is_dir():
            return self._open_parquet(files, workspace)
        if magic in {_ZIP, _OLD_OFFICE}:
            self._refuse(Why.WORKBOOK)
        try:
            plain = utf8_file(files[0], workspace.new_path)
            return CsvSource(self.label, plain, self.needed)
        except CorruptArchive:
            self._refuse(Why.CORRUPT_ARCHIVE)
        except OSError as error:
            if workspace.is_cause_of(error):
                raise no_space(workspace.folder, error.strerror or str(error)) from error
            self._refuse(Why.NOT_READABLE)
        except ValueError:
            self._refuse(Why.EMPTY)

    def _open_parquet(self, files: list[Path], workspace: Workspace) -> Source:
        try:
            return ParquetSource(self.label, files, workspace.connection)
        except duckdb.Error:
            self._refuse(Why.CORRUPT_PARQUET)

    def _refuse(self, why: Why) -> NoReturn:
        raise InvalidInput([Unreadable(source=self.label, why=why)])


def _are_dicts(rows: object) -> TypeGuard[Sequence[Mapping[str, object]]]:
    return isinstance(rows, Sequence) and all(isinstance(row, Mapping) for row in rows)


def _is_frame(rows: object) -> TypeGuard[pd.DataFrame]:
    """Whether it is a data frame; nobody has one without pandas being loaded already."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(rows, pandas.DataFrame)


def opened(handed: Sequence[Handed]) -> tuple[Workspace, dict[str, Source]]:
    """A workspace that may read what was handed in, and the sources by name.

    Raises: InvalidInput with the problems of all of them.
    """
    problems: list[Described] = []
    files: list[Path] = []
    for part in handed:
        with _collected(problems):
            files += part.files()
    stop_on(problems)
    workspace = Workspace(files)
    try:
        sources = _sources(handed, workspace)
    except BaseException:
        workspace.close()
        raise
    return workspace, sources


def _sources(handed: Sequence[Handed], workspace: Workspace) -> dict[str, Source]:
    problems: list[Described] = []
    sources = {}
    for part in handed:
        with _collected(problems):
            sources[part.name] = part.open(workspace)
    stop_on(problems)
    return sources


@contextmanager
def _collected(problems: list[Described]) -> Iterator[None]:
    """Keeps the problems of a source for later, so that the other sources are looked at too."""
    try:
        yield
    except InvalidInput as error:
        problems.extend(error.problems)


def stop_on(problems: Sequence[Described]) -> None:
    """Raises InvalidInput when there is any problem."""
    if problems:
        raise InvalidInput(problems)
