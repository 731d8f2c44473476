"""Files of imports are there as long as somebody needs them, and no longer."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from lejek.identity.imports.files import folder, new_path, rejects_path
from lejek.identity.imports.keeping import REJECTS_KEPT, UPLOADS_KEPT
from lejek.identity.imports.starting import begin_import, start_undo, stop
from lejek.identity.jobs import forget_files, run_import, undo_import
from lejek.identity.models import Import
from lejek.identity.tests.builders import ANNA, HEADER, NOW, csv_bytes, take_in

pytestmark = pytest.mark.django_db

WRONG = ("Ewa", "Bąk", "ewa-bez-malpy", "", "", "", "", "")
DAY = timedelta(days=1)


def uploaded(status: str = "uploaded") -> Import:
    """A file with a row that is refused, in some state."""
    job = begin_import(
        chunks=[csv_bytes([HEADER, ANNA, WRONG])],
        file_name="a.csv",
        kind="leads",
        actor=None,
        now=NOW,
    )
    Import.objects.filter(pk=job.pk).update(status=status)
    job.refresh_from_db()
    return job


def test_a_file_that_is_in_is_deleted_and_its_rejects_stay(tmp_path: Path) -> None:
    job = take_in(tmp_path / "a.csv", [HEADER, ANNA, WRONG])
    assert [path.name for path in folder().iterdir()] == [rejects_path(Path(job.path)).name]
    run_import(job.pk, now=NOW)
    start_undo(job, actor=None, now=NOW)
    undo_import(job.pk, now=NOW)
    job.refresh_from_db()
    assert job.status == Import.Status.UNDONE, "an undo needs no file"


def test_a_file_that_is_being_taken_in_stays_until_it_is_stopped() -> None:
    job = uploaded("running")
    forget_files(now=NOW + 1000 * DAY)
    assert Path(job.path).is_file(), "it may go on yet"
    stop(job, now=NOW)
    assert not Path(job.path).exists()


@pytest.mark.parametrize("status", ["reading", "refused", "uploaded", "checking", "checked"])
def test_a_file_that_nobody_came_back_for_is_forgotten(status: str) -> None:
    job = uploaded(status)
    forget_files(now=NOW + UPLOADS_KEPT)
    assert Path(job.path).is_file()
    assert forget_files(now=NOW + UPLOADS_KEPT + DAY)["uploads"] == 1
    assert not Import.objects.exists()
    assert not list(folder().iterdir())


def test_refused_rows_and_their_examples_are_forgotten_and_the_counts_stay(tmp_path: Path) -> None:
    job = take_in(tmp_path / "a.csv", [HEADER, ANNA, WRONG])
    forget_files(now=NOW + REJECTS_KEPT)
    assert rejects_path(Path(job.path)).is_file()
    assert forget_files(now=NOW + REJECTS_KEPT + DAY)["rejects"] == 1
    assert not list(folder().iterdir())
    job.refresh_from_db()
    assert "ewa-bez-malpy" not in str(job.counts)
    assert (job.counts["new"], job.counts["rejected"]) == (1, 1)
    assert forget_files(now=NOW + REJECTS_KEPT + DAY)["rejects"] == 0


def test_what_an_interrupted_process_left_behind_is_forgotten() -> None:
    job, stray, fresh = uploaded(), new_path(".csv"), new_path(".notes")
    for path in (stray, fresh):
        path.write_text("x")
    for path, age in (
        (stray, REJECTS_KEPT + DAY),
        (fresh, DAY),
        (Path(job.path), 2 * REJECTS_KEPT),
    ):
        at = (NOW - age).timestamp()
        os.utime(path, (at, at))
    assert forget_files(now=NOW)["strays"] == 1
    assert {*folder().iterdir()} == {fresh, Path(job.path)}
