"""The command line as a stranger meets it: in Polish and English, before anything is set up."""

from __future__ import annotations

import ast
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

import lejek
from lejek.cli import main
from lejek.cli.arguments import parser
from lejek.cli.complaints import told
from lejek.cli.language import chosen, speak
from lejek.kernel.tests.ports import kept_port

PACKAGE = Path(lejek.__file__).parent
PATIENCE_SECONDS = 180
ROOMS = {"cli": ("cli", "config", "kernel", "demo"), "operations": ("operations",)}
"""By catalogue, the rooms whose texts it holds."""


def run(
    home: Path, *words: str, language: str = "en", **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lejek", *words],
        env=os.environ
        | {"LEJEK_HOME": str(home), "LEJEK_DATABASE_URL": "", "LEJEK_LANGUAGE": language}
        | more,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "pl_PL.UTF-8"}, "pl"),
        ({"LANG": "pl_PL.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "pl_PL.UTF-8", "LEJEK_LANGUAGE": "en"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LEJEK_LANGUAGE": "pl"}, "pl"),
    ],
    ids=str,
)
def test_the_language_is_that_of_the_setting_else_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str
) -> None:
    for name in ("LEJEK_LANGUAGE", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert chosen() == language


def texts_of(room: str) -> Iterator[str]:
    """Every text that the sources of a room mark for translation."""
    for path in sorted((PACKAGE / room).rglob("*.py")):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "id", "")
            if name in ("_", "gettext", "gettext_noop", "ngettext"):
                text = node.args[0]  # type: ignore[attr-defined]
                if isinstance(text, ast.Constant):
                    yield str(text.value)


@pytest.mark.parametrize("room", ROOMS)
def test_every_text_is_there_in_polish(room: str) -> None:
    catalogue = polib.pofile(str(PACKAGE / room / "locale/pl/LC_MESSAGES/django.po"))
    known = {entry.msgid for entry in catalogue if entry.translated()}
    wanted = {text for each in ROOMS[room] for text in texts_of(each)}
    assert len(wanted) > 50
    assert sorted(wanted - known) == []


def test_help_is_polish_to_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "pl")
    speak("pl")
    for words in ([], ["serve"], ["create-user"], ["import"], ["backup"], ["restore"], ["demo"]):
        with pytest.raises(SystemExit) as ended:
            parser().parse_args([*words, "--help"])
        assert ended.value.code == 0
    shown = parser().format_help()
    assert "użycie: lejek [-h] POLECENIE" in shown
    assert "pokaż tę pomoc i zakończ" in shown
    assert not {"usage", "options", "arguments", "serve pages", "show this"} & set(
        shown.split("\n")
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["frobnicate"], "niedozwolona wartość 'frobnicate'"),
        (["create-user"], "brakuje argumentów: E-MAIL"),
        (["serve", "--port", "70000"], "nie jest numerem portu"),
        (["demo", "--leads", "many"], "nie jest liczbą leadów"),
        (["doctor", "now"], "nieznane argumenty: now"),
        (["create-user", "a@b.pl", "--role", "king"], "niedozwolona wartość 'king'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_said_in_polish_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    monkeypatch.setenv("LEJEK_LANGUAGE", "pl")
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert says in said
    assert "użycie: lejek" in said


BEFORE_MIGRATE = (
    ["create-user", "a@b.pl"],
    ["rescore"],
    ["worker"],
    ["import", "x.csv"],
    ["serve"],
)


@pytest.mark.slow
@pytest.mark.embedded
def test_before_the_first_migration_every_command_names_the_next_step(tmp_path: Path) -> None:
    for words in BEFORE_MIGRATE:
        ended = run(tmp_path, *words)
        assert ended.returncode == 1, words
        assert "run: lejek migrate" in ended.stderr, words
        assert "Traceback" not in ended.stderr, words
    assert "brakuje" in run(tmp_path, "rescore", language="pl").stderr


@pytest.mark.slow
@pytest.mark.embedded
def test_each_first_step_names_the_next_one(tmp_path: Path) -> None:
    migrated = run(tmp_path, "migrate")
    assert "lejek create-user" in migrated.stdout
    refused = run(tmp_path, "create-user", "ewa@example.com")
    assert (refused.returncode, "--password-stdin" in refused.stderr) == (1, True)
    assert "Traceback" not in refused.stderr
    assert "publish one under /models/" in run(tmp_path, "rescore").stderr
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("*.sqlite3*")} == {0}


@pytest.mark.slow
@pytest.mark.embedded
def test_a_database_server_that_is_away_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"postgresql://lejek@127.0.0.1:{taken.getsockname()[1]}/lejek"
        ended = run(tmp_path, "rescore", LEJEK_DATABASE_URL=address)
        assert ended.returncode == 1
        assert "the database does not answer" in ended.stderr
        assert "Traceback" not in ended.stderr
        examined = run(tmp_path, "doctor", LEJEK_DATABASE_URL=address)
        assert "LEJEK_DATABASE_URL" in examined.stdout


@pytest.mark.slow
@pytest.mark.embedded
def test_whoever_reads_no_further_gets_no_traceback(tmp_path: Path) -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "lejek", "doctor"],
        env=os.environ | {"LEJEK_HOME": str(tmp_path), "LEJEK_DATABASE_URL": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    assert started.stderr is not None
    started.stdout.close()
    with started.stderr as complaints:
        assert complaints.read() == ""
    started.wait(timeout=PATIENCE_SECONDS)


@pytest.fixture
def port() -> Iterator[int]:
    with kept_port() as kept:
        yield kept


@pytest.fixture
def heard() -> Iterator[None]:
    """What runs in the background ignores Ctrl-C, and so does what it starts; not here."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def wait_until_begun(started: subprocess.Popen[str]) -> None:
    """Wait until a command of ours, and no longer Python alone, decides what Ctrl-C does.

    Its umask shows it.
    """
    status = Path(f"/proc/{started.pid}/status")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not re.search(r"^Umask:\s*0077$", status.read_text(), re.MULTILINE):
        assert started.poll() is None, started.communicate()
        assert time.monotonic() < deadline, "it has not begun"
        time.sleep(0.002)


@pytest.mark.slow
@pytest.mark.embedded
@pytest.mark.parametrize("command", ["worker", "serve"])
def test_ctrl_c_stops_without_a_traceback(
    tmp_path: Path, port: int, heard: None, command: str
) -> None:
    run(tmp_path, "migrate")
    words = {"worker": ["worker"], "serve": ["serve", "--migrate", "--port", str(port)]}[command]
    for seconds in (0.0, 0.7, 5.0):
        started = subprocess.Popen(
            [sys.executable, "-m", "lejek", *words],
            env=os.environ
            | {"LEJEK_HOME": str(tmp_path), "LEJEK_DATABASE_URL": "", "LEJEK_LANGUAGE": "en"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        wait_until_begun(started)
        time.sleep(seconds)
        started.send_signal(signal.SIGINT)
        said, _ = started.communicate(timeout=PATIENCE_SECONDS)
        # Python itself dies of the signal when it came while a library was being loaded.
        assert started.returncode in (0, 130, -signal.SIGINT), (seconds, said)
        assert "Traceback" not in said, (seconds, said)


@pytest.mark.embedded
def test_an_address_that_is_not_ours_is_said(tmp_path: Path) -> None:
    run(tmp_path, "migrate")
    refused = run(tmp_path, "serve", "--host", "192.0.2.7")
    assert (refused.returncode, "no address of this machine" in refused.stderr) == (1, True)


@pytest.mark.embedded
def test_a_wrong_setting_is_said_in_polish_too(tmp_path: Path) -> None:
    for name, value in (
        ("LEJEK_SQLITE_JOURNAL", "none"),
        ("LEJEK_EMAIL_PORT", "many"),
        ("LEJEK_HTTPS", "maybe"),
        ("LEJEK_DATABASE_URL", "mysql://x"),
        ("LEJEK_DATABASE_URL", "postgresql://me:secret@host:port/name"),
        ("LEJEK_TIME_ZONE", "Europe/Nowhere"),
    ):
        refused = run(tmp_path, "migrate", language="pl", **{name: value})
        assert refused.returncode == 1, name
        assert f"lejek: {name} ma wartość" in refused.stderr, name
        assert "secret" not in refused.stderr
        assert "Traceback" not in refused.stderr


@pytest.mark.embedded
def test_a_home_that_cannot_be_one_is_named_in_polish_too(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for home in (file, file / "below"):
        refused = run(tmp_path, "doctor", language="pl", LEJEK_HOME=str(home))
        assert refused.returncode == 1
        assert f"lejek: {home} nie może być katalogiem" in refused.stderr


@pytest.mark.embedded
def test_a_database_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    place = tmp_path / "nowhere" / "lejek.sqlite3"
    refused = run(tmp_path, "migrate", LEJEK_DATABASE_URL=f"sqlite://{place}")
    assert refused.returncode == 1
    assert f"does not answer: {place}: " in refused.stderr


def test_what_may_not_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "en")
    assert told(PermissionError(13, "x", "/srv/a")) == "this account may not read or write /srv/a"
    assert told(OSError(28, "No space left on device", "/srv/a")) == (
        "/srv/a: No space left on device"
    )
    assert told(ValueError("no file at all")) == "no file at all"
