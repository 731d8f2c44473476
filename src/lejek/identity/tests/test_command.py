"""`lejek import`, as somebody at a terminal meets it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from django.utils import translation

from lejek.cli.arguments import parser
from lejek.cli.commands import take_in
from lejek.identity.imports.files import rejects_path
from lejek.identity.models import Import, Lead
from lejek.identity.tests.builders import ANNA, HEADER, write_csv, write_xlsx
from lejek.kernel.models import Job

pytestmark = pytest.mark.django_db

WRONG = ("Ewa", "Bąk", "ewa-bez-malpy", "", "", "", "", "")


def typed(*words: str) -> int:
    return take_in(parser().parse_args(["import", *words]))


def lines(capsys: pytest.CaptureFixture[str]) -> Sequence[str]:
    return capsys.readouterr().out.splitlines()


def test_a_file_goes_in_and_the_terminal_says_what_became_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_csv(tmp_path / "leady.csv", [HEADER, ANNA, WRONG])
    assert typed(str(path), "--dry-run") == 0
    said = lines(capsys)
    assert "E-mail -> contact.email" in said
    assert not Lead.objects.exists()
    assert typed(str(path)) == 0
    said = lines(capsys)
    assert [line.rpartition(" ")[2] for line in said if line.startswith(("new:", "nowe:"))] == ["1"]
    assert any("ewa-bez-malpy" in line for line in said), "the reason is told"
    assert any(line.endswith(".rejects.csv") for line in said)
    assert any(f"/imports/{Import.objects.latest('id').pk}/" in line for line in said)
    assert Lead.objects.count() == 1


@pytest.mark.parametrize(
    ("language", "reason"), [("pl", "to nie jest adres e-mail"), ("en", "is not an e-mail address")]
)
def test_rejected_rows_are_in_the_language_of_the_terminal(
    tmp_path: Path, language: str, reason: str
) -> None:
    path = write_csv(tmp_path / "leady.csv", [HEADER, WRONG])
    with translation.override(language):
        assert typed(str(path)) == 0
    assert reason in rejects_path(Path(Import.objects.get().path)).read_text("utf-8-sig")


def test_a_workbook_goes_in_without_a_worker(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "leady.xlsx", [HEADER, ANNA, WRONG])
    assert typed(str(path)) == 0
    assert Lead.objects.count() == 1
    assert not Job.objects.exists()
    bare = write_xlsx(tmp_path / "puste.xlsx", [HEADER])
    assert typed(str(bare)) == 1
    done = Import.objects.get()
    assert [path.name for path in Path(done.path).parent.iterdir()] == [
        rejects_path(Path(done.path)).name
    ]


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"", b"Miasto;Kraj\nOpole;Polska\n"])
def test_what_cannot_be_taken_in_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert typed(str(path)) == 1
    said = capsys.readouterr().err
    assert said.startswith("lejek: ")
    assert "Traceback" not in said
    assert len(said) > len("lejek: ") + 10
