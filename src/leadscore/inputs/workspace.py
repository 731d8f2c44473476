"""Where facts are read: a locked DuckDB in memory and a folder that disappears with it.

In: the files that may be read. Out: a connection, and paths for what is too large for memory.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
import weakref
from collections.abc import Iterable
from pathlib import Path

import duckdb

from leadscore.errors import NoWorkingSpace
from leadscore.inputs.problems import Unwritable

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
"""What only writing fails with."""

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}


def literal(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A column name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


class Workspace:
    """A connection that reads the given files and its own folder, and nothing else.

    The folder is removed by `close`, or when nobody holds the workspace any more.
    Raises: NoWorkingSpace where no folder can be made.
    """

    def __init__(self, readable: Iterable[Path] = ()) -> None:
        self.folder = _new_folder()
        self.connection = duckdb.connect(config=_CONFIG)
        self._n_paths = 0
        self._finalizer = weakref.finalize(self, _discard, self.connection, self.folder)
        self._lock([str(path.resolve()) for path in readable])

    def _lock(self, readable: list[str]) -> None:
        paths = ", ".join(literal(path) for path in readable)
        folder = literal(str(self.folder))
        for setting in (
            "SET GLOBAL TimeZone = 'UTC'",
            f"SET temp_directory = {folder}",
            f"SET allowed_directories = [{folder}]",
            f"SET allowed_paths = [{paths}]",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        ):
            self.connection.execute(setting)

    def new_path(self, ending: str) -> Path:
        """A path in the folder that nobody has used yet."""
        self._n_paths += 1
        return self.folder / f"{self._n_paths}{ending}"

    def is_cause_of(self, error: OSError) -> bool:
        """Whether a failure is one of writing here, and not of reading something else."""
        where = error.filename
        is_here = isinstance(where, str) and Path(where).is_relative_to(self.folder)
        return is_here or error.errno in _FULL

    def close(self) -> None:
        """Closes the connection and removes the folder; a second call does nothing."""
        self._finalizer()


def no_space(folder: Path | str, why: str) -> NoWorkingSpace:
    """The error of a folder that takes no temporary files."""
    return NoWorkingSpace([Unwritable(source=str(folder), why=why)])


def _new_folder() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="leadscore-")).resolve()
    except OSError as error:
        raise no_space(error.filename or "TMPDIR", error.strerror or str(error)) from error


def _discard(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    connection.close()
    shutil.rmtree(folder, ignore_errors=True)
