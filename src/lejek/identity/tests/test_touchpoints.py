"""Touchpoints find their person, now or later, and count once."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lejek.capture.models import Touchpoint
from lejek.capture.services import ReceivedTouchpoint
from lejek.identity.imports import run_file
from lejek.identity.imports.texts import kept_text
from lejek.identity.models import Contact
from lejek.identity.services import record_lead
from lejek.identity.tests.builders import NOW, take_in, write_csv
from lejek.identity.touchpoints import receive_touchpoints
from lejek.kernel.models import Event

pytestmark = pytest.mark.django_db


def seen(type_: str = "page_view", minutes: int = 0, **identity: str) -> ReceivedTouchpoint:
    return ReceivedTouchpoint(type_, NOW + timedelta(minutes=minutes), identity)


def receive(*items: ReceivedTouchpoint) -> tuple[int, int]:
    taken = receive_touchpoints(items, source="web", now=NOW)
    return taken.n_new, taken.n_waiting


def a_lead(email: str = "a@stal.pl") -> Contact:
    return record_lead({"contact.email": email}, source="form", actor=None, now=NOW).lead.contact


def test_a_touchpoint_of_a_known_person_is_theirs_at_once() -> None:
    contact = a_lead()
    assert receive(seen(email="a@stal.pl")) == (1, 0)
    assert Touchpoint.objects.get().contact_id == contact.pk
    assert Event.objects.filter(name="touchpoints_attached").count() == 1


def test_an_anonymous_history_is_attached_when_the_visitor_becomes_known() -> None:
    assert receive(seen(visitor="v1"), seen(visitor="v1", minutes=1)) == (2, 2)
    assert receive(seen("form", minutes=2, visitor="v1", email="a@stal.pl")) == (1, 1)
    contact = a_lead()
    assert set(Touchpoint.objects.values_list("contact_id", "waits_for")) == {(contact.pk, None)}
    assert receive(seen(visitor="v1", minutes=3)) == (1, 0)


def test_a_touchpoint_that_tells_the_other_address_is_of_the_same_person(tmp_path: Path) -> None:
    assert receive(seen(email="anna@gmail.com")) == (1, 1)
    anna = {"contact.phone": "600100200", "contact.full_name": "Anna Bąk"}
    contact, _ = (
        record_lead(
            {**anna, "contact.email": email}, source="form", actor=None, now=NOW
        ).lead.contact
        for email in ("a@stal.pl", "anna@gmail.com")
    )
    assert Touchpoint.objects.get().contact_id == contact.pk, "it had waited for the address"
    rows = [("E-mail", "Typ", "Data"), ("anna@gmail.com", "page_view", "01.02.2026")]
    assert take_in(tmp_path / "a.csv", rows, "touchpoints").counts["new"] == 1
    assert set(Touchpoint.objects.values_list("contact_id", flat=True)) == {contact.pk}
    Contact.objects.create(email="anna@gmail.com", created_at=NOW, updated_at=NOW)
    receive(seen(email="anna@gmail.com", minutes=1))
    assert Touchpoint.objects.filter(contact_id=contact.pk).count() == 2, "the first address wins"


def test_a_second_arrival_changes_nothing() -> None:
    a_lead()
    item = seen(email="a@stal.pl")
    assert receive(item, item) == (1, 0)
    assert receive(item) == (0, 0)
    assert Touchpoint.objects.count() == 1


def test_a_shared_phone_is_nobodys_key() -> None:
    for email, name in (("a@stal.pl", "Anna Bąk"), ("b@stal.pl", "Ewa Lis")):
        cells = {"contact.email": email, "contact.phone": "221234567", "contact.full_name": name}
        record_lead(cells, source="form", actor=None, now=NOW)
    assert receive(seen("call", phone="+48221234567")) == (1, 1)


def test_a_file_of_touchpoints_is_taken_in_once(tmp_path: Path) -> None:
    contact = a_lead()
    rows = [
        ("E-mail", "Typ", "Data", "page.category"),
        ("a@stal.pl", "page_view", "01.02.2026 10:00", "pricing"),
        ("nikt@nigdzie.pl", "page_view", "01.02.2026 10:05", "blog"),
        ("a@stal.pl", "page_view", "wczoraj", "blog"),
        ("a@stal.pl", "page_view", "02.03.2026 10:20", "blog"),
    ]
    foreseen = run_file(
        write_csv(tmp_path / "a.csv", rows), "touchpoints", now=NOW, is_rehearsal=True
    )
    job = take_in(tmp_path / "a.csv", rows, "touchpoints")
    for each in (foreseen, job):
        assert (each.counts["new"], each.counts["rejected"]) == (1, 3)
    reasons = {number: kept_text(kept) for number, kept in job.counts["examples"]}
    assert "nikt@nigdzie.pl" in reasons[3], "nobody is known by it"
    assert "wczoraj" in reasons[4], "no moment"
    assert "02.03.2026 10:20" in reasons[5], "twenty minutes from now"
    touchpoint = Touchpoint.objects.get(contact_id=contact.pk)
    assert touchpoint.properties == {"page.category": "pricing"}
    assert touchpoint.occurred_at.isoformat() == "2026-02-01T09:00:00+00:00"
    again = take_in(tmp_path / "a.csv", rows, "touchpoints")
    assert (again.counts.get("new", 0), again.counts["unchanged"]) == (0, 1)


def test_a_moment_in_a_file_is_of_the_organisations_time_zone(
    tmp_path: Path, settings: Any
) -> None:
    a_lead()
    rows = [
        ("E-mail", "Typ", "Data"),
        ("a@stal.pl", "page_view", "2026-01-15 10:00"),
        ("a@stal.pl", "page_view", "2026-01-15T10:00:00Z"),
        ("a@stal.pl", "page_view", "15.01.2026 10:00"),
    ]
    settings.TIME_ZONE = "America/New_York"
    job = take_in(tmp_path / "a.csv", rows, "touchpoints")
    moments = {
        each.isoformat() for each in Touchpoint.objects.values_list("occurred_at", flat=True)
    }
    assert moments == {"2026-01-15T15:00:00+00:00", "2026-01-15T10:00:00+00:00"}
    assert (job.counts["new"], job.counts["unchanged"]) == (2, 1), "two spellings of one moment"


WITH_IDS = ("Id zdarzenia", "E-mail", "Typ", "Data", "Strona")


def rehearsed_and_taken(path: Path, rows: Sequence[tuple[str, ...]]) -> list[dict[str, Any]]:
    foreseen = run_file(write_csv(path, rows), "touchpoints", now=NOW, is_rehearsal=True)
    return [foreseen.counts, take_in(path, rows, "touchpoints").counts]


def test_one_id_in_a_file_counts_once(tmp_path: Path) -> None:
    a_lead()
    row = ("evt-1", "a@stal.pl", "page_view", "01.02.2026", "")
    rows = [WITH_IDS, row, row, (*row[:4], "cennik")]
    for counts in rehearsed_and_taken(tmp_path / "a.csv", rows):
        assert (counts["new"], counts["unchanged"]) == (1, 2)


def test_ids_of_another_sender_are_refused_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_lead()
    webinars = [(str(n), "a@stal.pl", "webinar", f"0{n}.01.2026", "x") for n in (1, 2)]
    take_in(tmp_path / "a.csv", [WITH_IDS, *webinars], "touchpoints")
    demos = [(str(n), "a@stal.pl", "demo_request", f"0{n}.02.2026", "x") for n in (1, 2, 3)]
    rows = [WITH_IDS, *demos, (*demos[2][:4], "y"), webinars[0]]
    # Each row of the check is a chunk of its own: what came before is known all the same.
    monkeypatch.setattr("lejek.identity.imports.files.CHUNK_ROWS", 1)
    for counts in rehearsed_and_taken(tmp_path / "b.csv", rows):
        assert (counts["new"], counts["unchanged"], counts["rejected"]) == (1, 1, 3)
        assert dict(counts["examples"]) == {
            number: [["id_of_another", "id", id_]] for number, id_ in ((2, "1"), (3, "2"), (5, "3"))
        }
    mapping = {"E-mail": "email", "Typ": "type", "Data": "occurred_at"}
    path = write_csv(tmp_path / "c.csv", [WITH_IDS, *demos])
    again = run_file(path, "touchpoints", mapping, now=NOW)
    assert again.counts["new"] == 3, "without the ids all of them are in"


def test_a_touchpoint_is_not_received_in_the_future(tmp_path: Path) -> None:
    a_lead()
    header = ("E-mail", "Typ", "Data", "Data odebrania")
    rows = [header, ("a@stal.pl", "page_view", "01.02.2026", "05.01.2099")]
    job = take_in(tmp_path / "a.csv", rows, "touchpoints")
    assert job.counts["examples"] == [[2, [["in_future", "received_at", "05.01.2099"]]]]


def test_a_visitor_that_cannot_be_seen_is_nobody(tmp_path: Path) -> None:
    rows = [("Visitor id", "Typ", "Data"), ("\u200b", "page_view", "01.02.2026")]
    job = take_in(tmp_path / "a.csv", rows, "touchpoints")
    assert job.counts["examples"] == [[2, [["nobody", "", ""]]]]


def test_a_browser_in_a_file_waits_until_it_is_known_whose_it_is(tmp_path: Path) -> None:
    rows = [("Visitor id", "Typ", "Data"), ("v1", "page_view", "01.02.2026")]
    job = take_in(tmp_path / "a.csv", rows, "touchpoints")
    assert (job.counts["new"], job.counts["waiting"]) == (1, 1)
