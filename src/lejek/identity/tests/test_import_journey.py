"""A file from upload to undo, through the pages."""

import csv
import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lejek.consent.models import ConsentChange
from lejek.identity.models import AttributeChange, Company, Contact, FieldDefinition, Import, Lead
from lejek.identity.tests.builders import (
    ANNA,
    HEADER,
    JAN,
    csv_bytes,
    hand_on,
    make_user,
    work,
    write_xlsx,
)
from lejek.kernel.models import Event
from lejek.people.models import AuditEntry, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    return client


def upload(
    client: Client, content: bytes, *, name: str = "leady.csv", kind: str = "leads"
) -> Import:
    answer = client.post(
        reverse("identity:import_new"), {"kind": kind, "file": SimpleUploadedFile(name, content)}
    )
    assert answer.status_code == 302, answer.content.decode()
    return Import.objects.latest("id")


def choose_suggested(client: Client, job: Import, **changes: str) -> None:
    columns = {**job.mapping["columns"], **changes}
    answer = client.post(
        reverse("identity:import_map", args=[job.pk]),
        {
            "column": list(columns),
            "field": list(columns.values()),
            "type": job.mapping.get("type", ""),
        },
    )
    assert answer.status_code == 302, answer.content.decode()


def check_and_run(client: Client, job: Import, **changes: str) -> Import:
    choose_suggested(client, job, **changes)
    work()
    client.post(reverse("identity:import_run", args=[job.pk]))
    work()
    job.refresh_from_db()
    return job


def test_a_file_in_cp1250_with_semicolons_goes_all_the_way_and_back(client: Client) -> None:
    wrong = ("Ewa", "Bąk", "ewa-bez-malpy", "", "Prezes", "Bąk sp. j.", "", "")
    content = csv_bytes([HEADER, ANNA, JAN, wrong], encoding="cp1250")
    job = upload(client, content)
    assert job.mapping["columns"] == {
        "Imię": "contact.first_name",
        "Nazwisko": "contact.last_name",
        "E-mail": "contact.email",
        "Telefon": "contact.phone",
        "Stanowisko": "lead.position",
        "Firma": "company.name",
        "NIP": "company.nip",
        "Miasto": "lead.city",
    }
    page = client.get(reverse("identity:import_map", args=[job.pk])).content.decode()
    assert "Łódź Stal Sp. z o.o." in page
    assert "+48600100200" in page

    choose_suggested(client, job)
    page = client.get(reverse("identity:import_check", args=[job.pk])).content.decode()
    assert 'hx-trigger="every 1s"' in page
    work()
    assert not Lead.objects.exists(), "a check stores nothing"
    page = client.get(reverse("identity:import_check", args=[job.pk])).content.decode()
    assert 'data-count="new">2<' in page
    assert 'data-count="rejected">1<' in page

    client.post(reverse("identity:import_run", args=[job.pk]))
    work()
    job.refresh_from_db()
    assert job.status == Import.Status.DONE
    assert {k: job.counts[k] for k in ("new", "rejected")} == {"new": 2, "rejected": 1}
    anna = Contact.objects.get(email="anna.zak@lodz-stal.pl")
    assert (anna.department, anna.seniority, anna.phone) == ("it", "director", "+48600100200")
    assert anna.company is not None
    assert (anna.company.name, anna.company.domain) == ("Łódź Stal Sp. z o.o.", "lodz-stal.pl")
    assert AuditEntry.objects.filter(action="imported_file").count() == 1
    assert Event.objects.filter(name="import_finished").count() == 1

    page = client.get(reverse("identity:import_undo", args=[job.pk])).content.decode()
    assert "2" in page
    assert Lead.objects.count() == 2, "asking changes nothing"
    client.post(reverse("identity:import_undo", args=[job.pk]))
    work()
    job.refresh_from_db()
    assert job.status == Import.Status.UNDONE
    for model in (Lead, Contact, Company, AttributeChange):
        assert not model.objects.exists()
    assert AuditEntry.objects.filter(action="undid_import").count() == 1


def test_rejects_can_be_mended_and_loaded_again(client: Client) -> None:
    wrong = ("Ewa", "Bąk", "ewa-bez-malpy", "", "=Prezes", "Bąk sp. j.", "", "")
    job = check_and_run(client, upload(client, csv_bytes([HEADER, ANNA, wrong])))
    answer = client.get(reverse("identity:import_rejects", args=[job.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0] == [*HEADER, "Powód odrzucenia"]
    assert rows[1][2] == "ewa-bez-malpy"
    assert rows[1][4] == "'=Prezes", "no spreadsheet takes a cell for a formula"
    assert "ewa-bez-malpy" in rows[1][-1]

    mended = text.replace("ewa-bez-malpy", "ewa@bak.pl").encode("utf-8-sig")
    again = upload(client, mended, name="leady-odrzucone.csv")
    assert again.mapping == job.mapping, "the columns are remembered"
    again = check_and_run(client, again)
    assert again.counts["new"] == 1
    assert Contact.objects.get(email="ewa@bak.pl").position == "=Prezes"


def test_a_workbook_is_read_as_it_looks(client: Client, tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "leady.xlsx",
        [
            ("Email", "Telefon", "Liczba pracowników", "Zgoda na e-mail", "Własna uwaga"),
            ("ola@stal.pl", 600100200, 250, "tak", 7),
        ],
    )
    job = upload(client, path.read_bytes(), name="leady.xlsx")
    job = check_and_run(client, job, **{"Własna uwaga": "new:lead"})
    contact = Contact.objects.get()
    assert (contact.phone, contact.attributes) == ("+48600100200", {"lead.wlasna_uwaga": 7})
    assert contact.company is not None
    assert contact.company.employees == 250
    assert FieldDefinition.objects.get().type == "number"
    hand_on()
    assert ConsentChange.objects.get().import_id == job.pk


def test_a_changed_choice_is_remembered_for_the_next_file_with_the_header(client: Client) -> None:
    rows = [("Mail", "Uwagi"), ("a@b.pl", "Warszawa")]
    check_and_run(client, upload(client, csv_bytes(rows)), Uwagi="lead.city")
    again = upload(client, csv_bytes([rows[0], ("c@d.pl", "Opole")]))
    assert again.mapping["columns"] == {"Mail": "contact.email", "Uwagi": "lead.city"}


def test_columns_that_cannot_work_are_refused_with_all_reasons(client: Client) -> None:
    job = upload(client, csv_bytes([("Miasto", "City"), ("Łódź", "Opole")]))
    answer = client.post(
        reverse("identity:import_map", args=[job.pk]),
        {"column": ["Miasto", "City"], "field": ["lead.city", "lead.city"]},
        headers={"accept-language": "en"},
    )
    assert answer.status_code == 422
    assert answer.content.decode().count("<li>") >= 2
    job.refresh_from_db()
    assert job.status == Import.Status.UPLOADED


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"x" * 100, ".xls"),
        ("a.csv", b"", "empty"),
        ("a.csv", b"\x89PNG\x00\x00\x01", "neither"),
        ("a.csv.gz", b"\x1f\x8b\x08\x00", "compressed"),
        ("a.xlsx", b"PK\x03\x04 nothing", "workbook"),
        ("a.csv", b"email;telefon\r\n", "no rows"),
    ],
)
def test_what_is_no_table_is_refused_in_words(
    client: Client, name: str, content: bytes, word: str
) -> None:
    answer = client.post(
        reverse("identity:import_new"),
        {"kind": "leads", "file": SimpleUploadedFile(name, content)},
        headers={"accept-language": "en"},
    )
    # An upload without a byte does not even reach the reader.
    assert answer.status_code == 422
    assert word in answer.content.decode() or not content
    assert not Import.objects.exists()


def test_an_upload_under_a_hostile_name_stays_in_its_folder(
    client: Client, settings: object
) -> None:
    job = upload(client, csv_bytes([HEADER, ANNA]), name="../../etc/passwd.csv")
    assert job.file_name == "passwd.csv"
    assert Path(job.path).parent == Path(settings.HOME) / "imports"  # type: ignore[attr-defined]


def test_the_auditor_may_look_but_not_touch() -> None:
    client = Client()
    client.force_login(
        make_user(Role.AUDITOR, "a@lejek.example"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    assert client.get(reverse("identity:imports")).status_code == 200
    assert client.get(reverse("identity:import_new")).status_code == 403
    job = Import.objects.create(
        path="/nowhere", file_name="x", created_at="2026-01-01T00:00Z", status="checked"
    )
    assert client.post(reverse("identity:import_run", args=[job.pk])).status_code == 403
    assert client.post(reverse("identity:import_undo", args=[job.pk])).status_code == 403


def test_a_salesperson_and_a_stranger_see_no_imports() -> None:
    client = Client()
    assert client.get(reverse("identity:imports")).status_code == 302
    client.force_login(
        make_user(Role.SALES, "s@lejek.example"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    assert client.get(reverse("identity:imports")).status_code == 403


def test_progress_is_a_part_that_becomes_a_page_when_it_is_done(client: Client) -> None:
    job = upload(client, csv_bytes([HEADER, ANNA]))
    choose_suggested(client, job)
    url = reverse("identity:import_check", args=[job.pk])
    part = client.get(url, headers={"hx-request": "true"}).content.decode()
    assert part.startswith("<div")
    assert "<progress" in part
    work()
    answer = client.get(url, headers={"hx-request": "true"})
    assert answer.headers["HX-Redirect"] == url


def test_the_list_is_empty_with_a_way_on_and_lists_what_there_is(
    client: Client, django_assert_max_num_queries: object
) -> None:
    assert (
        reverse("identity:import_new") in client.get(reverse("identity:imports")).content.decode()
    )
    for _ in range(3):
        upload(client, csv_bytes([HEADER, ANNA]))
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        page = client.get(reverse("identity:imports")).content.decode()
    assert page.count("leady.csv") == 3


def test_a_discarded_file_is_gone(client: Client) -> None:
    job = upload(client, csv_bytes([HEADER, ANNA]))
    client.post(reverse("identity:import_discard", args=[job.pk]))
    assert not Import.objects.exists()
    assert not Path(job.path).exists()


def test_own_words_change_what_a_position_says(client: Client) -> None:
    url = reverse("identity:positions")
    client.post(url, {"word": "Opiekun*", "department": "service", "seniority": "specialist"})
    page = client.get(url, {"position": "Opiekunka regionu"}).content.decode()
    assert "opiekun*" in page
    assert AuditEntry.objects.filter(action="changed_position_word").exists()
