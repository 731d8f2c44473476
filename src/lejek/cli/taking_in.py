"""`lejek import`: a file goes in, and the terminal says how far it is and what became of its rows.

In: what was typed. Out: an import as the pages make it, or why there is none.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any

from lejek.identity.imports import run_file
from lejek.identity.imports.files import FileRefused, rejects_path
from lejek.identity.imports.starting import MappingRefused
from lejek.identity.imports.texts import kept_text, problem_text, refusal_text
from lejek.identity.models import Import

_COUNTS = ("new", "updated", "unchanged", "waiting", "rejected")


class Refused(Exception):
    """A file that is not taken in; the text says all that is wrong with it."""


def take_in_file(asked: argparse.Namespace, *, now: datetime) -> Import:
    """Take a file in, or only look what it would do.

    Raises: Refused.
    """
    try:
        return run_file(
            asked.file,
            asked.kind,
            now=now,
            constant_type=asked.type,
            is_rehearsal=asked.dry_run,
            header_row=asked.header,
            progress=_show_progress if sys.stderr.isatty() else None,
        )
    except FileRefused as refused:
        raise Refused(refusal_text(refused.code)) from refused
    except MappingRefused as refused:
        said = " ".join(problem_text(each) for each in refused.problems)
        raise Refused(f"{said} {_map_them(asked.file)}") from refused


def _map_them(file: Path) -> str:
    """Where the columns can be mapped: the file waits there, as one that a page has taken."""
    waits = Import.objects.filter(file_name=file.name).latest("id")
    hint = _(
        "Columns are told by their names, such as E-mail, Phone, Surname, Company; with lejek "
        "serve, map them on the page /imports/%d/"
    )
    return hint % waits.pk


def _show_progress(n_done: int, n_total: int) -> None:
    end = "\n" if n_done >= n_total else ""
    print(f"\r{n_done} / {n_total}", end=end, file=sys.stderr, flush=True)


def told(done: Import, *, is_rehearsal: bool) -> list[str]:
    """What became of the rows, line by line."""
    lines = [_header(done.header_row), *_mapped(done.mapping), ""]
    # The names of counts are in the catalogue.
    lines += [f"{_(name)}: {done.counts.get(name, 0)}" for name in _COUNTS if _is_told(done, name)]
    examples = done.counts.get("examples", [])
    lines += [f"  {number}: {kept_text(kept)}" for number, kept in examples]
    if done.counts.get("rejected"):
        path = rejects_path(Path(done.path))
        lines.append(_("All rejected rows, to mend and load again: %s") % path)
    if is_rehearsal:
        lines.append(_("Nothing was changed (--dry-run)."))
    else:
        lines.append(_("The whole import can be undone on the page /imports/%d/") % done.pk)
    return lines


def _is_told(done: Import, name: str) -> bool:
    is_touchpoints = done.kind == Import.Kind.TOUCHPOINTS
    return name not in (("updated",) if is_touchpoints else ("waiting",))


def _header(number: int | None) -> str:
    """Where the names of the columns stand."""
    return _("Header: row %d") % number if number else _("Header: none, every row is data")


def _mapped(mapping: Mapping[str, Any]) -> list[str]:
    """Which column was taken for what."""
    return [f"{column} -> {field}" for column, field in mapping.get("columns", {}).items()]
