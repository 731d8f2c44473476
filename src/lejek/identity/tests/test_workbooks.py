"""Workbooks as offices and programs write them: the first sheet with rows, as a person sees it."""

from __future__ import annotations

import csv
import datetime as dt
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from lejek.identity.tests.builders import write_xlsx
from lejek.identity.workbooks import UnsafeWorkbook, limited, look_into, table, to_csv
from lejek.identity.workbooks.formats import Kind, kind_of, number_text
from lejek.identity.workbooks.sheet import column_of
from lejek.identity.workbooks.texts import Texts, as_written

STRICT = (
    (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/",
        "http://purl.oclc.org/ooxml/spreadsheetml/",
    ),
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/",
        "http://purl.oclc.org/ooxml/officeDocument/",
    ),
)


def rows_of(path: Path) -> list[tuple[str, ...]]:
    """The rows of a workbook, read by the limited process."""
    target = path.with_suffix(".table.csv")
    to_csv(path, target)
    with target.open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)]


def changed(path: Path, changes: Mapping[str, Callable[[str], str]]) -> Path:
    """A workbook with some of its parts written otherwise; a part may be new."""
    target = path.with_name(f"changed-{path.name}")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        names = [*old.namelist(), *(name for name in changes if name not in old.namelist())]
        for name in names:
            text = old.read(name).decode() if name in old.namelist() else ""
            new.writestr(name, changes.get(name, str)(text))
    return target


def sheet_of(path: Path, data: str, texts: str | None = None) -> Path:
    """A workbook whose rows, and shared texts, are written as they are given."""
    write_xlsx(path, [("text", 1)])
    changes = {"xl/worksheets/sheet1.xml": _between("sheetData", data)}
    if texts is not None:
        changes["xl/sharedStrings.xml"] = _between("sst", texts)
    return changed(path, changes)


def _between(name: str, content: str) -> Callable[[str], str]:
    whole = re.compile(rf"(<{name}\b[^>]*>).*(</{name}>)", re.DOTALL)
    return lambda old: whole.sub(lambda found: found[1] + content + found[2], old)


def code_of(path: Path) -> str:
    """Why a workbook is refused; nothing is left of what was written by then."""
    target = path.with_suffix(".table.csv")
    before = set(path.parent.iterdir())
    with pytest.raises(UnsafeWorkbook) as refused:
        to_csv(path, target)
    assert set(path.parent.iterdir()) == before
    return refused.value.code


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}], ids=["shared", "inline"])
def test_cells_are_told_as_they_look(tmp_path: Path, options: dict[str, Any]) -> None:
    path = tmp_path / "leady.xlsx"
    with xlsxwriter.Workbook(
        str(path), {"default_date_format": "dd.mm.yyyy", **options}
    ) as workbook:
        workbook.add_worksheet("Pusty")
        sheet = workbook.add_worksheet("Leady")
        duration = workbook.add_format({"num_format": "[h]:mm"})
        money = workbook.add_format({"num_format": '#,##0.00 "zł dziennie"'})
        sheet.write_row(0, 0, ["E-mail", "Telefon", "Data", "Budżet", "Razem", "Zgoda", "Czas"])
        sheet.write_row(2, 0, ["a@b.pl", 600100200, dt.date(2026, 3, 1)])
        sheet.write_number(2, 3, 1250.5, money)
        sheet.write_formula(2, 4, "=D3*2", None, 2501)
        sheet.write_boolean(2, 5, True)
        sheet.write_number(2, 6, 1.5, duration)
        moment = dt.datetime(2026, 3, 1, 14, 30)  # noqa: DTZ001 - as a spreadsheet has it
        sheet.write_row(3, 0, ["c@d.pl", " 022 123 45 67", moment, 7])
        sheet.write_formula(3, 4, "=NA()", None, "#N/A")
        sheet.write_formula(3, 5, '="ż"&"ó"', None, "żó")
        sheet.write_datetime(3, 6, dt.time(7, 5))
        workbook.add_worksheet("Inny").write_row(0, 0, ["nie ten arkusz"])
    assert rows_of(path) == [
        ("E-mail", "Telefon", "Data", "Budżet", "Razem", "Zgoda", "Czas"),
        (),
        ("a@b.pl", "600100200", "2026-03-01", "1250.5", "2501", "true", "1 day, 12:00:00"),
        ("c@d.pl", " 022 123 45 67", "2026-03-01 14:30:00", "7", "", "żó", "07:05:00"),
    ]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("General", Kind.PLAIN),
        ("0.00", Kind.PLAIN),
        ('#,##0 "zł dziennie"', Kind.PLAIN),
        (r"#,##0\ [$zł-415];[Red]\-#,##0\ [$zł-415]", Kind.PLAIN),
        ("0.00E+00", Kind.PLAIN),
        ("0_h", Kind.PLAIN),
        ("[$-415]d mmmm yyyy", Kind.MOMENT),
        ("yyyy-mm-dd", Kind.MOMENT),
        ("h:mm AM/PM", Kind.MOMENT),
        ("mm:ss.0", Kind.MOMENT),
        ("[h]:mm:ss", Kind.DURATION),
        ("[mm]:ss", Kind.DURATION),
    ],
)
def test_a_format_says_whether_numbers_are_moments(code: str, kind: Kind) -> None:
    assert kind_of(code) is kind


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("46082", Kind.PLAIN, "46082"),
        ("5260001246", Kind.PLAIN, "5260001246"),
        ("0.1", Kind.PLAIN, "0.1"),
        ("1E-3", Kind.PLAIN, "0.001"),
        ("", Kind.PLAIN, ""),
        # 46082 days after 30 December 1899
        ("46082", Kind.MOMENT, "2026-03-01"),
        # 14:30 is 0.604166… of a day, which no binary number is
        ("46082.604166666664", Kind.MOMENT, "2026-03-01 14:30:00"),
        ("0.25", Kind.MOMENT, "06:00:00"),
        # before the leap day that 1900 had not
        ("59", Kind.MOMENT, "1900-02-28"),
        ("61", Kind.MOMENT, "1900-03-01"),
        ("-1", Kind.MOMENT, "-1"),
        ("99999999999", Kind.MOMENT, "99999999999"),
        ("2.5", Kind.DURATION, "2 days, 12:00:00"),
    ],
)
def test_a_number_is_told_by_its_kind(text: str, kind: Kind, told: str) -> None:
    assert number_text(text, kind, counts_from_1904=False) == told


def test_days_of_old_macs_are_counted_from_1904(tmp_path: Path) -> None:
    path = tmp_path / "mac.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": True}) as workbook:
        day = workbook.add_format({"num_format": 14})
        workbook.add_worksheet().write_row(0, 0, [dt.date(2026, 3, 1)], day)
    assert rows_of(path) == [("2026-03-01",)]


def test_texts_in_pieces_are_whole_and_readings_of_signs_are_left_out(tmp_path: Path) -> None:
    texts = (
        "<si><r><rPr><b/></rPr><t>Stal</t></r><r><t xml:space='preserve'> i miedź</t></r></si>"
        "<si><t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh><phoneticPr fontId='1'/></si>"
        "<si/><si><t></t></si><si><t>dwa_x000D_\nwiersze _x005F_x0041_ &amp; &lt;b></t></si>"
    )
    cells = "".join(f"<c r='{letter}1' t='s'><v>{n}</v></c>" for n, letter in enumerate("ABCDE"))
    path = sheet_of(tmp_path / "a.xlsx", f"<row r='1'>{cells}</row>", texts)
    assert rows_of(path) == [("Stal i miedź", "東京", "", "", "dwa\nwiersze _x0041_ & <b>")]


def test_cells_stand_where_they_say_whatever_the_sheet_says_of_itself(tmp_path: Path) -> None:
    data = (
        "<row><c t='inlineStr'><is><t>a</t></is></c><c/><c t='str'><v>b</v></c></row>"
        "<row r='7'><c r='C7'><v>3</v></c><c r='B7' t='d'><v>2026-03-01T00:00:00</v></c></row>"
        "<row r='9'><c r='B9' t='inlineStr'><is><r><t>x</t></r><r><t>y</t></r></is></c></row>"
    )
    path = sheet_of(tmp_path / "a.xlsx", data)
    lies = {"xl/worksheets/sheet1.xml": lambda old: old.replace('ref="A1:B1"', 'ref="A1"')}
    rows = rows_of(changed(path, lies))
    assert {n: row for n, row in enumerate(rows, start=1) if row} == {
        1: ("a", "", "b"),
        7: ("", "2026-03-01", "3"),
        9: ("", "xy", ""),
    }


@pytest.mark.parametrize("told", ["1", "0", "-3", "x", "1048577", "9" * 5000])
def test_a_row_with_a_number_that_cannot_be_is_the_next_one(tmp_path: Path, told: str) -> None:
    row = "<c t='str'><v>a</v></c></row>"
    path = sheet_of(tmp_path / "a.xlsx", f"<row r='2'>{row}<row r='{told}'>{row}")
    assert rows_of(path) == [(), ("a",), ("a",)]


def test_a_table_is_cut_to_the_columns_that_are_used(tmp_path: Path) -> None:
    rows = [(), (None, None, "Raport"), (None, "E-mail", "Firma"), (None, None, "Stal", "uwaga")]
    assert rows_of(write_xlsx(tmp_path / "a.xlsx", rows)) == [
        (),
        ("", "Raport", ""),
        ("E-mail", "Firma", ""),
        ("", "Stal", "uwaga"),
    ]


def test_a_workbook_in_the_strict_form_is_read_as_any_other(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [("Data", "Firma"), (dt.date(2026, 3, 1), "Stal")])

    def strict(old: str) -> str:
        for transitional, other in STRICT:
            old = old.replace(transitional, other)
        return old

    with zipfile.ZipFile(path) as packed:
        path = changed(path, dict.fromkeys(packed.namelist(), strict))
    assert rows_of(path) == [("Data", "Firma"), ("2026-03-01", "Stal")]


def test_a_workbook_with_prefixes_and_without_styles_is_read(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [("E-mail", "Liczba"), ("a@b.pl", 7)])

    def prefixed(old: str) -> str:
        old = re.sub(r"<(/?)(?=[a-z])", r"<\1x:", old)
        return old.replace("xmlns=", "xmlns:x=")

    names = ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml")
    unstyled = {"xl/styles.xml": lambda _old: "<styleSheet/>"}
    path = changed(path, {**dict.fromkeys(names, prefixed), **unstyled})
    assert rows_of(path) == [("E-mail", "Liczba"), ("a@b.pl", "7")]


def test_a_workbook_without_a_row_is_an_empty_table(tmp_path: Path) -> None:
    assert rows_of(write_xlsx(tmp_path / "a.xlsx", [])) == []


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"]
)
def test_a_part_that_declares_entities_is_refused(tmp_path: Path, part: str) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [("E-mail",), ("a@b.pl",)])
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    declared = f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]>'

    def declaring(old: str) -> str:
        return re.sub(r"(<\?xml.*?\?>)", rf"\1{declared}", old).replace("a@b.pl", "&e9;")

    assert code_of(changed(path, {part: declaring})) == "not_a_workbook"


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("xl/worksheets/sheet1.xml", "<"),
        (
            "xl/worksheets/sheet1.xml",
            "<worksheet><sheetData><row><c r='A1' t='s'><v>9</v></c></row>",
        ),
        ("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row><c r='ZZZZ1'><v>9</v></c></row>"),
        ("xl/workbook.xml", "nothing"),
    ],
    ids=["cut", "no such text", "no such column", "no book"],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, part: str, text: str) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [("E-mail",), ("a@b.pl",)])
    assert code_of(changed(path, {part: lambda _old: text})) == "not_a_workbook"


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "bomba.xlsx", [("E-mail",), ("a@b.pl",)])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet2.xml", b"0" * (64 << 20))
    assert path.stat().st_size < 1 << 20
    assert code_of(path) == "bomb"


def test_a_workbook_is_measured_by_its_ratio_not_by_its_bytes(
    tmp_path: Path, monkeypatch: Any
) -> None:
    path = write_xlsx(tmp_path / "duży.xlsx", [("E-mail", "Uwagi"), ("a@b.pl", "x")])
    huge = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
    huge.file_size, huge.compress_size = 6 << 30, 400 << 20
    with zipfile.ZipFile(path) as packed:
        others = packed.infolist()
    monkeypatch.setattr(zipfile.ZipFile, "infolist", lambda _self: [*others, huge])
    look_into(path)
    huge.compress_size = 40 << 20
    with pytest.raises(UnsafeWorkbook, match="bomb"):
        look_into(path)


def test_cells_are_counted_while_they_come(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(table, "MOST_CELLS", 5)
    told: list[str] = []

    def rows() -> Any:
        for number in range(9):
            told.append(str(number))
            yield ["", "a", "b"]

    with pytest.raises(table.TooManyCells):
        table.write_table(rows(), tmp_path / "a.csv")
    assert told == ["0", "1", "2"], "three rows of two cells are more than five"


@pytest.mark.parametrize(
    ("limit", "ends_with"),
    [
        ("limited.MOST_BYTES = 100_000", 2),
        ("limited.MEMORY_BYTES = 8 << 20", 2),
        ("table.MOST_CELLS = 20_000", 3),
        ("limited.CPU_SECONDS = 900", 0),
    ],
)
def test_a_limit_ends_the_reading(tmp_path: Path, limit: str, ends_with: int) -> None:
    text = "ta sama uwaga, powtórzona raz po raz " * 20
    path = write_xlsx(tmp_path / "a.xlsx", [(n, text) for n in range(12_000)])
    assert path.stat().st_size < 1 << 20
    code = (
        "import sys; from pathlib import Path; from lejek.identity.workbooks import limited, table;"
        f"{limit}; sys.exit(limited.main(Path(sys.argv[1]), Path(sys.argv[2])))"
    )
    child = [sys.executable, "-c", code, str(path), str(tmp_path / "a.csv")]
    assert subprocess.run(child, capture_output=True, check=False).returncode == ends_with


def test_a_workbook_with_macros_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "makra.xlsm", [("E-mail",), ("a@b.pl",)])
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("xl/vbaProject.bin", b"x")
    assert code_of(path) == "has_macros"


def test_a_workbook_tells_how_far_it_is(tmp_path: Path, monkeypatch: Any) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [("E-mail",), *[(f"o{n}@b.pl",) for n in range(9_000)]])
    monkeypatch.setattr(limited, "_TELL_EVERY", 1 << 18)
    told: list[tuple[int, int]] = []
    limited.convert(path, tmp_path / "a.csv", lambda *far: told.append(far))
    assert len(told) >= 3
    assert told == sorted(told)
    assert told[-1] == (told[0][1], told[0][1])


def test_texts_are_on_disk_and_leave_nothing_in_their_folder(tmp_path: Path) -> None:
    texts = Texts(tmp_path)
    for number in range(10_000):
        texts.add(f"żółć {number}")
    texts.add("")
    texts._file.flush()
    assert not list(tmp_path.iterdir())
    assert [texts[0], texts[9_999], texts[10_000], texts[7], texts[0]] == [
        "żółć 0",
        "żółć 9999",
        "",
        "żółć 7",
        "żółć 0",
    ]
    with pytest.raises(IndexError):
        texts[10_001]
    texts.close()


def test_a_process_that_is_killed_leaves_no_file_but_its_target(tmp_path: Path) -> None:
    many = [(f"osoba{n}@firma.pl", f"Firma {n}") for n in range(60_000)]
    path = write_xlsx(tmp_path / "a.xlsx", [("E-mail", "Firma"), *many])
    target = tmp_path / "a.csv"
    with subprocess.Popen(
        [sys.executable, "-m", "lejek.identity.workbooks", str(path), str(target)]
    ) as child:
        while not (target.exists() and target.stat().st_size):
            assert child.poll() is None, "it is not done before a row is written"
        child.kill()
    assert sorted(tmp_path.iterdir()) == [target, path]


def test_an_import_that_is_interrupted_leaves_no_table(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [("E-mail",), ("a@b.pl",)])

    def stop(*_far: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        to_csv(path, tmp_path / "a.csv", stop)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("letters", "place"), [("A", 0), ("z", 25), ("AA", 26), ("XFD", 16_383)])
def test_letters_name_a_column(letters: str, place: int) -> None:
    assert column_of(letters) == place


@pytest.mark.parametrize("letters", ["", "XFE", "Ż", "$A"])
def test_other_letters_name_none(letters: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(letters)}$"):
        column_of(letters)


@pytest.mark.parametrize(
    ("written", "told"),
    [("a_x000D_b", "a\nb"), ("_x0000_", ""), ("_xD83D_", "_xD83D_"), ("a_x1_b", "a_x1_b")],
)
def test_escapes_of_offices_are_undone(written: str, told: str) -> None:
    assert as_written(written) == told


def written(path: Path, rows: Sequence[Sequence[object]], **options: object) -> Path:
    with xlsxwriter.Workbook(str(path), options) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("is_inline", [False, True], ids=["shared", "inline"])
def test_memory_does_not_grow_with_the_workbook(tmp_path: Path, is_inline: bool) -> None:
    """Ten times the rows, all texts of them different, take no more memory."""
    code = (
        "import sys; from pathlib import Path;"
        "from lejek.identity.workbooks.limited import main;"
        "code = main(Path(sys.argv[1]), Path(sys.argv[2]));"
        "print(code, Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    peaks = []
    for n_rows in (3_000, 30_000):
        rows = [[f"osoba{n}.{place}@firma.pl" for place in range(8)] for n in range(n_rows)]
        path = written(tmp_path / f"{n_rows}.xlsx", rows, constant_memory=is_inline)
        told = subprocess.run(
            [sys.executable, "-c", code, str(path), str(tmp_path / "a.csv")],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        assert told[-2] == "0"
        peaks.append(int(told[-1]))
    assert peaks[1] < peaks[0] + 4_000, "kilobytes"
