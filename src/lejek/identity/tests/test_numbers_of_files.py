"""Numbers of files: a sign that may group thousands or begin a fraction is not guessed."""

from pathlib import Path

import pytest

from lejek.identity.imports import run_file
from lejek.identity.models import Contact, FieldDefinition, Import
from lejek.identity.tests.builders import NOW, take_in, write_xlsx

pytestmark = pytest.mark.django_db

HEADER = ("E-mail", "Budżet", "Liczba pracowników")


def budgets(job: Import) -> dict[str, object]:
    return {
        (each.email or "").partition("@")[0]: each.attributes.get("bant.budget")
        for each in Contact.objects.filter(import_id=job.pk)
    }


def test_a_lone_comma_is_decimal_and_a_lone_point_with_three_digits_is_left_out(
    tmp_path: Path,
) -> None:
    rows = [
        HEADER,
        ("comma@stal.pl", "12,345", "1.250"),
        ("point@stal.pl", "12.345", "1 250"),
        ("space@stal.pl", "12 345", "1250"),
    ]
    job = take_in(tmp_path / "a.csv", rows)
    assert budgets(job) == {"comma": 12.345, "point": None, "space": 12345}
    assert job.counts["left_out"] == {"bant.budget": 1}
    assert job.counts["left_out_examples"]["bant.budget"] == [
        ["two_readings", "bant.budget", "12.345"]
    ]
    firm = Contact.objects.get(email="comma@stal.pl").company
    assert firm is not None
    assert firm.employees == 1250


def test_other_numbers_of_the_column_show_what_a_comma_is(tmp_path: Path) -> None:
    rows = [
        ("E-mail", "Budżet"),
        ("a@stal.pl", "12.345"),
        ("b@stal.pl", "1,234.50"),
        ("c@stal.pl", "12,345"),
        ("d@stal.pl", "brak"),
    ]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(";".join(row) for row in rows))
    job = run_file(path, "leads", now=NOW)
    assert budgets(job) == {"a": 12.345, "b": 1234.5, "c": 12345, "d": None}
    assert job.counts["left_out_examples"]["bant.budget"] == [
        ["not_a_number", "bant.budget", "brak"]
    ]


def test_an_own_field_of_numbers_follows_its_column_too(tmp_path: Path) -> None:
    FieldDefinition.objects.create(name="lead.q", type="number", label_pl="Q", label_en="Q")
    path = tmp_path / "a.csv"
    path.write_text("E-mail;Q\na@stal.pl;12.345\nb@stal.pl;7,5\n")
    run_file(path, "leads", {"E-mail": "contact.email", "Q": "lead.q"}, now=NOW)
    found = {each.email: each.attributes["lead.q"] for each in Contact.objects.all()}
    assert found == {"a@stal.pl": 12345, "b@stal.pl": 7.5}


def test_a_number_of_a_workbook_is_the_number_that_it_is(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx", [HEADER, ("a@stal.pl", 12.345, 1250), ("b@stal.pl", 1.5, 3)]
    )
    job = run_file(path, "leads", now=NOW)
    assert budgets(job) == {"a": 12.345, "b": 1.5}
    assert not job.counts.get("left_out")
