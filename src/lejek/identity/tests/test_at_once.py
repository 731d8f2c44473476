"""Who records, attaches or takes back at the same time as another misses nothing of the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from lejek.capture.models import Touchpoint
from lejek.capture.services import ReceivedTouchpoint
from lejek.identity import services, touchpoints
from lejek.identity.imports import undoing
from lejek.identity.imports.starting import start_undo
from lejek.identity.models import AttributeChange, Company, Contact, Lead
from lejek.identity.services import record_lead
from lejek.identity.tests.builders import NOW, take_in
from lejek.identity.touchpoints import receive_touchpoints

pytestmark = pytest.mark.django_db(transaction=True)

EMAIL = "a@stal.pl"
_BLOCKED = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND %s = ANY(pg_blocking_pids(pid))"


class Beside:
    """What another process does in the middle of what this one does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._threads = ThreadPoolExecutor(1)
        self._done: Future[None] | None = None

    def happens_after(self, room: Any, name: str, doing: Callable[[], object]) -> None:
        """Let something begin once a function has been called for the first time."""
        real = getattr(room, name)

        def called(*given: Any, **options: Any) -> Any:
            found = real(*given, **options)
            if self._done is None:
                self._begin(doing)
            return found

        self._monkeypatch.setattr(room, name, called)

    def _begin(self, doing: Callable[[], object]) -> None:
        """Let it go as far as it gets: until it is over, or has to wait for us."""

        def do() -> None:
            try:
                doing()
            finally:
                connection.close()

        self._done = self._threads.submit(do)
        deadline = time.monotonic() + 30
        while not self._done.done() and not _somebody_waits_for_us():
            assert time.monotonic() < deadline, "it neither ended nor waited"
            time.sleep(0.01)

    def end(self) -> None:
        """Wait until it is over."""
        assert self._done is not None, "it never began"
        self._done.result(timeout=30)
        self._threads.shutdown()


def _somebody_waits_for_us() -> bool:
    if connection.vendor != "postgresql":
        return True  # SQLite has one writer, and that is us
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        cursor.execute(_BLOCKED, cursor.fetchone())
        return bool(cursor.fetchone()[0])


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Beside:
    return Beside(monkeypatch)


def say(**more: object) -> Lead:
    cells = {"contact.email": EMAIL, **{f"lead.{name}": value for name, value in more.items()}}
    return record_lead(cells, source="api", actor=None, now=NOW).lead


def send(type_: str = "page_view", **identity: str) -> None:
    receive_touchpoints([ReceivedTouchpoint(type_, NOW, identity)], source="api", now=NOW)


def test_a_touchpoint_finds_the_person_who_is_recorded_while_it_looks(beside: Beside) -> None:
    beside.happens_after(touchpoints, "contacts_by_key", say)
    send(email=EMAIL)
    beside.end()
    assert Touchpoint.objects.get().contact_id == Contact.objects.get().pk


def test_a_touchpoint_that_comes_while_its_person_is_recorded_finds_them(beside: Beside) -> None:
    beside.happens_after(services, "attach_waiting", lambda: send(email=EMAIL))
    say()
    beside.end()
    assert Touchpoint.objects.get().contact_id == Contact.objects.get().pk


def test_a_visit_finds_the_person_whose_browser_becomes_known_while_it_looks(
    beside: Beside,
) -> None:
    contact = say().contact
    beside.happens_after(
        touchpoints, "contacts_by_key", lambda: send("form", visitor="v1", email=EMAIL)
    )
    send(visitor="v1")
    beside.end()
    assert list(Touchpoint.objects.values_list("contact_id", flat=True)) == [contact.pk] * 2


def test_an_undo_keeps_what_is_said_while_it_restores(beside: Beside, tmp_path: Path) -> None:
    say(city="Opole")
    job = take_in(tmp_path / "a.csv", [("E-mail", "Miasto"), (EMAIL, "Łódź")])
    start_undo(job, actor=None, now=NOW)
    beside.happens_after(undoing, "_leads_of", lambda: say(position="Prezes"))
    undoing.undo(job, now=NOW)
    beside.end()
    contact = Contact.objects.get()
    assert (contact.city, contact.position) == ("Opole", "Prezes")
    assert AttributeChange.objects.get(field="lead.position").new == "Prezes"


def test_an_undo_keeps_the_lead_that_is_told_of_while_it_removes(
    beside: Beside, tmp_path: Path
) -> None:
    job = take_in(tmp_path / "a.csv", [("E-mail", "Miasto"), (EMAIL, "Łódź")])
    start_undo(job, actor=None, now=NOW)
    told: list[Lead] = []
    beside.happens_after(undoing, "_needed_leads", lambda: told.append(say(position="Prezes")))
    undoing.undo(job, now=NOW)
    beside.end()
    assert Lead.objects.get() == told[0]
    assert told[0].contact.position == Contact.objects.get().position == "Prezes"


def test_a_touchpoint_that_comes_while_its_person_goes_waits_again(
    beside: Beside, tmp_path: Path
) -> None:
    job = take_in(tmp_path / "a.csv", [("E-mail",), (EMAIL,)])
    start_undo(job, actor=None, now=NOW)
    beside.happens_after(undoing, "_let_wait", lambda: send(email=EMAIL))
    undoing.undo(job, now=NOW)
    beside.end()
    assert not Contact.objects.exists()
    assert Touchpoint.objects.get().contact_id is None
    contact = say().contact
    assert Touchpoint.objects.get().contact_id == contact.pk


def test_two_undos_at_once_leave_nothing_that_either_has_brought(
    beside: Beside, tmp_path: Path
) -> None:
    header = ("E-mail", "Firma")
    first = take_in(tmp_path / "1.csv", [header, (EMAIL, "Stal")])
    Lead.objects.update(closed_at=NOW)
    second = take_in(tmp_path / "2.csv", [header, (EMAIL, "Stal"), ("b@stal.pl", "Stal")])
    for job in (first, second):
        start_undo(job, actor=None, now=NOW)
    beside.happens_after(undoing, "_needed_leads", lambda: undoing.undo(second, now=NOW))
    undoing.undo(first, now=NOW)
    beside.end()
    assert not Lead.objects.exists()
    assert not Contact.objects.exists()
    assert not Company.objects.exists()
