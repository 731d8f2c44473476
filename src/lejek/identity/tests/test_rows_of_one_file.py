"""Rows of one file that are about one person, and rows with several things wrong."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from lejek.identity.imports import run_file
from lejek.identity.imports.columns import from_json
from lejek.identity.imports.pages import check_page, columns_page
from lejek.identity.imports.starting import begin_import
from lejek.identity.models import Contact, Import
from lejek.identity.services import record_lead
from lejek.identity.tests.builders import NOW, csv_bytes, make_user, take_in, write_csv

pytestmark = pytest.mark.django_db

HEADER = ("E-mail", "Imię", "Miasto")


def both(path: Path, rows: Sequence[tuple[str, ...]]) -> tuple[Import, Import]:
    """What the check foresees, and what the run does."""
    foreseen = run_file(write_csv(path / "a.csv", rows), "leads", now=NOW, is_rehearsal=True)
    return foreseen, take_in(path / "a.csv", rows)


def test_rows_that_repeat_a_person_are_counted_and_the_later_wins_field_by_field(
    tmp_path: Path,
) -> None:
    rows = [
        HEADER,
        ("a@stal.pl", "Anna", "Opole"),
        ("a@stal.pl", "Hanna", ""),
        ("b@x.pl", "Jan", ""),
    ]
    foreseen, done = both(tmp_path, rows)
    assert foreseen.counts["repeated"] == done.counts["repeated"] == 1
    contact = Contact.objects.get(email="a@stal.pl")
    assert (contact.first_name, contact.city) == ("Hanna", "Opole")


def test_a_file_that_is_loaded_again_repeats_nothing_of_itself(tmp_path: Path) -> None:
    rows = [HEADER, ("a@stal.pl", "Anna", "Opole"), ("b@x.pl", "Jan", "")]
    for _ in range(2):
        foreseen, done = both(tmp_path, rows)
        assert foreseen.counts["repeated"] == done.counts["repeated"] == 0


def test_repetitions_are_found_however_far_apart(tmp_path: Path) -> None:
    record_lead({"contact.email": "old@stal.pl"}, source="form", actor=None, now=NOW)
    filler = [(f"o{n}@x{n}.pl", "Jan", "") for n in range(1100)]
    pair = [("old@stal.pl", "Ola", ""), ("new@stal.pl", "Ewa", "")]
    foreseen, done = both(tmp_path, [HEADER, *pair, *filler, *pair, *filler])
    assert foreseen.counts["repeated"] == done.counts["repeated"] == 1102
    page = check_page(done, make_user())
    assert page["counts"]["repeated"] == 1102


def test_the_check_says_of_a_refused_row_all_that_the_preview_said(tmp_path: Path) -> None:
    rows = [("E-mail", "Telefon", "Imię"), ("ewa-bez-malpy", "12", "Ewa")]
    waiting = begin_import(
        chunks=[csv_bytes(rows)], file_name="a.csv", kind="leads", actor=None, now=NOW
    )
    ((_, _, previewed, is_fatal),) = columns_page(waiting, from_json(waiting.mapping))[
        "preview"
    ].rows
    foreseen, done = both(tmp_path, rows)
    assert is_fatal
    assert "ewa-bez-malpy" in previewed
    assert "12" in previewed
    for job in (foreseen, done):
        ((_, said),) = check_page(job, make_user(email=f"{job.pk}@lejek.example"))["examples"]
        assert said == previewed
