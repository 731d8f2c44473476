"""What the README shows is what the commands print."""

from pathlib import Path

import pytest

from leadscore.cli import main

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"


def test_the_lead_on_the_first_screen_is_explained_as_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "100")
    status = main(
        [
            "explain",
            "docs/examples/model.yaml",
            "--leads=docs/examples/leads.csv",
            "--touchpoints=docs/examples/touchpoints.csv",
            "--as-of=2026-01-31T12:00:00+01:00",
            "--lead=anna.kowalska",
            "--lang=en",
        ]
    )
    out = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")
    printed = [line.rstrip() for line in out.strip().splitlines()]
    shown = (ROOT / "README.md").read_text().split("```")[1].strip().splitlines()
    assert status == 0
    assert printed == [line.rstrip() for line in shown]


def test_every_document_that_the_readme_names_is_there() -> None:
    text = (ROOT / "README.md").read_text()
    named = [part.split(")")[0] for part in text.split("](")[1:]]
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
