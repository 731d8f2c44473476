"""Where facts are read: a locked DuckDB in memory and a folder that disappears with it.

In: the files that may be read. Out: a connection, and paths for what is too large for memory.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterable
from pathlib import Path

import duckdb

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
    """

    def __init__(self, readable: Iterable[Path] = ()) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="leadscore-")).resolve()
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

    def close(self) -> None:
        """Closes the connection and removes the folder; a second call does nothing."""
        self._finalizer()


def _discard(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    connection.close()
    shutil.rmtree(folder, ignore_errors=True)
