"""A process that slept while others went on with its import changes nothing when it wakes up."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lejek.identity import jobs
from lejek.identity.imports import running, starting, undoing
from lejek.identity.imports.columns import ColumnMapping
from lejek.identity.imports.files import FileRefused, Table, rejects_path
from lejek.identity.imports.starting import begin_import, choose_columns, read_file, start_run
from lejek.identity.models import Contact, Import, Lead
from lejek.identity.services import record_lead
from lejek.identity.tests.builders import (
    ANNA,
    HEADER,
    JAN,
    NOW,
    csv_bytes,
    make_user,
    take_in,
    work,
)
from lejek.kernel.models import Event, Job

pytestmark = pytest.mark.django_db

CHUNK, N_ROWS, EVERY_BAD = 10, 22, 5
N_BAD = len(range(0, N_ROWS, EVERY_BAD))
NAMED = ColumnMapping({"E-mail": "contact.email", "Miasto": "lead.city"})
AS_A_NUMBER = ColumnMapping({"E-mail": "contact.phone", "Miasto": "lead.city"})


@pytest.fixture(autouse=True)
def _short_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Table.chunks, "__kwdefaults__", {"skip": 0, "size": CHUNK})


class Died(Exception):
    """A process that ends in the middle."""


def uploaded() -> Import:
    """A file of three chunks; every fifth address is none."""
    rows = [(f"osoba{n}@stal.pl" if n % EVERY_BAD else f"nic{n}", "Łódź") for n in range(N_ROWS)]
    return begun(csv_bytes([("E-mail", "Miasto"), *rows]))


def begun(content: bytes) -> Import:
    return begin_import(chunks=[content], file_name="a.csv", kind="leads", actor=None, now=NOW)


def chosen(job: Import, mapping: ColumnMapping = NAMED) -> Import:
    return choose_columns(job, mapping, actor=None, now=NOW)


def again(job: Import) -> Import:
    """The import as another process finds it."""
    return Import.objects.get(pk=job.pk)


def test_a_check_that_slept_while_the_file_is_taken_in_loses_no_row() -> None:
    job = chosen(uploaded())

    def dies(n_done: int, _total: int) -> None:
        if n_done == CHUNK:
            raise Died

    def sleeps(n_done: int, _total: int) -> None:
        if n_done == CHUNK:
            running.check(again(job), now=NOW)
            with pytest.raises(Died):
                running.run(start_run(again(job), now=NOW), now=NOW, progress=dies)

    running.check(again(job), now=NOW, progress=sleeps)
    assert (again(job).status, again(job).rows_done) == (Import.Status.RUNNING, CHUNK)
    running.run(again(job), now=NOW)
    done = again(job)
    assert done.status == Import.Status.DONE
    assert (done.counts["new"], done.counts["rejected"]) == (N_ROWS - N_BAD, N_BAD)
    assert Lead.objects.count() == N_ROWS - N_BAD
    refused = rejects_path(Path(job.path)).read_text("utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in refused[1:]] == [
        f"nic{n}" for n in range(0, N_ROWS, EVERY_BAD)
    ]


@pytest.mark.parametrize("does_other_die", [False, True])
def test_of_two_checks_at_once_one_comes_to_an_end(*, does_other_die: bool) -> None:
    job = chosen(uploaded())
    with_end: list[str] = []

    def dies(_done: int, _total: int) -> None:
        if does_other_die:
            raise Died

    def sleeps(n_done: int, n_total: int) -> None:
        if n_done == CHUNK:
            with suppress(Died):
                running.check(again(job), now=NOW, progress=dies)
        elif n_done == n_total:
            with_end.append("the one that slept")

    running.check(again(job), now=NOW, progress=sleeps)
    assert bool(with_end) == does_other_die
    found = again(job)
    assert (found.status, found.counts["rejected"]) == (Import.Status.CHECKED, N_BAD)
    kept = Path(job.path)
    assert set(kept.parent.iterdir()) == {kept, rejects_path(kept)}


@pytest.mark.parametrize("at", ["begin", "middle", "end"])
def test_a_check_is_of_the_columns_that_were_chosen_last(
    monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    job = chosen(uploaded(), AS_A_NUMBER)
    n_chosen: list[str] = []

    def choose_once(here: str) -> None:
        if here == at and not n_chosen:
            n_chosen.append(here)
            chosen(again(job))

    def open_slowly(*given: Any) -> Any:
        choose_once("begin")
        return handler(*given)

    def handle_slowly(*given: Any) -> None:
        handle(*given)
        choose_once("middle")

    def check_and_end_slowly(*given: Any, **options: Any) -> None:
        check(*given, **options)
        choose_once("end")

    handler, handle, check = running._handler, running._handle, running.check
    monkeypatch.setattr(running, "_handler", open_slowly)
    monkeypatch.setattr(running, "_handle", handle_slowly)
    monkeypatch.setattr(jobs, "check", check_and_end_slowly)
    work()
    found = again(job)
    assert n_chosen
    assert (found.status, found.mapping) == (Import.Status.CHECKED, NAMED.as_json())
    assert (found.counts.get("new"), found.counts["rejected"]) == (N_ROWS - N_BAD, N_BAD)
    assert not Job.objects.filter(status__in=[Job.Status.READY, Job.Status.RUNNING]).exists()


def test_a_check_that_begins_late_with_other_columns_disturbs_nobody() -> None:
    late = chosen(uploaded(), AS_A_NUMBER)
    job = chosen(again(late))

    def begins(n_done: int, _total: int) -> None:
        if n_done == CHUNK:
            running.check(late, now=NOW)

    running.check(job, now=NOW, progress=begins)
    assert (again(job).status, again(job).counts["rejected"]) == (Import.Status.CHECKED, N_BAD)


@pytest.mark.parametrize("is_refused", [True, False])
def test_who_could_not_read_a_file_that_another_has_read_refuses_nothing(
    monkeypatch: pytest.MonkeyPatch, *, is_refused: bool
) -> None:
    monkeypatch.setattr("lejek.identity.imports.files._SHORT_BYTES", 0)
    job = begun(csv_bytes([HEADER, ANNA], encoding="cp1250"))

    def slept(_job: Import) -> None:
        read_file(again(job))
        raise FileRefused("gone") if is_refused else Died("disk")

    monkeypatch.setattr(jobs, "read", slept)
    if is_refused:
        jobs.read_file(job.pk, now=NOW)
    else:
        with pytest.raises(Died):
            jobs.read_file(job.pk, now=NOW)
    found = again(job)
    assert (found.status, found.message) == (Import.Status.UPLOADED, "")
    assert Path(found.path).is_file()


def test_an_undo_that_slept_while_another_ended_it_does_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    job = take_in(tmp_path / "a.csv", [HEADER, ANNA, JAN])
    record_lead(
        {"contact.email": ANNA[2], "lead.country": "PL"}, source="form", actor=None, now=NOW
    )
    starting.start_undo(job, actor=None, now=NOW)
    sleeper = again(job)

    def others_end_it() -> None:
        monkeypatch.setattr(undoing, "record_alone", lambda: None)
        undoing.undo(again(job), now=NOW)

    monkeypatch.setattr(undoing, "record_alone", others_end_it)
    undoing.undo(sleeper, now=NOW)
    found = again(job)
    assert (found.status, found.counts["kept"]) == (Import.Status.UNDONE, 3)
    assert Event.objects.filter(name="import_undone").count() == 1
    assert Contact.objects.count() == Lead.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "then"),
    [("reading", "uploaded"), ("checking", "checked"), ("running", "done"), ("undoing", "undone")],
)
def test_an_import_that_nobody_works_on_is_taken_up_again_by_hand(status: str, then: str) -> None:
    client = Client()
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    job = begun(csv_bytes([HEADER, ANNA]))
    Import.objects.filter(pk=job.pk).update(status=status, message="OSError: disk")
    by_hand = reverse("identity:import_continue", args=[job.pk])
    page = client.get(reverse("identity:import_run", args=[job.pk]), follow=True)
    assert by_hand in page.content.decode()
    url = page.redirect_chain[-1][0] if page.redirect_chain else page.request["PATH_INFO"]
    part = client.get(url, headers={"hx-request": "true"}).content.decode()
    assert by_hand in part, "also for who watches"
    if status in ("reading", "checking"):
        assert reverse("identity:import_discard", args=[job.pk]) in page.content.decode()

    client.post(by_hand)
    part = client.get(url, headers={"hx-request": "true"}).content.decode()
    assert by_hand not in part, "somebody is about to work on it"
    work()
    assert (again(job).status, again(job).message) == (then, "")
