"""A file from upload to undo, through the pages."""

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lejek.consent.models import ConsentChange
from lejek.identity.imports import files, starting
from lejek.identity.models import (
    AttributeChange,
    Company,
    Contact,
    FieldDefinition,
    Import,
    Lead,
    PositionWord,
)
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
from lejek.kernel import clock
from lejek.kernel.jobs import enqueue
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
    answer = client.post(reverse("identity:import_rejects", args=[job.pk]))
    entry = AuditEntry.objects.get(action="downloaded_rejects")
    assert (entry.subject, entry.details["rejected"]) == ("leady.csv", 1)
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
    url = reverse("identity:import_map", args=[job.pk])
    for name in ("import_run", "import_check"):
        page = client.get(reverse(f"identity:{name}", args=[job.pk]), follow=True)
        assert page.redirect_chain[-1][0] == url, "all ways lead to the columns"
        assert 'hx-trigger="every 1s"' in page.content.decode()
    assert client.get(url, headers={"hx-request": "true"}).content.startswith(b"<div")
    work()
    answer = client.get(url, headers={"hx-request": "true"})
    assert answer.headers["HX-Redirect"] == url
    assert "ola@stal.pl" in client.get(url).content.decode()
    job.refresh_from_db()
    job = check_and_run(client, job, **{"Własna uwaga": "new:lead"})
    contact = Contact.objects.get()
    assert (contact.phone, contact.attributes) == ("+48600100200", {"lead.wlasna_uwaga": 7})
    assert contact.company is not None
    assert contact.company.employees == 250
    assert FieldDefinition.objects.get().type == "number"
    hand_on()
    assert ConsentChange.objects.get().import_id == job.pk


@pytest.mark.parametrize("encoding", ["utf-8", "cp1250"])
def test_a_long_text_is_read_by_a_job_whatever_its_encoding(
    client: Client, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    content = csv_bytes([HEADER, ANNA], encoding=encoding)
    monkeypatch.setattr(files, "_SHORT_BYTES", len(content) - 1)
    job = upload(client, content)
    assert job.status == Import.Status.READING
    assert Path(job.path).read_bytes() == content, "the upload itself converts nothing"
    url = reverse("identity:import_map", args=[job.pk])
    page = client.get(url).content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert "progress-bar-indeterminate" in page, "nobody knows how far it is"
    work()
    assert "Łódź Stal Sp. z o.o." in client.get(url).content.decode()
    job.refresh_from_db()
    assert (job.status, job.rows_total) == (Import.Status.UPLOADED, 1)
    assert list(files.folder().iterdir()) == [Path(job.path)]
    assert check_and_run(client, job).counts["new"] == 1


@pytest.mark.parametrize(
    "content", [b"Email;Firma\ra@b.pl;Stal\r", b"Email;Firma\na@b.pl;" + b"Stal" * 999 + b"\xff\n"]
)
def test_a_text_that_is_utf_8_but_for_its_ends_or_a_byte_is_read(
    client: Client, content: bytes
) -> None:
    job = upload(client, content)
    assert (job.status, job.rows_total) == (Import.Status.UPLOADED, 1)
    assert list(files.folder().iterdir()) == [Path(job.path)]


def test_a_long_text_without_rows_is_refused_after_the_upload(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_SHORT_BYTES", 0)
    job = upload(client, csv_bytes([HEADER], encoding="cp1250"))
    work()
    url = reverse("identity:import_map", args=[job.pk])
    page = client.get(url, headers={"accept-language": "en"}).content.decode()
    assert "The file has a header but no rows." in page
    assert not list(files.folder().iterdir())


def test_half_an_employee_is_left_out_with_words(client: Client) -> None:
    rows = [("E-mail", "Firma", "Liczba pracowników"), ("a@stal.pl", "Stal", "12.5")]
    job = check_and_run(client, upload(client, csv_bytes(rows)))
    assert Company.objects.get().employees is None
    url = reverse("identity:import_run", args=[job.pk])
    page = client.get(url, headers={"accept-language": "pl"}).content.decode()
    assert "„12.5” – to nie jest liczba całkowita" in page


def test_a_changed_choice_is_remembered_for_the_next_file_with_the_header(client: Client) -> None:
    rows = [("Mail", "Uwagi"), ("a@b.pl", "Warszawa")]
    check_and_run(client, upload(client, csv_bytes(rows)), Uwagi="lead.city")
    again = upload(client, csv_bytes([rows[0], ("c@d.pl", "Opole")]))
    assert again.mapping["columns"] == {"Mail": "contact.email", "Uwagi": "lead.city"}


def test_a_choice_is_remembered_whatever_the_letters_of_the_header(client: Client) -> None:
    rows = [("Mail", "Uwagi", "Źródło"), ("a@b.pl", "Warszawa", "targi")]
    check_and_run(client, upload(client, csv_bytes(rows)), Uwagi="lead.city")
    again = upload(client, csv_bytes([("MAIL", "UWAGI", "zrodlo"), ("c@d.pl", "Opole", "targi")]))
    assert again.mapping["columns"] == {
        "MAIL": "contact.email",
        "UWAGI": "lead.city",
        "zrodlo": "lead.channel",
    }


def test_nothing_is_remembered_for_a_file_without_a_header(client: Client) -> None:
    wrong = ("ewa-bez-malpy", "Ewa", "Bąk")
    job = upload(client, csv_bytes([("a@b.pl", "Anna", "Żak"), wrong]))
    names = ("contact.email", "contact.first_name", "contact.last_name")
    chosen = {f"#{place}": name for place, name in enumerate(names, start=1)}
    job = check_and_run(client, job, **chosen)
    assert job.counts["rejected"] == 1
    other = upload(client, csv_bytes([("c@d.pl", "Opole", "Prezes")]))
    assert other.mapping["columns"] == {"#1": "contact.email"}, "not those of another"
    rejects = client.post(reverse("identity:import_rejects", args=[job.pk]))
    content = b"".join(rejects.streaming_content)  # type: ignore[attr-defined]
    assert upload(client, content).mapping["columns"] == {}


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


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.MANAGER])
def test_rejected_rows_are_for_those_alone_who_may_import(client: Client, role: str) -> None:
    wrong = ("Ewa", "Bąk", "ewa-bez-malpy", "", "Prezes", "Bąk sp. j.", "", "", "")
    rows = [(*HEADER, "Liczba pracowników"), (*ANNA, "tuzin"), wrong]
    job = check_and_run(client, upload(client, csv_bytes(rows)))
    pages = [reverse("identity:import_run", args=[job.pk])]
    waiting = upload(client, csv_bytes(rows))
    choose_suggested(client, waiting)
    work()
    pages.append(reverse("identity:import_check", args=[waiting.pk]))
    for page in pages:
        text = client.get(page).content.decode()
        assert "ewa-bez-malpy" in text
        assert "tuzin" in text
    client.force_login(
        make_user(role, "kto@lejek.example"), backend="django.contrib.auth.backends.ModelBackend"
    )
    for page in pages:
        text = client.get(page).content.decode()
        assert 'data-count="rejected">1<' in text
        assert "ewa-bez-malpy" not in text
        assert "tuzin" not in text
    assert client.post(reverse("identity:import_rejects", args=[job.pk])).status_code == 403
    assert not AuditEntry.objects.filter(action="downloaded_rejects").exists()


def test_rejections_are_worded_in_the_language_of_the_reader(client: Client) -> None:
    wrong = ("Ewa", "Bąk", "ewa-bez-malpy", "", "", "", "", "")
    job = check_and_run(client, upload(client, csv_bytes([HEADER, ANNA, wrong])))
    url = reverse("identity:import_run", args=[job.pk])
    for language, words in (("pl", "to nie jest adres e-mail"), ("en", "is not an e-mail address")):
        page = client.get(url, headers={"accept-language": language})
        assert words in page.content.decode()


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


def names_on(client: Client, job: Import) -> list[str]:
    page = client.get(reverse("identity:import_run", args=[job.pk])).content.decode()
    return re.findall(r'<a href="/leads/\d+/">([^<]+)</a>', page)


def test_the_result_leads_to_the_leads_that_the_file_brought_or_told_of(client: Client) -> None:
    job = check_and_run(client, upload(client, csv_bytes([HEADER, ANNA, JAN])))
    assert names_on(client, job) == ["Anna Żak", "Jan Wójcik"]
    changed = (*JAN[:-1], "Opole")
    new = ("Ewa", "Bąk", "ewa@bak.pl", *JAN[3:])
    later = check_and_run(client, upload(client, csv_bytes([HEADER, ANNA, changed, new])))
    assert names_on(client, later) == ["Ewa Bąk", "Jan Wójcik"], "Anna is as she was"
    firm = [("E-mail", "Liczba pracowników"), (JAN[2], "12")]
    of_a_firm = check_and_run(client, upload(client, csv_bytes(firm)))
    assert names_on(client, of_a_firm) == ["Jan Wójcik", "Ewa Bąk"], "both are at that firm"
    rows = [("E-mail", "Typ", "Data"), (ANNA[2], "page_view", "2026-02-01")]
    visits = check_and_run(client, upload(client, csv_bytes(rows), kind="touchpoints"))
    assert names_on(client, visits) == ["Anna Żak"]


def test_the_result_shows_twenty_leads_and_only_those_that_one_may_see(client: Client) -> None:
    rows = [("E-mail",), *[(f"osoba{n}@stal.pl",) for n in range(30)]]
    job = check_and_run(client, upload(client, csv_bytes(rows)))
    assert len(names_on(client, job)) == 20
    stranger = make_user(Role.SALES, "s@lejek.example")
    Lead.objects.exclude(contact__email="osoba7@stal.pl").update(owner=stranger)
    client.force_login(
        make_user(Role.MANAGER, "m@lejek.example"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    assert names_on(client, job) == ["osoba7@stal.pl"]


def test_asking_twice_to_undo_undoes_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    job = check_and_run(client, upload(client, csv_bytes([HEADER, ANNA])))
    url = reverse("identity:import_undo", args=[job.pk])
    real = starting.start_undo

    def somebody_was_faster(job: Import, **asked: Any) -> Import:
        real(Import.objects.get(pk=job.pk), **asked)
        work()
        return real(job, **asked)

    monkeypatch.setattr(starting, "start_undo", somebody_was_faster)
    answer = client.post(url)
    assert answer.headers["Location"] == reverse("identity:import_run", args=[job.pk])
    job.refresh_from_db()
    assert job.status == Import.Status.UNDONE
    assert AuditEntry.objects.filter(action="undid_import").count() == 1


@pytest.mark.parametrize("status", ["uploaded", "checked", "running", "reading"])
def test_a_file_that_is_not_there_any_more_is_said_to_be_gone(client: Client, status: str) -> None:
    job = upload(client, csv_bytes([HEADER, ANNA]))
    mapping = job.mapping
    Path(job.path).unlink()
    Import.objects.filter(pk=job.pk).update(status=status)
    url = reverse("identity:import_map", args=[job.pk])
    if status == "running":
        client.post(reverse("identity:import_continue", args=[job.pk]))
        work()
    elif status == "reading":
        enqueue("lejek.identity.jobs.read_file", {"import_id": job.pk}, now=clock.now())
        work()
    answers = [client.get(url, follow=True, headers={"accept-language": "en"})]
    if status in ("uploaded", "checked"):
        columns = {"column": list(mapping["columns"]), "field": list(mapping["columns"].values())}
        assert client.post(url, columns).status_code == 302
        work()
        answers.append(client.get(url, follow=True, headers={"accept-language": "en"}))
    for answer in answers:
        assert answer.status_code == 200
        assert "Load the file again" in answer.content.decode()
    job.refresh_from_db()
    assert job.status == ("failed" if status == "running" else "refused")


def test_a_workbook_that_cannot_be_opened_is_refused_after_the_upload(
    client: Client, tmp_path: Path
) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [("E-mail",), ("a@b.pl",)])
    broken = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<" if name.endswith("sheet1.xml") else old.read(name))
    job = upload(client, broken.read_bytes(), name="b.xlsx")
    work()
    page = client.get(reverse("identity:import_map", args=[job.pk])).content.decode()
    assert 'role="alert"' in page
    assert reverse("identity:import_discard", args=[job.pk]) in page
    job.refresh_from_db()
    assert job.status == Import.Status.REFUSED
    assert not list(Path(job.path).parent.iterdir())
    client.post(reverse("identity:import_discard", args=[job.pk]))
    assert not Import.objects.exists()


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


def test_a_word_that_grows_when_folded_is_refused_in_words(client: Client) -> None:
    answer = client.post(reverse("identity:positions"), {"word": "ß" * 60}, follow=True)
    assert "Wpisz najwyżej 60 znaków." in answer.content.decode()
    assert not PositionWord.objects.exists()


def test_a_form_keeps_only_what_a_database_can(client: Client) -> None:
    rows = [("Email", "Data"), ("a@b.pl", "2026-01-01")]
    job = upload(client, csv_bytes(rows), name="a\0b.csv", kind="touchpoints")
    chosen = {"column": ["Email", "Data\0"], "field": ["email", "occurred_at"]}
    client.post(reverse("identity:import_map", args=[job.pk]), {**chosen, "type": "web\0inar"})
    job.refresh_from_db()
    columns = {"Email": "email", "Data": "occurred_at"}
    assert job.mapping == {"columns": columns, "type": "webinar"}
    assert "\0" not in job.file_name


def test_no_field_is_made_of_a_column_that_is_not_there(client: Client) -> None:
    job = upload(client, csv_bytes([("Email", "Uwagi"), ("a@b.pl", "x")]))
    url = reverse("identity:import_map", args=[job.pk])
    chosen = {"column": ["Email", "Notatki"], "field": ["contact.email", "new:lead"]}
    assert client.post(url, chosen).status_code == 422
    assert not FieldDefinition.objects.exists()
