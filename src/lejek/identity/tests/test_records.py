"""A quote that does not close costs its own line and no other."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from leadscore.separators import SEPARATORS
from lejek.identity.imports.files import Table, rejects_path, store
from lejek.identity.imports.records import records
from lejek.identity.imports.texts import kept_text
from lejek.identity.models import Contact
from lejek.identity.tests.builders import ANNA, HEADER, JAN, take_in

HEAD = "E-mail;Firma;Miasto\n"
REST = [f"osoba{n}@stal.pl;Stal {n};Opole\n" for n in range(200)]


def faults(*lines: str) -> dict[int, str]:
    """What is wrong, by line; all lines are somebody's."""
    rows = list(Table(store([(HEAD + "".join(lines)).encode()])).rows())
    assert len(rows) == len(lines)
    return {row.line: row.fault for row in rows if row.fault}


@pytest.mark.parametrize(
    "wrong",
    [
        'a@b.pl;"Stal;Opole\n',
        'a@b.pl;Stal;"Opole\n',
        '"a@b.pl;Stal;Opole\n',
        '"a@b.pl";"Sta"l;"Opole\n',
        'a@b.pl;"Stal ""Huta"" ;Opole\n',
    ],
    ids=["in the middle", "last", "first", "after another", "doubled ones within"],
)
def test_a_quote_that_never_closes_rejects_its_line_alone(wrong: str) -> None:
    assert faults(wrong, *REST) == {2: "unclosed_quote"}
    assert faults(*REST, wrong) == {202: "unclosed_quote"}
    assert faults(*REST[:7], wrong, *REST[7:], wrong.rstrip()) == {
        9: "unclosed_quote",
        203: "unclosed_quote",
    }


@pytest.mark.parametrize(
    "later",
    ['c@d.pl;"Huta";Opole\n', '"c@d.pl";Huta;Opole\n', 'c@d.pl;19";Opole\n', 'c@d.pl;"";"Opole"\n'],
    ids=["quoted cell", "quoted first", "inches", "empty quoted"],
)
def test_a_later_quote_does_not_close_it(later: str) -> None:
    assert faults('a@b.pl;"Stal;Opole\n', *REST, later) == {2: "unclosed_quote"}


def test_rows_between_two_stray_quotes_are_rows() -> None:
    assert faults('a@b.pl;"Stal;Opole\n', *REST, 'c@d.pl;Huta";Opole\n') == {2: "unclosed_quote"}


def test_a_stretch_longer_than_any_cell_is_read_line_by_line() -> None:
    long = ["x" * 900 + "@stal.pl;Stal;Opole\n"] * 300
    assert faults('a@b.pl;"Stal;Opole\n', *long) == {2: "unclosed_quote"}


def test_cells_of_several_lines_are_read_as_they_are() -> None:
    text = (
        'a@b.pl;"Stal\nHuta";Opole\n'
        'c@d.pl;"Uwagi: raz; dwa\n\n""cytat""\nkoniec";"Nowa\r\nSól"\n'
        '"e@f.pl";"Budimex" S.A.;"Opole\n"\n'
    )
    rows = list(Table(store([(HEAD + text).encode()])).rows())
    assert [(row.line, row.fault) for row in rows] == [(2, ""), (4, ""), (9, "")]
    assert [row.cells[1] for row in rows] == [
        "Stal\nHuta",
        'Uwagi: raz; dwa\n\n"cytat"\nkoniec',
        "Budimex S.A.",
    ]


def test_a_header_of_several_lines_is_one_header() -> None:
    table = Table(store([b'"E-mail\n(sluzbowy)";Firma\n\na@b.pl;Stal\n']))
    assert table.columns == ("E-mail\n(sluzbowy)", "Firma")
    assert [(row.line, *row.cells) for row in table.rows()] == [(4, "a@b.pl", "Stal")]


@pytest.mark.parametrize("seed", range(30))
def test_every_line_is_in_one_record_whatever_the_quotes(seed: int) -> None:
    rng = random.Random(seed)
    lines = ["".join(rng.choices('ab";,\t|', k=rng.randrange(12))) + "\n" for _ in range(400)]
    for separator in SEPARATORS:
        at = 0
        for record in records(lines, separator, width=3):
            assert record.line == at + 1
            at = record.last_line
            if record.fault:
                assert separator.join(record.cells) + "\n" == lines[record.line - 1]
        assert at == len(lines)


@pytest.mark.parametrize("seed", range(10))
def test_what_a_program_wrote_is_read_as_the_program_meant_it(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    rows = [
        ["".join(rng.choices('ab";\n ', k=rng.randrange(20))) for _ in range(5)] for _ in range(300)
    ]
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL).writerows(rows)
    with path.open(newline="") as file:
        assert [record.cells for record in records(file, ";", width=5)] == rows


@pytest.mark.django_db
def test_the_reject_tells_the_line_the_reason_and_the_text(tmp_path: Path) -> None:
    wrong = ("Ewa", '"Bąk', "ewa@bak.pl", "", "", "Bąk sp. j.", "", "")
    wide = (*ANNA[:2], "inna@stal.pl", *ANNA[3:], "o jedną", "za dużo")
    job = take_in(tmp_path / "a.csv", [HEADER, wrong, ANNA, wide, JAN])
    assert (job.counts["new"], job.counts["rejected"]) == (2, 2)
    assert Contact.objects.count() == 2
    said = [(number, kept_text(kept)) for number, kept in job.counts["examples"]]
    assert [number for number, _ in said] == [2, 4]
    assert [text.partition(":")[0] for _, text in said] == ["linia 2", "linia 4"]
    with rejects_path(Path(job.path)).open(encoding="utf-8-sig", newline="") as file:
        rejected = list(csv.reader(file, delimiter=";"))
    assert rejected[1][: len(wrong)] == list(wrong)
    assert rejected[2][: len(HEADER)] == [*wide[:7], "Łódź;o jedną;za dużo"]
