"""Files as strangers bring them: each is read as it is meant, or refused in words."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lejek.identity.imports.columns import suggest
from lejek.identity.imports.files import (
    FileRefused,
    Rejects,
    Table,
    store,
)
from lejek.identity.imports.files import table_of as read_file

HEADER = ("Imię", "Nazwisko", "E-mail", "Firma")
ROWS = (
    ("Żaneta", "Łęcka", "z.lecka@gęś.pl", "Źródło Sp. z o.o."),
    ("Józef", "Ćwik", "j.cwik@stal.pl", "Stal, Miedź i Wspólnicy"),
    ("Ewa", "Bąk", "ewa@bak.pl", 'Zakład "Pod Dębem"'),
    ("Jan", "Śnieg", "jan@snieg.pl", "Dwa\nwiersze"),
)


def quoted(rows: Sequence[Sequence[str]], separator: str) -> str:
    cells = ([f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows)
    return "\n".join(separator.join(row) for row in cells) + "\n"


def table_of(content: bytes) -> Table:
    return Table(read_file(store([content])))


def cells(table: Table) -> list[tuple[str, ...]]:
    return [tuple(row.cells) for row in table.rows()]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"], ids=["comma", "semi", "tab", "bar"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250", "iso8859-2", "cp852"]
)
def test_an_office_file_is_read_whatever_its_encoding_and_separator(
    encoding: str, separator: str
) -> None:
    table = table_of(quoted((HEADER, *ROWS), separator).encode(encoding))
    assert table.separator == separator
    assert table.columns == HEADER
    assert cells(table) == list(ROWS)


@pytest.mark.parametrize(
    ("mark", "order"),
    [
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
    ],
)
def test_utf_16_is_read_in_either_order_and_without_a_mark(mark: bytes, order: str) -> None:
    table = table_of(mark + quoted((HEADER, *ROWS), "\t").encode(order))
    assert cells(table) == list(ROWS)


def test_a_line_that_names_the_separator_is_obeyed_and_empty_lines_are_passed_over() -> None:
    table = table_of(
        b"\r\nsep=|\r\nE-mail|Firma\r\n\r\na@b.pl|Stal; Huta\r\n||\r\n \r\nc@d.pl|\r\n"
    )
    assert table.columns == ("E-mail", "Firma")
    assert cells(table) == [("a@b.pl", "Stal; Huta"), ("c@d.pl", "")]
    assert [row.number for row in table.rows()] == [4, 7], "as a spreadsheet numbers them"


def test_a_separator_that_only_the_header_has_does_not_win() -> None:
    table = table_of(b"Firma, adres, NIP;E-mail\nStal;a@b.pl\nHuta;c@d.pl\n")
    assert table.columns == ("Firma, adres, NIP", "E-mail")


def test_headers_that_are_empty_or_repeated_are_told_apart() -> None:
    table = table_of(b"E-mail;;E-mail;;e-mail\na@b.pl;1;c@d.pl;2;\n")
    assert table.columns == ("E-mail", "#2", "E-mail (2)", "#4", "e-mail")


def test_a_file_without_a_header_loses_no_row() -> None:
    table = table_of(b"Jan;Nowak;jan@nowak.pl;600100200\nEwa;Lis;ewa@lis.pl;\n")
    assert table.is_headless
    assert table.columns == ("#1", "#2", "#3", "#4")
    assert [(row.number, row.cells[0]) for row in table.rows()] == [(1, "Jan"), (2, "Ewa")]
    samples = [row.cells for row in table.rows()]
    assert suggest("leads", table.columns, samples).columns == {"#3": "contact.email"}


@pytest.mark.parametrize(
    "meant",
    [
        {"NIP": "company.nip", "Nazwa firmy": "company.name", "Adres e-mail": "contact.email"},
        {"EMAIL ADDRESS": "contact.email", "Job Title": "lead.position", "Company": "company.name"},
        {"Zatrudnienie": "company.employees", "www": "company.domain", "Kod PKD": "company.pkd"},
        {"surname": "contact.last_name", "First Name": "contact.first_name"},
        {"Osoba kontaktowa": "contact.full_name", "tel.": "contact.phone"},
        {"Nazwisko i imię": "contact.last_name_first", "mail": "contact.email"},
    ],
    ids=["polish", "english", "firm", "name", "person", "turned"],
)
def test_headers_are_understood_in_both_languages_and_any_order(meant: dict[str, str]) -> None:
    for headers in (list(meant), list(meant)[::-1]):
        assert suggest("leads", headers, []).columns == meant


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n1 0 obj\n", "not_text"),
        (b"\x89PNG\r\n\x1a\n", "not_text"),
        (b"{\\rtf1 leady}", "not_text"),
        (b"<html><table><tr><td>a@b.pl</td></tr></table></html>", "not_text"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "old_workbook"),
        (b"\x1f\x8b\x08\x00", "compressed"),
        (b"PK\x03\x04 cut off", "not_a_workbook"),
        (b"\n\n\n", "no_header"),
        (b'E-mail;"Firma\na@b.pl;Stal\nc@d.pl;Huta\n', "broken_header"),
        (";".join(f"kolumna {n}" for n in range(501)).encode(), "too_wide"),
    ],
    ids=["empty", "pdf", "png", "rtf", "html", "xls", "gzip", "zip", "blank", "quote", "wide"],
)
def test_what_is_no_table_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        table_of(content)
    assert refused.value.code == code


def test_a_file_that_is_too_large_is_refused_before_it_is_whole(monkeypatch: Any) -> None:
    monkeypatch.setattr("lejek.identity.imports.files.MOST_BYTES", 10 << 20)
    n_taken = 0

    def endless() -> Any:
        nonlocal n_taken
        while True:
            n_taken += 1
            yield b"a@b.pl\n" * 150_000

    with pytest.raises(FileRefused) as refused:
        store(endless())
    assert refused.value.code == "too_large"
    assert n_taken == 10, "ten pieces are more than ten megabytes"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-1+cmd", "'-1+cmd"),
        ("\t=1", "'\t=1"),
        ("+48 600 100 200", "+48 600 100 200"),
        ("-12,5", "-12,5"),
        ("Anna", "Anna"),
    ],
)
def test_no_spreadsheet_takes_a_rejected_cell_for_a_formula_and_it_comes_back_as_it_was(
    cell: str, written: str
) -> None:
    table = table_of(quoted([("E-mail", "Uwagi"), ("x", cell)], ";").encode())
    rejects = Rejects(table, "Powód", (), n_bytes=0)
    rejects.add([("x", cell, "zły adres")])
    assert written in rejects.path.read_text("utf-8-sig")
    assert cells(table_of(rejects.path.read_bytes()))[0][1] == cell


def test_rejects_go_on_where_the_last_chunk_that_counts_ended() -> None:
    table = table_of(b"E-mail\nx\ny\n")
    first = Rejects(table, "Powód", (), n_bytes=0)
    first.add([("x", "zły")])
    counted = first.n_bytes
    first.add([("y", "tego fragmentu nie zapisano")])
    again = Rejects(table, "Powód", (), n_bytes=counted)
    again.add([("y", "zły")])
    assert cells(table_of(again.path.read_bytes())) == [("x", "zły"), ("y", "zły")]


def test_a_row_that_does_not_fit_is_broken_and_the_others_are_read() -> None:
    table = table_of(b"E-mail;Firma\na@b.pl;Stal;za duzo\nc@d.pl\ne@f.pl;Huta;;\n")
    assert [row.fault for row in table.rows()] == ["too_many_cells", "", ""]
    assert [tuple(row.cells) for row in table.rows()][1:] == [("c@d.pl", ""), ("e@f.pl", "Huta")]


def test_a_text_that_stands_as_a_formula_is_its_text_and_no_character_is_nul() -> None:
    long = "x" * (1 << 16)
    table = table_of(f'A;B\n{long};y\n="5260001246";"=""a b"""\nfo\0rm;=1+1\n'.encode())
    assert cells(table)[1:] == [("5260001246", "a b"), ("form", "=1+1")]


@pytest.mark.slow
def test_a_hundred_megabytes_are_read_without_being_held(tmp_path: Path) -> None:
    line = quoted([ROWS[1]], ";").encode()
    n_rows = (100 << 20) // len(line)
    head = quoted([HEADER], ";").encode()
    path = store([head, *([line * (n_rows // 100)] * 100)])
    assert path.stat().st_size > 99 << 20
    assert Table(path).count() == n_rows // 100 * 100
