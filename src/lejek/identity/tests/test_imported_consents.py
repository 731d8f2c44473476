"""What a file says that people allow: with its date and its row, and never against a withdrawal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lejek.consent.models import ConsentChange
from lejek.consent.selectors import consents_of
from lejek.consent.services import record_consent
from lejek.identity.imports import run_file
from lejek.identity.imports.pages import check_page
from lejek.identity.models import Contact, Import
from lejek.identity.services import record_lead
from lejek.identity.tests.builders import NOW, hand_on, make_user, take_in, write_csv
from lejek.identity.tests.test_undo_beside_others import take_back

pytestmark = pytest.mark.django_db

PLAIN = ("E-mail", "Zgoda na e-mail")
DATED = (*PLAIN, "Data zgody")


def withdraw() -> None:
    at = NOW - timedelta(days=10)
    contact = Contact.objects.get(email="a@stal.pl")
    record_consent(
        contact=contact, purpose="email", is_given=False, source="phone", actor=None, now=at
    )


def allows(email: str = "a@stal.pl") -> bool | None:
    pk = Contact.objects.get(email=email).pk
    return consents_of([pk]).get(pk, {}).get("email")


def load(path: Path, *rows: tuple[str, ...]) -> Import:
    job = take_in(path / "lista.csv", rows)
    hand_on()
    return job


def test_an_old_list_brings_back_no_consent_that_was_withdrawn(tmp_path: Path) -> None:
    rows = [PLAIN, ("a@stal.pl", "tak"), ("b@stal.pl", "tak")]
    load(tmp_path, *rows)
    withdraw()
    foreseen = run_file(write_csv(tmp_path / "2.csv", rows), "leads", now=NOW, is_rehearsal=True)
    job = load(tmp_path, *rows)
    assert (allows("a@stal.pl"), allows("b@stal.pl")) == (False, True)
    for each in (foreseen, job):
        assert each.counts["unchanged"] == 2, "the rows are taken"
        assert each.counts["left_out"] == {"consent.email": 1}
        assert not each.counts.get("rejected")
        (line,) = check_page(each, make_user(email=f"{each.pk}@lejek.example"))["left_out"]
        assert line[1] == 1
        assert "wycofan" in line[2]


@pytest.mark.parametrize(
    ("date", "is_back"),
    [("2026-02-01", False), ("20.02.2026", False), ("21.02.2026", True), ("2027-01-01", False)],
    ids=["before", "the day of it", "after", "yet to come"],
)
def test_a_consent_with_a_later_date_counts(tmp_path: Path, date: str, is_back: bool) -> None:
    load(tmp_path, ("E-mail",), ("a@stal.pl",))
    withdraw()
    job = load(tmp_path, DATED, ("a@stal.pl", "tak", date))
    assert allows() is is_back
    assert ("consent.email" in job.counts["left_out"]) is not is_back


def test_the_proof_names_the_file_and_the_row(tmp_path: Path) -> None:
    job = load(tmp_path, DATED, ("a@stal.pl", "nie", ""), ("b@stal.pl", "tak", "2026-02-01 12:00"))
    told = {row.contact.email: row for row in ConsentChange.objects.select_related("contact")}
    file = {"import": job.pk, "file": "lista.csv"}
    assert told["a@stal.pl"].proof == {**file, "row": 2}
    assert told["b@stal.pl"].proof == {**file, "row": 3, "given_at": "2026-02-01T11:00:00+00:00"}
    assert told["b@stal.pl"].at == datetime(2026, 2, 1, 11, 0, tzinfo=UTC)
    assert told["a@stal.pl"].at == NOW


def test_a_no_in_a_file_always_counts_also_against_a_row_after_it(tmp_path: Path) -> None:
    record_lead(
        {"contact.email": "a@stal.pl", "consent.email": "tak"}, source="form", actor=None, now=NOW
    )
    job = load(tmp_path, PLAIN, ("a@stal.pl", "nie"), ("a@stal.pl", "tak"))
    assert allows() is False
    assert job.counts["left_out"] == {"consent.email": 1}


def test_a_program_that_asks_for_what_was_withdrawn_is_told(tmp_path: Path) -> None:
    load(tmp_path, ("E-mail",), ("a@stal.pl",))
    withdraw()
    said: dict[str, object] = {"contact.email": "a@stal.pl", "consent.email": "tak"}
    old = {**said, "consent.given_at": "2026-01-31"}
    refused = record_lead(old, source="api", actor=None, now=NOW)
    assert [(fault.code, fault.field) for fault in refused.faults] == [
        ("withdrawn", "consent.email")
    ]
    hand_on()
    assert allows() is False
    assert not record_lead(said, source="form", actor=None, now=NOW).faults, "given just now"
    hand_on()
    assert allows() is True


def test_consents_that_two_files_tell_stay_until_both_are_undone(tmp_path: Path) -> None:
    first, second = (load(tmp_path, PLAIN, ("a@stal.pl", "tak")) for _ in range(2))
    take_back(first)
    assert allows() is True
    take_back(second)
    assert not ConsentChange.objects.exists()
    assert not Contact.objects.exists()


def test_a_lead_is_since_no_day_that_is_yet_to_come(tmp_path: Path) -> None:
    rows = [("E-mail", "Data utworzenia"), ("a@stal.pl", "2026-12-24"), ("b@stal.pl", "2026-03-01")]
    job = load(tmp_path, *rows)
    assert (job.counts["new"], job.counts["left_out"]) == (2, {"lead.created_at": 1})
    since = dict(Contact.objects.values_list("email", "leads__created_at"))
    assert since["a@stal.pl"] == NOW
    assert since["b@stal.pl"] < NOW
