"""The smaller commands of `lejek`."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from lejek.cli import main
from lejek.identity.models import Import
from lejek.kernel import clock, events, jobs
from lejek.kernel.models import Event, Heartbeat, Schedule
from lejek.people.models import AuditEntry, User

pytestmark = pytest.mark.django_db(transaction=True)


def test_without_a_command_one_is_shown_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "create-user" in capsys.readouterr().out


def test_a_user_is_made_and_can_sign_in(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    assert main(["create-user", "Ewa@example.com", "--name", "Ewa", "--password-stdin"]) == 0
    user = User.objects.get(email="ewa@example.com")
    assert (user.role, user.check_password("correct horse battery")) == ("administrator", True)
    assert AuditEntry.objects.filter(action="added_user").exists()


@pytest.mark.parametrize(
    ("email", "password", "says"),
    [
        ("nobody", "correct horse battery", "no e-mail address"),
        ("ewa@example.com", "12345678", ""),
        ("taken@example.com", "correct horse battery", "is a user already"),
    ],
    ids=["no address", "a weak password", "an address that is taken"],
)
def test_a_user_that_makes_no_sense_is_refused(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    email: str,
    password: str,
    says: str,
) -> None:
    User.objects.create_user("taken@example.com", None, name="T")
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    assert main(["create-user", email, "--password-stdin"]) == 1
    assert says in capsys.readouterr().err
    assert User.objects.count() == 1


def test_a_missing_file_is_not_imported(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["import", str(tmp_path / "nothing.csv")]) == 1
    assert "there is no file" in capsys.readouterr().err
    assert main(["import", str(tmp_path)]) == 1
    assert f"{tmp_path} is a folder" in capsys.readouterr().err


def test_a_file_whose_columns_say_nothing_waits_on_a_page(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, settings: Any
) -> None:
    settings.HOME = tmp_path / "home"
    file = tmp_path / "odd.csv"
    file.write_text("a;b\n1;2\n")
    assert main(["import", str(file)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"lejek: {file}: ")
    assert f"/imports/{Import.objects.get().pk}/" in said


def test_a_file_is_imported_from_the_command_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, settings: Any
) -> None:
    from lejek.identity.models import Lead

    settings.HOME = tmp_path / "home"
    file = tmp_path / "leady.csv"
    file.write_text("E-mail,Firma\nanna.zak@lodz-stal.pl,Łódź Stal\n", encoding="utf-8")
    assert main(["import", str(file), "--dry-run"]) == 0
    assert "Nothing was changed" in capsys.readouterr().out
    assert not Lead.objects.exists()
    assert main(["import", str(file)]) == 0
    assert Lead.objects.count() == 1


def test_nobody_is_rescored_before_a_model_is_published(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rescore"]) == 1
    assert "no scoring model" in capsys.readouterr().err


def test_what_waits_can_be_done_without_a_server(db: None) -> None:
    events.emit("murmured", {}, now=clock.now())
    letter = {"subject": "Hello", "text": "...", "to": "anna@lejek.example"}
    jobs.enqueue("lejek.people.jobs.send_message", letter, now=clock.now())
    assert main(["worker", "--once"]) == 0
    assert not Event.objects.filter(handled_at=None).exists()
    assert [each.to for each in mail.outbox] == [["anna@lejek.example"]]


def test_the_doctors_answer_is_the_exit_code(
    capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    assert main(["doctor"]) == 1
    assert "FAIL  worker" in capsys.readouterr().out
    Heartbeat.objects.create(process="w", role="worker", beat_at=clock.now())
    Schedule.objects.update(next_at=clock.now() + timedelta(hours=1))
    assert main(["doctor"]) == 0
