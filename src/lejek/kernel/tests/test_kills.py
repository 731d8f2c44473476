"""Workers that are really killed and really stopped: no job is lost, no effect is doubled."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from lejek.kernel.tests.killable import LEASE_SECONDS, sign_of_work
from lejek.kernel.tests.stores import own_database

N_JOBS = 300
DONE = "SELECT COUNT(*) FROM kernel_job WHERE status = 'done'"
TAKEN_OVER = "SELECT COUNT(*) FROM kernel_job WHERE attempt > 1"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kills")]


class House:
    """Processes that share one database."""

    def __init__(self, home: Path, address: str, ask: Callable[[str], int]) -> None:
        self._home = home
        self._environment = os.environ | {
            "LEJEK_HOME": str(home),
            "LEJEK_DATABASE_URL": address,
            "LEJEK_LOG_LEVEL": "ERROR",
        }
        self.ask = ask
        self.workers: list[subprocess.Popen[bytes]] = []

    def wait_for(self, query: str, at_least: int, seconds: float = 240) -> int:
        """Wait until a query gives at least so much, or time is up; what it gives then."""
        deadline = time.monotonic() + seconds
        while (found := self.ask(query)) < at_least and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def wait_until_at_work(self, worker: subprocess.Popen[bytes], seconds: float = 60) -> None:
        """Wait until a worker is in the middle of a job, or time is up."""
        deadline = time.monotonic() + seconds
        while not sign_of_work(self._home, worker.pid).exists() and time.monotonic() < deadline:
            time.sleep(0.005)

    def say(self, *words: str) -> str:
        ended = subprocess.run(
            self._command(*words),
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def count(self) -> dict[str, object]:
        return json.loads(self.say("count"))

    def start_worker(self) -> subprocess.Popen[bytes]:
        worker = subprocess.Popen(
            self._command("work"), env=self._environment, stderr=subprocess.DEVNULL
        )
        self.workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        worker.kill()
        worker.wait()
        self.workers.remove(worker)

    def end(self) -> None:
        for worker in list(self.workers):
            worker.send_signal(signal.SIGCONT)
            self.kill(worker)

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "lejek.kernel.tests.killable", *words]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with own_database() as address:

        def ask(query: str) -> int:
            with closing(sqlite3.connect(tmp_path / "lejek.sqlite3", timeout=20)) as opened:
                return int(opened.execute(query).fetchone()[0])

        def ask_server(query: str) -> int:
            import psycopg

            with psycopg.connect(address) as opened:
                return sum(row[0] for row in opened.execute(query))

        house = House(tmp_path, address, ask_server if address else ask)
        yield house
        house.end()


@pytest.fixture
def at_work(house: House) -> House:
    house.say("prepare", str(N_JOBS))
    for _ in range(3):
        house.start_worker()
    return house


def assert_each_once(found: dict[str, object]) -> None:
    assert (found["effects"], found["different"], found["done"]) == (N_JOBS, N_JOBS, N_JOBS), found


def test_workers_that_are_killed_lose_and_double_nothing(at_work: House) -> None:
    chance = Random(7)
    for number in range(8):
        at_work.wait_for(DONE, min(N_JOBS, at_work.ask(DONE) + 8))
        worker = chance.choice(at_work.workers[:2])
        if number % 2:  # else in whatever it does
            at_work.wait_until_at_work(worker)
        at_work.kill(worker)
        at_work.start_worker()
    at_work.wait_for(DONE, N_JOBS)
    assert_each_once(at_work.count())
    assert at_work.ask(TAKEN_OVER), "the kills hit no job, so they showed nothing"


def test_workers_that_are_stopped_longer_than_their_lease_double_nothing(at_work: House) -> None:
    chance = Random(11)
    at_work.wait_for(DONE, 10)
    for _ in range(4):
        worker, n_before = chance.choice(at_work.workers), at_work.ask(TAKEN_OVER)
        at_work.wait_until_at_work(worker)
        worker.send_signal(signal.SIGSTOP)
        time.sleep(LEASE_SECONDS * 1.3)
        # Nobody can where it was stopped while it wrote: SQLite has one writer.
        at_work.wait_for(TAKEN_OVER, n_before + 1, seconds=10)
        worker.send_signal(signal.SIGCONT)
        time.sleep(0.2)
    at_work.wait_for(DONE, N_JOBS)
    assert_each_once(at_work.count())
    assert at_work.ask(TAKEN_OVER), "the stops hit no job, so they showed nothing"


def test_a_worker_that_is_told_to_stop_gives_its_job_back(house: House) -> None:
    house.say("prepare", "0")
    house.say("prepare-long")
    worker = house.start_worker()
    assert house.wait_for("SELECT COUNT(*) FROM kernel_job WHERE status = 'running'", 1) == 1
    worker.terminate()
    assert worker.wait(timeout=120) == 0, "it does not wait for its job"
    assert house.count()["long"] == [["ready", 1]]
    house.workers.remove(worker)
