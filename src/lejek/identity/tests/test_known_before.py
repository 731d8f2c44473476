"""What is told later than something newer is history, and no value of today."""

from datetime import timedelta
from pathlib import Path

import pytest

from lejek.identity.imports.starting import start_undo
from lejek.identity.imports.undoing import undo
from lejek.identity.models import AttributeChange, Company, Contact, Import, Lead
from lejek.identity.services import Recorded, record_lead
from lejek.identity.tests.builders import NOW, take_in

pytestmark = pytest.mark.django_db


def told(days_ago: int, **cells: object) -> Recorded:
    named = {name.replace("__", "."): value for name, value in cells.items()}
    return record_lead(
        {"contact.email": "a@stal.pl", **named},
        source="api",
        actor=None,
        now=NOW,
        known_at=NOW - timedelta(days_ago),
    )


def history(field: str) -> list[tuple[object, object, int]]:
    facts = AttributeChange.objects.filter(field=field).order_by("known_at", "id")
    return [(fact.old, fact.new, (NOW - fact.known_at).days) for fact in facts]


def test_a_newer_value_stays_and_the_older_one_is_history() -> None:
    told(10, lead__position="Dyrektor IT")
    told(100, lead__position="Stażysta", lead__city="Łódź")
    contact = Contact.objects.get()
    assert (contact.position, contact.seniority, contact.city) == (
        "Dyrektor IT",
        "director",
        "Łódź",
    )
    assert history("lead.position") == [
        (None, "Stażysta", 100),
        ("Stażysta", "Dyrektor IT", 10),
    ]
    assert [new for _, new, _ in history("lead.seniority")] == ["intern", "director"]


def test_telling_the_past_again_changes_nothing() -> None:
    told(10, lead__position="Dyrektor IT", company__employees=300)
    told(100, lead__position="Stażysta", company__employees=20)
    n_facts = AttributeChange.objects.count()
    assert told(100, lead__position="Stażysta", company__employees=20).outcome == "unchanged"
    assert AttributeChange.objects.count() == n_facts
    assert Company.objects.get().employees == 300
    told(50, lead__position="Specjalista")
    assert [new for _, new, _ in history("lead.position")] == [
        "Stażysta",
        "Specjalista",
        "Dyrektor IT",
    ]


def test_a_firm_of_then_moves_nobody() -> None:
    told(10, contact__email="a@wp.pl", company__name="Huta")
    told(100, contact__email="a@wp.pl", company__name="Stal")
    huta, stal = Company.objects.get(name="Huta"), Company.objects.get(name="Stal")
    assert Contact.objects.get().company == huta
    assert history("contact.company")[-2:] == [(None, stal.pk, 100), (stal.pk, huta.pk, 10)]
    told(100, contact__email="a@wp.pl", company__name="Stal")
    assert len(history("contact.company")) == 2


def test_a_channel_of_then_changes_no_lead() -> None:
    told(10, lead__channel="targi")
    told(100, lead__channel="telefon")
    assert Lead.objects.get().channel == "targi"


def test_the_undo_of_the_newer_value_gives_the_older_one(tmp_path: Path) -> None:
    told(200, lead__city="Opole")
    job = take_in(tmp_path / "a.csv", [("E-mail", "Miasto"), ("a@stal.pl", "Łódź")])
    told(100, lead__city="Kielce")
    assert Contact.objects.get().city == "Łódź"
    start_undo(job, actor=None, now=NOW)
    undo(Import.objects.get(pk=job.pk), now=NOW)
    assert Contact.objects.get().city == "Kielce"
