"""An import can be taken back exactly, and goes on where it was interrupted."""

import gc
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from lejek.capture.models import Touchpoint
from lejek.capture.services import ReceivedTouchpoint
from lejek.consent.models import ConsentChange
from lejek.identity.imports import run_file, running
from lejek.identity.imports.starting import start_undo
from lejek.identity.imports.undoing import reach, undo
from lejek.identity.models import AttributeChange, Company, Contact, Import, Lead
from lejek.identity.services import record_lead
from lejek.identity.tests.builders import ANNA, HEADER, JAN, NOW, hand_on, take_in, write_csv
from lejek.identity.touchpoints import receive_touchpoints
from lejek.kernel.models import Event
from lejek.qualification.models import StageTransition, Verdict

pytestmark = pytest.mark.django_db


def state() -> dict[str, list[dict[str, Any]]]:
    """Everything that an import may touch; moments of confirmation aside."""
    models = (Company, Contact, Lead, Touchpoint)
    found: dict[str, list[dict[str, Any]]] = {}
    for model in models:
        rows = model._default_manager.order_by("pk").values()
        found[model.__name__] = [dict(row) for row in rows]
    for row in (row for rows in found.values() for row in rows):
        row.pop("updated_at", None)
    return found


def take_back(job: Import) -> Import:
    start_undo(job, actor=None, now=NOW)
    undo(job, now=NOW)
    hand_on()
    job.refresh_from_db()
    assert job.status == Import.Status.UNDONE
    return job


def test_undo_restores_exactly_what_was_there(tmp_path: Path) -> None:
    record_lead(
        {
            "contact.email": "anna.zak@lodz-stal.pl",
            "lead.position": "Kierownik IT",
            "company.name": "Stal",
            "company.employees": 12,
            "lead.channel": "targi",
        },
        source="form",
        actor=None,
        now=NOW,
    )
    receive_touchpoints(
        [ReceivedTouchpoint("page_view", NOW, {"email": "jan.wojcik@gmail.com"})],
        source="web",
        now=NOW,
    )
    before = state()
    header = (*HEADER, "Liczba pracowników", "Kanał", "Zgoda na e-mail")
    rows = [header, (*ANNA, "900", "webinar", "tak"), (*JAN, "3", "webinar", "nie")]
    job = take_in(tmp_path / "a.csv", rows)
    hand_on()
    assert (job.counts["new"], job.counts["updated"]) == (1, 1)
    assert Touchpoint.objects.get().contact_id is not None
    assert ConsentChange.objects.count() == 2
    assert (reach(job).n_leads, reach(job).n_changed) == (1, 2)

    take_back(job)
    assert state() == before
    assert not ConsentChange.objects.exists()
    assert Event.objects.filter(name="import_undone").count() == 1


def test_undo_of_the_earlier_of_two_imports_keeps_what_the_later_said(tmp_path: Path) -> None:
    record_lead(
        {"contact.email": "a@stal.pl", "lead.city": "Opole"}, source="form", actor=None, now=NOW
    )
    first = take_in(
        tmp_path / "1.csv", [("E-mail", "Miasto", "Kraj"), ("a@stal.pl", "Łódź", "Polska")]
    )
    second = take_in(tmp_path / "2.csv", [("E-mail", "Miasto"), ("a@stal.pl", "Kraków")])
    take_back(first)
    contact = Contact.objects.get()
    assert (contact.city, contact.country) == ("Kraków", "")
    take_back(second)
    assert Contact.objects.get().city == "Opole", "not what the undone import had said"


def test_what_something_else_depends_on_stays(tmp_path: Path) -> None:
    job = take_in(tmp_path / "a.csv", [HEADER, ANNA, JAN])
    lead = Lead.objects.get(contact__email="jan.wojcik@gmail.com")
    Verdict.objects.create(lead=lead, is_accepted=True, actor=_somebody(), at=NOW)
    StageTransition.objects.create(
        lead=Lead.objects.exclude(pk=lead.pk).get(),
        old="lead",
        new="mql",
        reason="by itself",
        at=NOW,
    )
    job = take_back(job)
    assert list(Lead.objects.values_list("pk", flat=True)) == [lead.pk]
    assert Company.objects.count() == Contact.objects.count() == 1
    assert job.counts["kept"] == 3


def test_a_person_of_whom_others_told_something_stays(tmp_path: Path) -> None:
    job = take_in(tmp_path / "a.csv", [HEADER, ANNA, JAN])
    record_lead(
        {"contact.email": "jan.wojcik@gmail.com", "lead.country": "PL"},
        source="form",
        actor=None,
        now=NOW,
    )
    take_back(job)
    assert Contact.objects.get().email == "jan.wojcik@gmail.com"
    assert Lead.objects.count() == 1


def test_touchpoints_of_an_import_go_and_visitors_are_forgotten(tmp_path: Path) -> None:
    record_lead({"contact.email": "a@stal.pl"}, source="form", actor=None, now=NOW)
    receive_touchpoints(
        [ReceivedTouchpoint("page_view", NOW, {"visitor": "v1"})], source="web", now=NOW
    )
    before = state()
    rows = [("E-mail", "Visitor id", "Typ", "Data"), ("a@stal.pl", "v1", "form", "2026-02-01")]
    job = take_in(tmp_path / "t.csv", rows, "touchpoints")
    assert Touchpoint.objects.filter(contact_id=None).count() == 0
    take_back(job)
    assert state() == before


def test_undoing_twice_is_undoing_once(tmp_path: Path) -> None:
    job = take_in(tmp_path / "a.csv", [HEADER, ANNA])
    take_back(job)
    undo(job, now=NOW)
    assert Event.objects.filter(name="import_undone").count() == 1


def _somebody() -> Any:
    from lejek.identity.tests.builders import make_user

    return make_user()


def many(n_rows: int) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("Imię", "Nazwisko", "E-mail", "Telefon", "Stanowisko", "Firma", "Miasto")
    ]
    for n in range(n_rows):
        wrong = "" if n % 50 else "zły adres"
        email = wrong or f"osoba{n}@firma{n // 4}.pl"
        phone = f"6{n:08d}"
        rows.append(
            ("Jan", f"Nowak{n}", email, phone, "Dyrektor IT", f"Firma {n // 4} S.A.", "Łódź")
        )
    return rows


def test_an_interrupted_run_goes_on_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(tmp_path / "many.csv", many(3500))
    real, n_calls = running._kept, 0

    def fails_in_the_third_chunk(*arguments: Any) -> dict[str, Any]:
        nonlocal n_calls
        n_calls += 1
        if n_calls == 3:
            raise RuntimeError("power cut")
        return real(*arguments)

    monkeypatch.setattr(running, "_kept", fails_in_the_third_chunk)
    with pytest.raises(RuntimeError):
        run_file(path, "leads", now=NOW)
    job = Import.objects.get()
    assert (job.status, job.rows_done) == ("running", 2000)
    assert Lead.objects.count() == 1960, "what the third chunk did was rolled back"

    running.run(job, now=NOW)
    running.run(job, now=NOW)
    job.refresh_from_db()
    assert (job.status, job.rows_done) == ("done", 3500)
    assert (job.counts["new"], job.counts["rejected"]) == (3430, 70)
    assert Lead.objects.count() == 3430
    rejects = Path(job.path).with_suffix(".rejects.csv").read_text("utf-8-sig").splitlines()
    assert len(rejects) == 71, "each refused row once, and the header"


def test_the_check_counts_what_the_run_then_does(tmp_path: Path) -> None:
    rows = many(2400)
    rows += [rows[2], (*rows[3][:4], "Prezes", *rows[3][5:])]
    path = write_csv(tmp_path / "many.csv", rows)
    foreseen = run_file(path, "leads", now=NOW, is_rehearsal=True)
    assert not Contact.objects.exists()
    done = run_file(path, "leads", now=NOW)
    names = ("new", "updated", "unchanged", "rejected")
    assert {n: foreseen.counts.get(n, 0) for n in names} == {
        n: done.counts.get(n, 0) for n in names
    }
    assert done.counts["unchanged"] == done.counts["updated"] == 1


def test_the_check_meets_people_of_earlier_chunks_by_every_key(tmp_path: Path) -> None:
    header = ("Imię", "Nazwisko", "E-mail", "Telefon", "NIP", "Firma", "Miasto")
    filler = [("Jan", f"Nowak{n}", f"o{n}@x{n}.pl", "", "", "", "") for n in range(1100)]
    first = [
        ("Anna", "Bąk", "", "600100200", "", "", "Opole"),
        ("Ewa", "Lis", "", "", "5260001246", "Stal S.A.", "Opole"),
        ("Iza", "Żak", "", "", "", "Huta", "Opole"),
        ("Ola", "Kot", "ola@kot.pl", "", "", "", "Opole"),
    ]
    second = [(*row[:-1], "Łódź") for row in first]
    rows = [header, *first, *filler, *second, *filler, *second]
    path = write_csv(tmp_path / "keys.csv", rows)
    foreseen = run_file(path, "leads", now=NOW, is_rehearsal=True)
    assert not Contact.objects.exists()
    done = run_file(path, "leads", now=NOW)
    expected = {"new": 1104, "updated": 4, "unchanged": 1104}
    assert {name: foreseen.counts[name] for name in expected} == expected
    assert {name: done.counts[name] for name in expected} == expected


def test_facts_of_an_import_that_was_undone_keep_nobody(tmp_path: Path) -> None:
    first = take_in(tmp_path / "1.csv", [("E-mail", "Miasto"), ("a@stal.pl", "Łódź")])
    second = take_in(tmp_path / "2.csv", [("E-mail", "Miasto"), ("a@stal.pl", "Kraków")])
    take_back(second)
    assert take_back(first).counts["kept"] == 0
    assert not Contact.objects.exists()


@pytest.mark.slow
def test_twenty_thousand_rows_need_no_more_memory_than_five_and_few_queries(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "many.csv", many(20_000))
    n_queries, n_objects = Counter[str](), []

    def counting(execute: Any, *arguments: Any) -> Any:
        n_queries["all"] += 1
        return execute(*arguments)

    def after_each_chunk(_done: int, _total: int) -> None:
        n_objects.append(len(gc.get_objects()))

    with connection.execute_wrapper(counting):
        job = run_file(path, "leads", now=NOW, progress=after_each_chunk)
    assert job.counts["new"] == 19_600
    assert n_queries["all"] / 20 < 160, "by the chunk, never by the row"
    assert max(n_objects[5:]) < max(n_objects[:5]) + 20_000, "no chunk leaves its records behind"
    assert AttributeChange.objects.count() > 190_000
