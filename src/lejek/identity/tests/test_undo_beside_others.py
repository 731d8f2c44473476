"""What another source told too stays when an import is undone, and goes with that source's undo."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from lejek.capture.models import Touchpoint
from lejek.capture.services import ReceivedTouchpoint
from lejek.identity.imports.starting import start_undo
from lejek.identity.imports.undoing import undo
from lejek.identity.models import Company, Confirmation, Contact, Import, KnownVisitor, Lead
from lejek.identity.services import record_lead
from lejek.identity.tests.builders import ANNA, HEADER, JAN, NOW, hand_on, take_in
from lejek.identity.touchpoints import receive_touchpoints

pytestmark = pytest.mark.django_db

CITY = ("E-mail", "Firma", "Miasto", "Liczba pracowników", "Kanał")
TOUCHED = ("E-mail", "Visitor id", "Typ", "Data")


def take_back(job: Import) -> Import:
    start_undo(job, actor=None, now=NOW)
    undo(job, now=NOW)
    hand_on()
    job.refresh_from_db()
    return job


def a_form_said(more: Mapping[str, object] | None = None, *, days_ago: int = 0) -> Lead:
    cells = {"contact.email": "a@stal.pl", "company.name": "Stal", **(more or {})}
    return record_lead(cells, source="form", actor=None, now=NOW - timedelta(days_ago)).lead


def said_of_anna() -> tuple[object, ...]:
    contact = Contact.objects.select_related("company").get(email="a@stal.pl")
    lead = Lead.objects.get(contact=contact)
    firm = contact.company
    return contact.city, None if firm is None else firm.employees, lead.channel


def test_leads_that_a_later_file_lists_too_stay_until_that_is_undone(tmp_path: Path) -> None:
    first = take_in(tmp_path / "1.csv", [HEADER, ANNA, JAN])
    second = take_in(tmp_path / "2.csv", [HEADER, ANNA])
    assert second.counts["unchanged"] == 1
    assert take_back(first).counts["kept"] == 3, "the lead, the person, the firm"
    contact = Contact.objects.get()
    assert contact.email == "anna.zak@lodz-stal.pl"
    assert (contact.phone, contact.seniority) == ("+48600100200", "director")
    assert Lead.objects.get().contact_id == contact.pk

    take_back(second)
    assert not Lead.objects.exists()
    assert not Contact.objects.exists()
    assert not Company.objects.exists()


def test_the_order_of_the_undoing_does_not_matter(tmp_path: Path) -> None:
    first = take_in(tmp_path / "1.csv", [HEADER, ANNA])
    second = take_in(tmp_path / "2.csv", [HEADER, ANNA])
    take_back(second)
    assert Contact.objects.get().import_id == first.pk
    take_back(first)
    assert not Contact.objects.exists()


def test_whom_the_leads_of_a_file_hold_that_is_being_undone_too_go_with_them(
    tmp_path: Path,
) -> None:
    rows = [("E-mail", "Firma"), ("a@stal.pl", "Stal")]
    first = take_in(tmp_path / "1.csv", rows)
    Lead.objects.update(closed_at=NOW)
    second = take_in(tmp_path / "2.csv", [*rows, ("b@stal.pl", "Stal")])
    for job in (first, second):
        start_undo(job, actor=None, now=NOW)
    for job in (first, second):
        undo(job, now=NOW)
    assert not Lead.objects.exists()
    assert not Contact.objects.exists()
    assert not Company.objects.exists()


def test_what_a_program_says_too_stays(tmp_path: Path) -> None:
    job = take_in(tmp_path / "1.csv", [CITY, ("a@stal.pl", "Stal", "Łódź", "900", "targi")])
    for _ in range(2):
        a_form_said()
    assert Confirmation.objects.count() == 2, "one of the person and one of the firm"
    take_back(job)
    assert said_of_anna() == ("Łódź", 900, "targi")


def test_values_that_a_later_file_repeats_are_not_taken_from_older_records(tmp_path: Path) -> None:
    a_form_said({"lead.city": "Opole", "company.employees": 12, "lead.channel": "inne"})
    row = ("a@stal.pl", "Stal", "Łódź", "900", "targi")
    first = take_in(tmp_path / "1.csv", [CITY, row])
    second = take_in(tmp_path / "2.csv", [CITY, row])
    third = take_in(tmp_path / "3.csv", [CITY, row])
    take_back(first)
    assert said_of_anna() == ("Łódź", 900, "targi")
    take_back(third)
    assert said_of_anna() == ("Łódź", 900, "targi")
    take_back(second)
    assert said_of_anna() == ("Opole", 12, "inne")


def test_only_what_was_repeated_stays(tmp_path: Path) -> None:
    a_form_said({"lead.city": "Opole", "company.employees": 12})
    first = take_in(tmp_path / "1.csv", [CITY, ("a@stal.pl", "Stal", "Łódź", "900", "targi")])
    take_in(tmp_path / "2.csv", [CITY, ("a@stal.pl", "", "Łódź", "", "")])
    take_back(first)
    assert said_of_anna() == ("Łódź", 12, "")


def test_a_value_that_changed_after_it_was_repeated_is_not_brought_back(tmp_path: Path) -> None:
    a_form_said({"lead.city": "Opole"})
    first, _, last = (
        take_in(tmp_path / "1.csv", [CITY, ("a@stal.pl", "", city, "", "")])
        for city in ("Łódź", "Łódź", "Kraków")
    )
    take_back(first)
    assert said_of_anna()[0] == "Kraków"
    take_back(last)
    assert said_of_anna()[0] == "Łódź", "the file in the middle still says it"


def test_a_new_lead_of_a_known_person_stays_while_another_file_lists_them(tmp_path: Path) -> None:
    old = a_form_said(days_ago=1)
    Lead.objects.filter(pk=old.pk).update(closed_at=NOW)
    rows = [("E-mail",), ("a@stal.pl",)]
    first, second = take_in(tmp_path / "1.csv", rows), take_in(tmp_path / "2.csv", rows)
    take_back(first)
    assert Lead.objects.filter(closed_at=None).count() == 1
    take_back(second)
    assert Lead.objects.get() == old


def test_touchpoints_of_two_files_stay_until_both_are_undone(tmp_path: Path) -> None:
    a_form_said()
    rows = [TOUCHED, ("a@stal.pl", "v1", "form", "2026-02-01")]
    first = take_in(tmp_path / "1.csv", rows, "touchpoints")
    second = take_in(tmp_path / "2.csv", rows, "touchpoints")
    take_back(first)
    assert Touchpoint.objects.count() == KnownVisitor.objects.count() == 1
    take_back(second)
    assert not Touchpoint.objects.exists()
    assert not KnownVisitor.objects.exists()


def test_a_touchpoint_that_a_program_sent_too_stays(tmp_path: Path) -> None:
    a_form_said()
    rows = [("Id zdarzenia", *TOUCHED), ("evt-1", "a@stal.pl", "v1", "form", "2026-02-01")]
    job = take_in(tmp_path / "1.csv", rows, "touchpoints")
    sent = ReceivedTouchpoint("form", NOW, {"email": "a@stal.pl", "visitor": "v1"}, id="evt-1")
    for _ in range(2):
        assert receive_touchpoints([sent], source="api", now=NOW).n_new == 0
    take_back(job)
    assert Touchpoint.objects.get().import_id is None
    assert KnownVisitor.objects.count() == 1


def test_a_browser_that_others_told_of_too_stays_known(tmp_path: Path) -> None:
    contact = a_form_said().contact
    rows = [TOUCHED, ("a@stal.pl", "v1", "form", "2026-02-01")]
    job = take_in(tmp_path / "1.csv", rows, "touchpoints")
    both = ReceivedTouchpoint("form", NOW, {"email": "a@stal.pl", "visitor": "v1"})
    alone = ReceivedTouchpoint("page_view", NOW, {"visitor": "v1"})
    receive_touchpoints([both, alone], source="web", now=NOW)
    take_back(job)
    assert KnownVisitor.objects.get().contact_id == contact.pk
    assert Touchpoint.objects.filter(contact_id=contact.pk).count() == 2
