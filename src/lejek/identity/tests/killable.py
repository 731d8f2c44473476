"""An import that a test can kill, on a database of its own.

`prepare FILE` makes the tables and an import that may run, `run` and `undo` do what a worker would,
`again FILE` loads the file once more, `count` prints what is there.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from lejek.identity.imports import run_file  # noqa: E402
from lejek.identity.imports.files import rejects_path  # noqa: E402
from lejek.identity.imports.running import run  # noqa: E402
from lejek.identity.imports.starting import begin_import, start_undo  # noqa: E402
from lejek.identity.imports.undoing import undo  # noqa: E402
from lejek.identity.models import AttributeChange, Company, Contact, Import, Lead  # noqa: E402

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def prepare(path: Path) -> None:
    """The tables, and an import that is allowed to run."""
    call_command("migrate", verbosity=0)
    job = begin_import(
        chunks=[path.read_bytes()], file_name=path.name, kind="leads", actor=None, now=NOW
    )
    job.status = Import.Status.RUNNING
    job.save(update_fields=["status"])


def take_back() -> None:
    """Undo the import, or go on undoing it."""
    job = Import.objects.get()
    if job.status != Import.Status.UNDOING:
        start_undo(job, actor=None, now=NOW)
    undo(job, now=NOW)


def count() -> dict[str, object]:
    """What is there."""
    job = Import.objects.first()
    assert job is not None
    facts = AttributeChange.objects
    rejects = rejects_path(Path(job.path))
    return {
        "status": job.status,
        "counts": {name: job.counts.get(name, 0) for name in ("new", "unchanged", "rejected")},
        "leads": Lead.objects.count(),
        "people": Contact.objects.count(),
        "firms": Company.objects.count(),
        "facts": facts.count(),
        "different_facts": facts.values("contact", "company", "field").distinct().count(),
        "rejects": rejects.read_text("utf-8-sig").splitlines() if rejects.exists() else [],
    }


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["prepare", name]:
            prepare(Path(name))
        case ["run"]:
            run(Import.objects.get(), now=NOW)
        case ["undo"]:
            take_back()
        case ["again", name]:
            found = run_file(Path(name), "leads", now=NOW).counts
            sys.stdout.write(json.dumps([found.get("new", 0), found.get("unchanged", 0)]))
        case ["count"]:
            sys.stdout.write(json.dumps(count()))
        case _:
            raise SystemExit(2)
