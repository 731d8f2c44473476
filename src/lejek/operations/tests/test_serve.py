"""The product as one starts it: prepared, served, stopped."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from lejek.kernel.tests.ports import kept_port

pytestmark = [pytest.mark.slow, pytest.mark.embedded, pytest.mark.xdist_group("serve")]

PATIENCE_SECONDS = 180


@pytest.fixture
def port() -> Iterator[int]:
    with kept_port() as kept:
        yield kept


def start(home: Path, *words: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "lejek", *words],
        env=os.environ
        | {"LEJEK_HOME": str(home), "LEJEK_DATABASE_URL": "", "LEJEK_LANGUAGE": "en"}
        | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(home: Path, *words: str) -> str:
    started = start(home, *words)
    said, _ = started.communicate(timeout=PATIENCE_SECONDS)
    assert started.returncode == 0, said
    return said


def ask(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - our own address
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def wait_until_said(served: subprocess.Popen[str], words: str) -> str:
    """What a program says until it has said some words; it goes on."""
    assert served.stdout is not None
    said = ""
    while words not in said:
        line = served.stdout.readline()
        assert line, f"it ended without a word of {words!r}: {said}"
        said += line
    return said


def wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while ask(f"{url}/health/readyz")[0] != 200:
        assert time.monotonic() < deadline, ask(f"{url}/health/readyz")
        time.sleep(0.2)


def stop(served: subprocess.Popen[str]) -> str:
    """What a program still says when it is told to stop, which it does by itself."""
    served.send_signal(signal.SIGTERM)
    said, _ = served.communicate(timeout=PATIENCE_SECONDS)
    assert served.returncode == 0, said
    return said


def children_of(process: subprocess.Popen[str]) -> list[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(number) for number in listed.split()]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("house")
    said = run(made, "demo", "--no-serve", "--leads", "40")
    assert "The demo is ready" in said
    return made


@pytest.fixture
def demo(home: Path, port: int) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    served = start(home, "demo", "--no-browser", "--port", str(port))
    url = f"http://127.0.0.1:{port}"
    wait_until_ready(url)
    yield url, served
    if served.poll() is None:
        stop(served)


def test_the_demo_says_its_address_signs_in_and_stops_when_told_to(
    demo: tuple[str, subprocess.Popen[str]],
) -> None:
    url, served = demo
    said = wait_until_said(served, f"Lejek is at {url} - Ctrl-C stops it.")
    status, page = ask(f"{url}/")
    assert status == 200
    assert "demo-bar" in page
    style = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert style is not None
    assert ask(url + style[1])[0] == 200
    stop(served)
    assert "this is a demo" in said.lower()
    assert "is there already" in said
    assert ask(f"{url}/health/livez")[0] == 0, "something still listens"


def test_a_process_that_is_killed_is_started_anew(demo: tuple[str, subprocess.Popen[str]]) -> None:
    url, served = demo
    before = children_of(served)
    assert len(before) == 2
    for number in before:
        os.kill(number, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(now := children_of(served)) < 2 or set(now) & set(before):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    wait_until_ready(url)
    said = stop(served)
    assert "The web process ended (SIGKILL)" in said
    assert "The worker process ended (SIGKILL)" in said


def test_the_product_is_served_too(tmp_path: Path, port: int) -> None:
    run(tmp_path, "migrate")
    served = start(tmp_path, "serve", "--port", str(port))
    url = f"http://127.0.0.1:{port}"
    wait_until_ready(url)
    _, page = ask(f"{url}/")
    assert "demo-bar" not in page
    checks = json.loads(ask(f"{url}/health/readyz")[1])["checks"]
    assert set(checks) == {"database", "migrations", "worker"}
    stop(served)


def test_an_address_that_is_taken_is_said(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        started = start(home, "demo", "--no-browser", "--port", str(taken.getsockname()[1]))
        said, _ = started.communicate(timeout=PATIENCE_SECONDS)
    assert started.returncode == 1
    assert "name another --port" in said


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])  # noqa: S104
def test_the_demo_listens_on_this_machine_only(home: Path, host: str) -> None:
    started = start(home, "demo", "--host", host)
    said, _ = started.communicate(timeout=PATIENCE_SECONDS)
    assert started.returncode == 2
    assert "this machine only" in said


def test_a_database_that_is_behind_is_not_served(tmp_path: Path, port: int) -> None:
    started = start(tmp_path, "serve", "--port", str(port))
    said, _ = started.communicate(timeout=PATIENCE_SECONDS)
    assert started.returncode == 1
    assert "lejek migrate" in said


def test_the_demo_can_be_made_anew(home: Path) -> None:
    said = run(home, "demo", "--no-serve", "--reset", "--leads", "10")
    assert "leads: 10," in said
