"""Jobs: work that is done later, once, whoever dies in between.

In: a task's address and arguments. Out: the task called, again after a failure, at most
`max_attempts` times; then the job is dead and can be looked at and replayed.

A job is claimed by a conditional update that gives it a lease and raises its attempt. Who finishes
it must still hold the attempt it claimed; who overslept its lease changes nothing. A task whose
effect must happen once writes it inside `Claim.finishing`, in one transaction with the end of the
job.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, connection, models, transaction
from django.utils.module_loading import import_string

from lejek.kernel import clock
from lejek.kernel.models import Job

LEASE = timedelta(seconds=30)
_BACKOFF_SECONDS = (5, 60, 300, 1800, 7200)

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
    def finishing(self, result: Any = None) -> Iterator[None]:
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

    def fail(self, error: str, now: datetime) -> None:
        """The task failed: try again later, or give up after the last attempt."""
        job = self._mine().first()
        if job is None:
            return
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

    def _end(self, status: Job.Status, now: datetime, *, result: Any) -> None:
        ended = self._mine().update(status=status, finished_at=now, result=result, error="")
        if not ended:
            raise LeaseLost(f"job {self.job_id}, attempt {self.attempt}")

    def _mine(self) -> models.QuerySet[Job]:
        return Job.objects.filter(id=self.job_id, attempt=self.attempt, status=Job.Status.RUNNING)


def claim(*, now: datetime, queue: str = "default") -> Claim | None:
    """The next job that is due, or whose holder let its lease run out; None when there is none."""
    for job in _claimable(now, queue):
        taken = Job.objects.filter(id=job.id, attempt=job.attempt, status=job.status).update(
            status=Job.Status.RUNNING, attempt=job.attempt + 1, lease_until=now + LEASE
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


def run(held: Claim, *, renew_every: float = LEASE.total_seconds() / 3) -> bool:
    """Do a claimed job.

    A task is a function called with its arguments, `now` and, when it takes it, `claim`. One that
    takes `claim` ends the job itself, inside `claim.finishing()`.
    Returns: whether it was done; a failure is recorded on the job.
    """
    stop = threading.Event()
    keeper = threading.Thread(target=_keep, args=(held, stop, renew_every), daemon=True)
    keeper.start()
    try:
        task: Callable[..., Any] = import_string(held.task_path)
        if _takes_claim(task):
            task(**held.arguments, now=clock.now(), claim=held)
        else:
            result = task(**held.arguments, now=clock.now())
            with held.finishing(result):
                pass
    except LeaseLost:
        log.warning("job_lease_lost", job=held.job_id, attempt=held.attempt)
        return False
    except Exception as error:  # noqa: BLE001 - the outermost loop of a worker
        held.fail("".join(traceback.format_exception(error))[-8000:], clock.now())
        log.warning("job_failed", job=held.job_id, task=held.task_path, attempt=held.attempt)
        return False
    finally:
        stop.set()
        keeper.join()
    return True


def _takes_claim(task: Callable[..., Any]) -> bool:
    code = getattr(task, "__code__", None)
    return (
        code is not None
        and "claim" in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    )


def _keep(held: Claim, stop: threading.Event, every: float) -> None:
    """Renew the lease while the task runs."""
    try:
        while not stop.wait(every):
            held.renew(clock.now())
    except LeaseLost:
        return
    finally:
        connection.close()


def replay(job_id: int, *, now: datetime) -> bool:
    """Put a dead job back into the queue.

    Repeat: changes nothing when it is not dead.
    """
    revived = Job.objects.filter(id=job_id, status=Job.Status.DEAD)
    return bool(
        revived.update(
            status=Job.Status.READY, attempt=0, run_after=now, error="", lease_until=None
        )
    )
