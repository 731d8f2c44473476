"""CSV files as people really have them: separators, encodings, quotes, broken records."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import numpy as np
import pytest

from leadscore.conditions import FieldType
from leadscore.errors import InvalidInput
from leadscore.inputs import encodings, read_facts
from leadscore.inputs.csv_files import empty_lines

CITY = {"lead.city": FieldType.TEXT}
SENTENCE = "Zażółć gęślą jaźń, pójdź kińże tę chmurność w głąb flaszy ŻÓŁW ŁĄKA ŚĆ ŹDŹBŁO"


def _cities(path: Path) -> list[tuple[object, object]]:
    with read_facts(path, [], attributes=CITY, properties={}) as facts:
        assert facts.rejects.to_pylist() == []
        return [tuple(row.values()) for row in facts.leads_as_of(0).to_pylist()]


def _rejects(path: Path) -> list[tuple[int, str, str, str]]:
    """Row, column, value and code of each reject of leads."""
    with read_facts(path, [], attributes=CITY, properties={}) as facts:
        assert set(facts.rejects["file"].to_pylist()) <= {str(path)}
        return [
            (row["row"], row["column"], row["value"], row["reason"].partition(":")[0])
            for row in facts.rejects.to_pylist()
        ]


def _written(folder: Path, content: str | bytes) -> Path:
    path = folder / "leads.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"], ids=["comma", "semi", "tab", "bar"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_the_separator_and_the_line_ends_are_found(
    tmp_path: Path, separator: str, end: str
) -> None:
    rows = [("lead_id", "not needed; a, b | c", "lead.city"), ("1", "x", "Łódź"), ("2", "", "a")]
    text = end.join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    assert _cities(_written(tmp_path, text)) == [(1, "Łódź"), (2, "a")]


@pytest.mark.parametrize(
    "head",
    ["\ufeff", "sep=;\r\n", "\ufeffsep=;\n", "\n\n", " \r\n"],
    ids=["mark", "told", "mark and told", "empty lines", "blank line"],
)
def test_what_stands_before_the_header_is_passed_over(tmp_path: Path, head: str) -> None:
    path = _written(tmp_path, f"{head}lead_id;lead.city\n1;a\n2;b;c\n3;d\n")
    assert _rejects(path) == [(2, "", "2;b;c", "wrong_cell_count")]


def test_blanks_around_the_names_of_columns_do_not_matter(tmp_path: Path) -> None:
    assert _cities(_written(tmp_path, "lead_id , lead.city\n1,a\n")) == [(1, "a")]


def test_a_quoted_name_may_run_over_two_lines(tmp_path: Path) -> None:
    path = _written(tmp_path, 'lead_id,"a\nremark",lead.city\n1,x,a\n')
    assert _cities(path) == [(1, "a")]


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1250", "iso8859-2", "cp852", "mac_latin2"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("is_packed", [False, True], ids=["plain", "packed"])
def test_polish_letters_survive_every_encoding(
    tmp_path: Path, encoding: str, is_packed: bool
) -> None:
    raw = f'lead_id,lead.city\n1,"{SENTENCE}"\n'.encode(encoding)
    path = _written(tmp_path, gzip.compress(raw) if is_packed else raw)
    assert _cities(path) == [(1, SENTENCE)]


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("Kraków", "cp1250"),
        ("Śląsk", "cp1250"),
        ("Śląsk", "iso8859-2"),
        ("Świętochłowice – „Źródło”", "cp1250"),
        ("Gdańsk Łódź Żary", "iso8859-2"),
        ("Müller Größe", "cp1250"),
    ],
)
def test_a_few_letters_are_enough_to_tell_an_encoding(
    tmp_path: Path, words: str, encoding: str
) -> None:
    path = _written(tmp_path, f"lead_id;lead.city\n1;{words}\n".encode(encoding))
    assert _cities(path) == [(1, words)]


def test_a_letter_cut_by_a_reading_block_survives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encodings, "_CHUNK", 7)
    for encoding in ("utf-8", "cp1250", "utf-16"):
        path = _written(tmp_path, f"lead_id\tlead.city\r\n1\t{SENTENCE}\r\n".encode(encoding))
        assert _cities(path) == [(1, SENTENCE)]


def test_a_few_broken_bytes_spoil_their_records_and_not_the_file(tmp_path: Path) -> None:
    path = _written(tmp_path, "lead_id,lead.city\n1,Łódź\n2,".encode() + b"\xb3\n3,\xc5\xbbary\n")
    assert _rejects(path) == [(2, "", "2,?", "bad_encoding")]


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    path = _written(tmp_path, gzip.compress(b"lead_id,lead.city\n" * 999)[:-20])
    with pytest.raises(InvalidInput, match="damaged"):
        _cities(path)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"], ids=["0", "newlines", "mark"])
def test_a_file_without_a_header_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InvalidInput, match="empty"):
        _cities(_written(tmp_path, content))


def test_a_header_alone_is_a_file_without_rows(tmp_path: Path) -> None:
    assert _cities(_written(tmp_path, "lead_id,lead.city")) == []


def test_a_workbook_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="save it as CSV"):
        _cities(_written(tmp_path, b"PK\x03\x04anything"))


def test_quotes_separators_and_newlines_inside_cells_belong_to_the_cell(tmp_path: Path) -> None:
    path = _written(tmp_path, 'lead_id;lead.city\n1;"a;""b""\n\nc"\n2;it\'s "x"\n')
    assert _cities(path) == [(1, 'a;"b"\n\nc'), (2, 'it\'s "x"')]


@pytest.mark.parametrize(
    "text",
    [
        "lead_id;lead.city\n1;a\r\n2;b\n3;c\r\n",
        "lead_id;lead.city\r\n1;a\n2;b\r\n3;c",
        "lead_id;lead.city\r1;a\r2;b\n3;c\r",
    ],
    ids=["mostly lf", "mixed", "mostly cr"],
)
def test_records_that_end_in_different_ways_are_read(tmp_path: Path, text: str) -> None:
    assert _cities(_written(tmp_path, text)) == [(1, "a"), (2, "b"), (3, "c")]


def test_a_stray_carriage_return_does_not_end_a_record(tmp_path: Path) -> None:
    assert _cities(_written(tmp_path, "lead_id,lead.city\n1,a\rb\n2,c\n")) == [(1, "a b"), (2, "c")]


def test_empty_lines_are_no_records(tmp_path: Path) -> None:
    assert _cities(_written(tmp_path, "lead_id,lead.city\n\n1,a\n\n\n2,b\n\n")) == [
        (1, "a"),
        (2, "b"),
    ]


def test_empty_lines_of_a_single_column_are_no_records(tmp_path: Path) -> None:
    path = _written(tmp_path, "lead_id\n1\n\n2\n\n")
    with read_facts(path, [], attributes={}, properties={}) as facts:
        assert facts.leads_as_of(0)["lead_id"].to_pylist() == [1, 2]
        assert facts.rejects.num_rows == 0


def test_a_bad_record_is_named_with_its_number_among_records(tmp_path: Path) -> None:
    lines = [
        "lead_id,lead.city",
        "1,a",
        "2",
        "",
        '3,"two',
        "",
        'lines"',
        "4,b,c,d",
        '5,"x"y',
        "",
        ",no id",
        "7,g",
        "7,again",
        "8",
    ]
    assert _rejects(_written(tmp_path, "\n".join(lines))) == [
        (2, "", "2", "wrong_cell_count"),
        (4, "", "4,b,c,d", "wrong_cell_count"),
        (5, "", '5,"x"y', "bad_quotes"),
        (6, "lead_id", None, "missing_value"),
        (8, "lead_id", "7", "duplicate_lead"),
        (9, "", "8", "wrong_cell_count"),
    ]


def test_a_quote_that_never_closes_costs_the_rest_of_the_file_and_says_so(tmp_path: Path) -> None:
    path = _written(tmp_path, 'lead_id,lead.city\n1,a\n2,"b\n3,c\n')
    assert _rejects(path) == [(2, "", '2,"b\n3,c', "bad_quotes")]


def test_an_endless_record_is_set_aside_and_cut_short(tmp_path: Path) -> None:
    path = _written(tmp_path, "lead_id,lead.city\n1," + "x" * 3_000_000 + "\n2,b\n")
    [(row, column, value, code)] = _rejects(path)
    assert (row, column, code) == (1, "", "line_too_long")
    assert len(value) == 500


def test_record_numbers_hold_in_a_file_of_many_blocks(tmp_path: Path) -> None:
    """A random file of some 50 MB: each record says its own number."""
    rng = random.Random(7)
    filler, expected = "żółć" * 60, []
    path = tmp_path / "leads.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("lead_id,lead.city,filler\n")
        for number in range(1, 100_001):
            chance = rng.random()
            if chance < 0.0002:
                file.write(f"{number},a\n")
                expected.append(number)
            elif chance < 0.0004:
                file.write(f",{number},{filler}\n")
                expected.append(number)
            elif chance < 0.01:
                file.write(f'{number},"a\n\n{number}",{filler}\n')
            elif chance < 0.011:
                file.write(f"\n{number},a,{filler}\n\n")
            else:
                file.write(f"{number},a,{filler}\n")
    found = _rejects(path)
    assert len(expected) > 20
    assert [row for row, _, _, _ in found] == expected
    assert all(str(row) in value for row, column, value, _ in found if column == "")


@pytest.mark.parametrize("chunk", [1, 3, 1000])
def test_empty_lines_are_found_in_blocks_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("leadscore.inputs.csv_files._CHUNK", chunk)
    path = _written(tmp_path, 'a,b\r\n\r\n1,"x\r\n\r\ny"\r\n\n\n2,c\n\n')
    assert np.array_equal(empty_lines(path), [2, 4, 5, 7])


def test_a_needed_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"lead\.city is there more than once"):
        _cities(_written(tmp_path, "lead_id,lead.city,lead.city\n1,a,b\n"))


def test_other_columns_may_stand_twice_or_have_no_name(tmp_path: Path) -> None:
    assert _cities(_written(tmp_path, "x,x,,lead_id,lead.city,\n1,2,3,4,a,\n")) == [(4, "a")]
