"""Finished blocks of leads in a folder, so that an interrupted run goes on where it stopped.

In: a folder and what the run is made of. Out: the scores of the blocks that an earlier run of just
the same finished. Whatever else lies in the folder is left alone.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leadscore.document import write_json
from leadscore.inputs.workspace import no_space
from leadscore.model import ScoringModel

_LIBRARY = Path(__file__).resolve().parent.parent
_SCORES, _LINES = ".scores.parquet", ".contributions.parquet"

Finished = tuple[pa.Table, pa.Table | None]
"""Scores of a block, and its contributions where they are asked for."""


@dataclass(frozen=True, slots=True)
class KeptBlocks:
    """Where the finished blocks of one run lie. `run` stands for everything that decides them."""

    folder: Path
    run: str

    def read(self, leads: pa.Table) -> Finished | None:
        """What is kept of a block; None where it has to be scored."""
        scores, lines = self._paths(leads)
        if not scores.exists():
            return None
        try:
            return pq.read_table(scores), pq.read_table(lines) if lines.exists() else None
        except (pa.ArrowInvalid, OSError):
            return None

    def write(self, leads: pa.Table, finished: Finished) -> None:
        """Keep a finished block. Its scores come last: where they are, everything is.

        Raises: NoWorkingSpace where it cannot be written.
        """
        table, lines = finished
        scores_path, lines_path = self._paths(leads)
        if lines is not None:
            _write(lines, lines_path)
        _write(table, scores_path)

    def clear(self) -> None:
        """Take away what this run kept, and the folder if nothing else is in it."""
        for path in self.folder.glob(f"{self.run}-*.parquet"):
            path.unlink(missing_ok=True)
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _paths(self, leads: pa.Table) -> tuple[Path, Path]:
        mark = hashlib.sha256()
        with pa.ipc.new_stream(pa.PythonFile(_Hashing(mark), "w"), leads.schema) as stream:
            stream.write_table(leads.combine_chunks())
        name = f"{self.run}-{mark.hexdigest()[:24]}"
        return self.folder / (name + _SCORES), self.folder / (name + _LINES)


class _Hashing:
    """A file that remembers nothing but its hash."""

    closed = False

    def __init__(self, mark: hashlib._Hash) -> None:
        self._mark = mark

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        self._mark.update(data)
        return len(data)

    def flush(self) -> None:
        """There is nothing to flush."""

    def close(self) -> None:
        """There is nothing to close."""


def kept_blocks(
    folder: Path,
    model: ScoringModel,
    as_of: int,
    sources: Iterable[str | None],
    *,
    contributions: bool,
) -> KeptBlocks:
    """The blocks of a run over these files; a file that was changed since makes another run.

    The folder is made where it is missing. Units: `as_of` in microseconds since 1970 UTC.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mark = hashlib.sha256()
    parts: Sequence[object] = (sources_of(_LIBRARY), write_json(model), as_of, contributions)
    for part in (*parts, *_stamps(sources)):
        mark.update(f"{part}\0".encode())
    return KeptBlocks(folder, mark.hexdigest()[:24])


@cache
def sources_of(library: Path) -> str:
    """The hash of the sources of a library: whoever counts by other ones makes another run.

    The number of a release does not say that: sources change between two releases.
    """
    mark = hashlib.sha256()
    for file in sorted(library.rglob("*.py")):
        mark.update(f"{file.relative_to(library)}\0".encode())
        mark.update(file.read_bytes())
    return mark.hexdigest()


def _stamps(sources: Iterable[str | None]) -> Iterable[str]:
    """Every file with its size and when it was written."""
    for source in sources:
        path = None if source is None else Path(source).resolve()
        yield f"{path}"
        if path is not None:
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                found = file.stat()
                yield f"{file} {found.st_size} {found.st_mtime_ns}"


def _write(table: pa.Table, path: Path) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        pq.write_table(table, part)
        part.replace(path)
    except OSError as error:
        raise no_space(path.parent, error.strerror or str(error)) from None
    finally:
        part.unlink(missing_ok=True)
