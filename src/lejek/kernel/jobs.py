"""Jobs: work that is done later, once, whoever dies in between.

In: a task's address and arguments. Out: the task called, again after a failure, at most
`max_attempts` times; then the job is dead and can be looked at and replayed.

A job is claimed by a conditional update that gives it a lease and raises its attempt. Who finishes
it must still hold the attempt it claimed; who overslept its lease changes nothing. A task whose
effect must happen once writes it inside `Claim.finishing`, in one transaction with the end of the
job.
"""

from __future__ import annotations

import inspect
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    models,
    transaction,
)
from django.utils.module_loading import import_string
from django_tasks.base import Task, TaskContext

from lejek.kernel import clock
from lejek.kernel.logs import redacted
from lejek.kernel.models import Job

LEASE = timedelta(seconds=30)
_BACKOFF_SECONDS = (5, 60, 300, 1800, 7200)
_PROGRESS_EVERY_SECONDS = 0.5
OFFERED = ("now", "progress", "claim")
"""What every task is given when it takes it, beside its own arguments."""

log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Somebody else has taken over the job in the meantime."""


def enqueue(
    task_path: str,
    arguments: dict[str, Any] | None = None,
    *,
    now: datetime,
    queue: str = "default",
    run_after: datetime | None = None,
    dedupe_key: str | None = None,
    max_attempts: int = 5,
    priority: int = 0,
) -> Job | None:
    """Put a job into the queue, in the caller's transaction.

    Returns: the job, or None when one with the same `dedupe_key` is still open.
    """
    job = Job(
        task_path=task_path,
        arguments=arguments or {},
        queue=queue,
        run_after=run_after or now,
        dedupe_key=dedupe_key,
        max_attempts=max_attempts,
        priority=priority,
        enqueued_at=now,
    )
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        if dedupe_key is None:
            raise
        return None
    return job


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that is ours until its lease ends."""

    job_id: int
    attempt: int
    task_path: str
    arguments: dict[str, Any]

    @contextmanager
    def finishing(self, result: object = None) -> Iterator[None]:
        """A transaction for the effect of the job and its end together.

        Raises: LeaseLost, with nothing written, when somebody else has the job by now.
        """
        with transaction.atomic():
            yield
            self._end(Job.Status.DONE, clock.now(), result=result)

    def renew(self, now: datetime) -> None:
        """Keep the job for another lease.

        Raises: LeaseLost when it is no longer ours.
        """
        if not self._mine().update(lease_until=now + LEASE):
            raise LeaseLost(f"job {self.job_id}, attempt {self.attempt}")

    def release(self, now: datetime) -> None:
        """Give the job back undone, for somebody else; the attempt does not count."""
        self._mine().update(
            status=Job.Status.READY,
            lease_until=None,
            run_after=now,
            max_attempts=models.F("max_attempts") + 1,
        )

    def report(self, n_done: int, n_total: int) -> None:
        """Say how far the job is."""
        self._mine().update(n_done=n_done, n_total=n_total)

    def fail(self, error: str, now: datetime) -> None:
        """The task failed: try again later, or give up after the last attempt."""
        job = self._mine().first()
        if job is None:
            return
        error = redacted(error)
        if self.attempt >= job.max_attempts:
            self._mine().update(status=Job.Status.DEAD, error=error, finished_at=now)
            return
        wait = _BACKOFF_SECONDS[min(self.attempt, len(_BACKOFF_SECONDS)) - 1]
        self._mine().update(
            status=Job.Status.READY,
            error=error,
            lease_until=None,
            run_after=now + timedelta(seconds=wait),
        )

    def _end(self, status: Job.Status, now: datetime, *, result: object) -> None:
        # What was asked is of no use any more, and may hold addresses and letters.
        ended = self._mine().update(
            status=status, finished_at=now, result=result, error="", arguments={}
        )
        if not ended:
            raise LeaseLost(f"job {self.job_id}, attempt {self.attempt}")

    def _mine(self) -> models.QuerySet[Job]:
        return Job.objects.filter(id=self.job_id, attempt=self.attempt, status=Job.Status.RUNNING)


def claim(*, now: datetime, queue: str = "default") -> Claim | None:
    """The next job that is due, or whose holder let its lease run out; None when there is none."""
    for job in _claimable(now, queue):
        taken = Job.objects.filter(id=job.id, attempt=job.attempt, status=job.status).update(
            status=Job.Status.RUNNING,
            attempt=job.attempt + 1,
            lease_until=now + LEASE,
            started_at=now,
        )
        if not taken:
            continue
        held = Claim(job.id, job.attempt + 1, job.task_path, job.arguments)
        if held.attempt > job.max_attempts:
            held.fail(job.error or "its process ended without a word", now)
            continue
        return held
    return None


def _claimable(now: datetime, queue: str) -> models.QuerySet[Job]:
    ready = models.Q(status=Job.Status.READY, run_after__lte=now)
    abandoned = models.Q(status=Job.Status.RUNNING, lease_until__lt=now)
    return (
        Job.objects.filter(ready | abandoned, queue=queue)
        .only("id", "attempt", "status", "task_path", "arguments", "max_attempts", "error")
        .order_by("-priority", "run_after", "id")[:5]
    )


def run(held: Claim, *, renew_every: float | None = None) -> bool:
    """Do a claimed job.

    A task is a function called with its arguments and with those of `now`, `progress` and `claim`
    that it takes. `progress` is called with how much is done, of how much. A task that takes
    `claim` ends the job itself, inside `claim.finishing()`.
    Returns: whether it was done; a failure is recorded on the job.
    """
    stop = threading.Event()
    every = LEASE.total_seconds() / 3 if renew_every is None else renew_every
    keeper = threading.Thread(target=_keep, args=(held, stop, every), daemon=True)
    keeper.start()
    try:
        _call(held)
    except LeaseLost:
        log.warning("job_lease_lost", job=held.job_id, attempt=held.attempt)
        return False
    except Exception as error:  # noqa: BLE001 - the outermost loop of a worker
        held.fail("".join(traceback.format_exception(error))[-8000:], clock.now())
        log.warning(
            "job_failed",
            job=held.job_id,
            task=held.task_path,
            attempt=held.attempt,
            error=type(error).__name__,
        )
        return False
    finally:
        stop.set()
        keeper.join()
    return True


def _call(held: Claim) -> None:
    """Call the task, and end the job unless the task does."""
    task = import_string(held.task_path)
    function: Callable[..., Any] = task.func if isinstance(task, Task) else task
    takes = inspect.signature(function).parameters
    offered = dict(zip(OFFERED, (clock.now(), _Progress(held), held), strict=True))
    arguments = {**{name: offered[name] for name in offered if name in takes}, **held.arguments}
    if isinstance(task, Task) and task.takes_context:
        result = function(_context(task, held), **arguments)
    else:
        result = function(**arguments)
    if "claim" not in takes:
        with held.finishing(result):
            pass


def _context(task: Task[..., Any], held: Claim) -> TaskContext:
    return TaskContext(task_result=task.get_backend().get_result(str(held.job_id)))


class _Progress:
    """Writes how far a job is, not too often."""

    def __init__(self, held: Claim) -> None:
        self._held = held
        self._next = 0.0

    def __call__(self, n_done: int, n_total: int) -> None:
        if time.monotonic() < self._next and n_done < n_total:
            return
        self._next = time.monotonic() + _PROGRESS_EVERY_SECONDS
        self._held.report(n_done, n_total)


def _keep(held: Claim, stop: threading.Event, every: float) -> None:
    """Renew the lease while the task runs."""
    try:
        while not stop.wait(every):
            try:
                held.renew(clock.now())
            except (OperationalError, InterfaceError):
                # The database is busy or away for a moment: there is time for another try.
                connection.close()
    except LeaseLost:
        return
    finally:
        connection.close()


def discard(job_id: int) -> str | None:
    """Throw a dead job away.

    Returns: the task that will not be done; None, and nothing changes, when it is not dead.
    """
    dead = Job.objects.filter(id=job_id, status=Job.Status.DEAD)
    task_path = dead.values_list("task_path", flat=True).first()
    return task_path if dead.delete()[0] else None


def replay(job_id: int, *, now: datetime) -> bool:
    """Put a dead job back into the queue.

    Repeat: changes nothing when it is not dead, or when another job with its key is open by now.
    """
    dead = Job.objects.filter(id=job_id, status=Job.Status.DEAD)
    try:
        with transaction.atomic():
            revived = dead.update(
                status=Job.Status.READY, attempt=0, run_after=now, error="", lease_until=None
            )
    except IntegrityError:
        return False
    return bool(revived)
