"""An import whose process is really killed goes on, doubles nothing, and can be undone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pysqlite3
import pytest

from lejek.identity.tests.builders import write_csv
from lejek.kernel.tests.stores import own_database

N_ROWS, EVERY_BAD = 6000, 50
DONE = "SELECT rows_done FROM identity_import"
LEADS = "SELECT COUNT(*) FROM identity_lead"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kills")]


class House:
    """Processes that share one database."""

    def __init__(self, environment: dict[str, str], ask: Callable[[str], int]) -> None:
        self._environment = os.environ | environment
        self.ask = ask

    def say(self, *words: str) -> Any:
        ended = subprocess.run(
            self._command(*words),
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout or "null")

    def kill_when(self, word: str, query: str, at_least: int) -> None:
        """Let a process work until a query gives so much, and kill it in whatever it does.

        It stands still while the query is asked, so that it does not end meanwhile.
        """
        child = subprocess.Popen(self._command(word), env=self._environment)
        deadline = time.monotonic() + 240
        while self.ask(query) < at_least and child.poll() is None and time.monotonic() < deadline:
            child.send_signal(signal.SIGCONT)
            time.sleep(0.01)
            child.send_signal(signal.SIGSTOP)
        assert child.poll() is None, "it ended by itself, so the kill would show nothing"
        child.kill()
        child.wait()

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "lejek.identity.tests.killable", *words]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with own_database() as address:

        def ask(query: str) -> int:
            with closing(pysqlite3.connect(tmp_path / "lejek.sqlite3", timeout=20)) as opened:
                return int(opened.execute(query).fetchone()[0])

        def ask_server(query: str) -> int:
            import psycopg

            with psycopg.connect(address) as opened:
                return sum(row[0] for row in opened.execute(query))

        environment = {
            "LEJEK_HOME": str(tmp_path),
            "LEJEK_DATABASE_URL": address,
            "LEJEK_LOG_LEVEL": "ERROR",
        }
        yield House(environment, ask_server if address else ask)


def rows() -> list[tuple[str, ...]]:
    people = [
        ("Jan", f"Nowak{n}", f"osoba{n}@firma{n // 4}.pl" if n % EVERY_BAD else "zły adres")
        for n in range(N_ROWS)
    ]
    return [("Imię", "Nazwisko", "E-mail"), *people]


def test_an_import_that_is_killed_again_and_again_is_as_one_that_was_not(
    house: House, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "leady.csv", rows())
    house.say("prepare", str(path))
    for n_rows in (1000, 3000, 4000):
        house.kill_when("run", DONE, n_rows)
        assert house.ask(LEADS) == house.ask(DONE) * (EVERY_BAD - 1) // EVERY_BAD, (
            "what is there is what is counted"
        )
    house.say("run")
    house.say("run")
    n_bad = N_ROWS // EVERY_BAD
    found = house.say("count")
    assert found["status"] == "done"
    assert found["counts"] == {"new": N_ROWS - n_bad, "unchanged": 0, "rejected": n_bad}
    assert found["leads"] == found["people"] == N_ROWS - n_bad
    assert found["facts"] == found["different_facts"]
    assert len(found["rejects"]) == n_bad + 1, "each refused row once, and the header"
    assert all("zły adres" in line for line in found["rejects"][1:])
    assert house.say("again", str(path)) == [0, N_ROWS - n_bad], "the same file is met, not doubled"


def test_an_undo_that_is_killed_goes_on_and_leaves_nothing(house: House, tmp_path: Path) -> None:
    house.say("prepare", str(write_csv(tmp_path / "leady.csv", rows())))
    house.kill_when("run", DONE, 2000)
    house.say("run")
    n_leads = house.ask(LEADS)
    house.kill_when("undo", f"SELECT {n_leads} - ({LEADS})", 1)
    assert house.ask("SELECT COUNT(*) FROM identity_contact"), "it was killed in the middle"
    house.say("undo")
    found = house.say("count")
    assert found["status"] == "undone"
    assert (found["leads"], found["people"], found["firms"], found["facts"]) == (0, 0, 0, 0)
