"""A worker that a test can kill, on a database of its own.

`prepare N` makes the tables and enqueues N short jobs, `work` works with a short lease, `long` is
enqueued by `prepare-long`, `count` prints what came of it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from lejek.kernel import clock, jobs  # noqa: E402
from lejek.kernel.models import Job  # noqa: E402
from lejek.kernel.worker import Worker  # noqa: E402

LEASE_SECONDS = 2.0
JOB_SECONDS = 0.06
TASK = "lejek.kernel.tests.killable"


def sign_of_work(home: Path, process: int) -> Path:
    """A file that is there while a process is in the middle of a job."""
    return home / f"at-work-{process}"


@contextmanager
def _at_work() -> Iterator[None]:
    sign = sign_of_work(Path(os.environ["LEJEK_HOME"]), os.getpid())
    sign.touch()
    yield
    sign.unlink()


def short_job(*, number: int, now: datetime, claim: jobs.Claim) -> None:
    """Takes a moment, and writes its effect together with its end."""
    with _at_work():
        time.sleep(JOB_SECONDS)
        with claim.finishing(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO effect (number) VALUES (%s)", [number])
            time.sleep(JOB_SECONDS / 6)


def long_job(*, seconds: float) -> None:
    """Takes long, and does nothing else."""
    time.sleep(seconds)


def prepare(n_jobs: int) -> None:
    """The tables, and jobs to do."""
    call_command("migrate", verbosity=0)
    Job.objects.all().delete()
    with connection.cursor() as cursor:
        # Without a constraint: a doubled effect must show, not fail.
        cursor.execute("CREATE TABLE effect (number INTEGER NOT NULL)")
    for number in range(n_jobs):
        jobs.enqueue(f"{TASK}.short_job", {"number": number}, now=clock.now(), max_attempts=100)


def prepare_long() -> None:
    """A job that takes longer than anybody waits for."""
    jobs.enqueue(f"{TASK}.long_job", {"seconds": 600}, now=clock.now())


def work() -> None:
    """Work until told to stop."""
    jobs.LEASE = timedelta(seconds=LEASE_SECONDS)
    worker = Worker({}, {})
    signal.signal(signal.SIGTERM, lambda *_: worker.stop.set())
    if not worker.run():
        os._exit(0)


def count() -> dict[str, object]:
    """What came of the jobs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*), COUNT(DISTINCT number) FROM effect")
        n_effects, n_different = cursor.fetchone()
    short = Job.objects.filter(task_path=f"{TASK}.short_job")
    return {
        "effects": n_effects,
        "different": n_different,
        "done": short.filter(status="done").count(),
        "long": list(
            Job.objects.filter(task_path=f"{TASK}.long_job").values_list("status", "attempt")
        ),
    }


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["prepare", number]:
            prepare(int(number))
        case ["prepare-long"]:
            prepare_long()
        case ["work"]:
            work()
        case ["count"]:
            sys.stdout.write(json.dumps(count()))
        case _:
            raise SystemExit(2)
