"""The header of a file is found under its titles, and people may say which row it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from lejek.cli.arguments import parser
from lejek.cli.commands import take_in
from lejek.identity.imports import run_file
from lejek.identity.imports.files import Table, rejects_path, store, table_of
from lejek.identity.models import Contact, Import
from lejek.identity.tests.builders import NOW, csv_bytes, make_user, work, write_csv, write_xlsx
from lejek.identity.tests.test_import_journey import check_and_run, upload

HEADER = ("Imię", "Nazwisko", "E-mail", "Firma")
ANNA = ("Anna", "Żak", "a@stal.pl", "Stal")
EWA = ("Ewa", "Lis", "e@huta.pl", "Huta")
WRONG = ("Jan", "Kot", "jan-bez-malpy", "Huta")
TITLE = ("Lista leadów, targi 2026",)
TITLED = (TITLE, (), HEADER, ANNA, EWA)
OURS = ("Kto", "Skąd", "Jak")


def table(*rows: tuple[str, ...], header_row: int | None = None) -> Table:
    return Table(table_of(store([csv_bytes(rows)])), header_row)


def found(*rows: tuple[str, ...]) -> tuple[int, list[int]]:
    """The row of the header, and those of the data."""
    read = table(*rows)
    return read.header_row, [row.number for row in read.rows()]


@pytest.mark.parametrize(
    ("rows", "header", "data"),
    [
        (TITLED, 3, [4, 5]),
        ((("Lista leadów", "", "", ""), ("", "", "", ""), HEADER, ANNA), 3, [4]),
        ((TITLE, ("Stan na", "2026-03-01"), ("NIP", "5260001246"), HEADER, ANNA), 4, [5]),
        ((("Dane osoby", "", "", "Firma"), HEADER, ANNA, EWA), 2, [3, 4]),
        ((TITLE, ("E-mail",), ("a@stal.pl",)), 2, [3]),
        ((TITLE, (), ("Lp", "Kto", "E-mail", "Skąd"), ("1", "Anna", "a@b.pl", "targi")), 3, [4]),
        ((HEADER, ANNA, HEADER, EWA), 1, [2, 3, 4]),
        ((ANNA, HEADER, EWA), 0, [1, 2, 3]),
        ((OURS, ("Anna Żak", "telefon", "600100200"), ("Ewa", "telefon", "brak")), 1, [2, 3]),
        ((TITLE, *[("x",)] * 20, HEADER, ANNA), 1, [*range(2, 24)]),
    ],
    ids=[
        "a title and an empty line",
        "titles as wide as the table",
        "titles with a day and a number",
        "names of groups of columns",
        "one column",
        "one usual name under a title",
        "a header in the middle is a row",
        "nothing is lost of a file whose first row is data",
        "values that are like names of columns",
        "too far down",
    ],
)
def test_the_header_is_the_first_row_that_looks_like_one(
    rows: tuple[tuple[str, ...], ...], header: int, data: list[int]
) -> None:
    assert found(*rows) == (header, data)


def test_a_separator_in_a_title_does_not_win() -> None:
    read = table(*TITLED)
    assert (read.separator, read.columns) == (";", HEADER)


@pytest.mark.parametrize(("number", "columns"), [(1, 2), (3, 4), (0, 4)])
def test_a_row_that_is_told_is_the_header(number: int, columns: int) -> None:
    read = table(*TITLED, header_row=number)
    assert (read.header_row, len(read.columns)) == (number, columns)
    assert [row.number for row in read.rows()] == [n for n in (1, 3, 4, 5) if n > number]


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    return client


def page_of(client: Client, job: Import) -> Any:
    return client.get(reverse("identity:import_map", args=[job.pk]))


def take_row(client: Client, job: Import, row: object) -> list[str]:
    """Say which row is the header; what is said to that."""
    answer = client.post(reverse("identity:import_header", args=[job.pk]), {"row": str(row)})
    assert answer["Location"] == reverse("identity:import_map", args=[job.pk])
    job.refresh_from_db()
    return [str(each) for each in get_messages(answer.wsgi_request)]


@pytest.mark.django_db
def test_a_file_with_titles_goes_all_the_way_and_its_rows_keep_their_numbers(
    client: Client,
) -> None:
    job = upload(client, csv_bytes([*TITLED, (), WRONG]))
    said = page_of(client, job).content.decode()
    assert "Za nagłówek przyjęto wiersz 3" in said
    assert 'value="3" selected' in said
    job = check_and_run(client, job)
    assert (job.counts["new"], job.counts["rejected"], job.rows_total) == (2, 1, 3)
    assert [number for number, _ in job.counts["examples"]] == [7]
    kept = rejects_path(Path(job.path)).read_text("utf-8-sig")
    assert kept.startswith("Imię;Nazwisko;E-mail;Firma;")
    again = run_file(rejects_path(Path(job.path)), "leads", now=NOW)
    assert (again.header_row, again.counts["rejected"]) == (1, 1)


@pytest.mark.django_db
def test_rows_of_a_workbook_have_the_numbers_of_the_spreadsheet(tmp_path: Path) -> None:
    rows = [TITLE, (), HEADER, ANNA, (), WRONG]
    job = run_file(write_xlsx(tmp_path / "a.xlsx", rows), "leads", now=NOW)
    assert (job.header_row, job.counts["new"]) == (3, 1)
    assert [number for number, _ in job.counts["examples"]] == [6]


@pytest.mark.django_db
def test_touchpoints_under_a_title_are_taken_in(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", [HEADER, ANNA])
    run_file(tmp_path / "a.csv", "leads", now=NOW)
    rows = [("Raport wizyt",), (), ("E-mail", "Typ", "Data"), ("a@stal.pl", "wizyta", "2026-02-01")]
    job = run_file(write_csv(tmp_path / "b.csv", rows), "touchpoints", now=NOW)
    assert (job.header_row, job.counts["new"]) == (3, 1)


@pytest.mark.django_db
def test_people_say_which_row_it_is_and_that_is_remembered_with_the_columns(
    client: Client,
) -> None:
    rows = [("Wizyty",), (), OURS, ("Anna Żak", "targi", "a@stal.pl")]
    job = upload(client, csv_bytes(rows))
    assert job.header_row == 1
    assert not take_row(client, job, 3)
    assert (job.header_row, job.rows_total) == (3, 1)
    assert job.mapping["columns"] == {"Jak": "contact.email"}
    check_and_run(client, job, Kto="contact.full_name")
    assert Contact.objects.get().full_name == "Anna Żak"
    padded = [(*row, *[""] * (3 - len(row))) for row in rows]
    later = upload(client, csv_bytes([("Wizyty z marca", "", ""), *padded[1:]]))
    assert later.header_row == 3
    assert later.mapping["columns"]["Kto"] == "contact.full_name"


@pytest.mark.django_db
def test_a_row_can_be_taken_anew_while_the_file_is_checked(client: Client) -> None:
    job = upload(client, csv_bytes([HEADER, ANNA, EWA]))
    columns = job.mapping["columns"]
    sent = {"column": list(columns), "field": list(columns.values())}
    client.post(reverse("identity:import_map", args=[job.pk]), sent)
    assert not take_row(client, job, 0)
    work()
    job.refresh_from_db()
    assert (job.status, job.rows_total, job.counts) == (Import.Status.UPLOADED, 3, {})
    assert not job.mapping["columns"]
    assert "Żaden wiersz nie jest nagłówkiem" in page_of(client, job).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("row", ["", "-1", "2", "99", "9" * 50, "٣", "3; DROP"])
def test_a_row_that_is_none_is_refused_in_words(client: Client, row: str) -> None:
    job = upload(client, csv_bytes(TITLED))
    assert take_row(client, job, row) == ["W pliku nie ma wiersza z nazwami kolumn."]
    assert job.header_row == 3


@pytest.mark.django_db
def test_the_last_row_is_no_header_for_there_is_nothing_below(client: Client) -> None:
    job = upload(client, csv_bytes(TITLED))
    assert take_row(client, job, 5) == ["Plik ma nagłówek, ale nie ma w nim żadnych wierszy."]
    assert (job.header_row, job.rows_total) == (3, 2)


@pytest.mark.django_db
def test_what_is_imported_already_has_its_header(client: Client) -> None:
    job = check_and_run(client, upload(client, csv_bytes(TITLED)))
    assert not take_row(client, job, 1)
    assert (job.header_row, job.status) == (3, Import.Status.DONE)


@pytest.mark.django_db
def test_the_command_line_finds_the_header_says_so_and_can_be_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [("Firma", "E-mail"), ("Nazwa", "E-mail"), ("Stal", "a@stal.pl")]
    path = str(write_csv(tmp_path / "leady.csv", rows))
    for typed, said, n_rejected in (([], "row 1", 1), (["--header", "2"], "row 2", 0)):
        assert take_in(parser().parse_args(["import", path, "--dry-run", *typed])) == 0
        told = capsys.readouterr().out
        assert f"Header: {said}" in told
        assert f"rejected: {n_rejected}" in told
    assert take_in(parser().parse_args(["import", path, "--header", "9"])) == 1
