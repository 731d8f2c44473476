"""Tables as files, and what is said of rows that were left out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from leadscore.cli import texts
from leadscore.cli.files import NewFiles
from leadscore.cli.talking import Talk
from leadscore.inputs import write_rejects
from leadscore.language.words import counted, is_polish, quoted

TABLE_ENDINGS = (".parquet", ".csv")
_MOST_SHOWN = 5


def write_table(table: pa.Table, path: Path) -> None:
    """Writes scores or contributions as Parquet or CSV, by the ending of the path."""
    if path.suffix.lower() == ".parquet":
        pa.parquet.write_table(table, path, compression="zstd")
    else:
        pa.csv.write_csv(table, path)


def write_tables(
    tables: Mapping[Path | None, pa.Table | None], rejects: Mapping[Path | None, pa.Table]
) -> list[str]:
    """Writes the tables that have a path, all or none of them.

    Returns: the paths that were written.
    """
    written: list[str] = []
    with NewFiles() as files:
        for path, table in tables.items():
            if path is not None and table is not None:
                files.write(path, partial(write_table, table))
                written.append(str(path))
        for path, table in rejects.items():
            if path is not None:
                files.write(path, partial(write_rejects, table))
                written.append(str(path))
    return written


def count_rows(rejects: pa.Table) -> int:
    """How many rows the rejects are about; a row may have several bad cells."""
    return int(rejects.group_by(["file", "row"]).aggregate([]).num_rows)


def tell_rejects(rejects: pa.Table, talk: Talk, *, are_written: bool) -> None:
    """Says beside the answer which rows were left out, and where to find them all."""
    if not rejects.num_rows:
        return
    rows = counted(count_rows(rejects), texts.LEFT_OUT_ROWS, talk.lang)
    talk.tell(texts.LEFT_OUT, "yellow", rows=rows)
    for reject in rejects.slice(0, _MOST_SHOWN).to_pylist():
        talk.tell(texts.LEFT_OUT_LINE, **_words(reject, talk.lang))
    more = rejects.num_rows - _MOST_SHOWN
    if more > 0:
        talk.tell(texts.MORE_LEFT_OUT, cells=counted(more, texts.CELLS, talk.lang))
    if not are_written:
        talk.tell(texts.LIST_THEM)


def _words(reject: Mapping[str, object], lang: str) -> dict[str, str]:
    words = {name: "–" if value is None else str(value) for name, value in reject.items()}
    if reject["value"] is not None:
        words["value"] = quoted(words["value"], lang)
    if is_polish(lang):
        code = words["reason"].partition(":")[0]
        words["reason"] = texts.LEFT_OUT_REASONS_IN_POLISH.get(code, words["reason"])
    else:
        words["reason"] = words["reason"].partition(": ")[2] or words["reason"]
    return words
