"""Tasks for the tests of the queue. They leave their traces among the heartbeats."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django_tasks import TaskContext, task

from lejek.kernel.jobs import Claim
from lejek.kernel.models import Heartbeat


def leave_trace(*, name: str, now: datetime) -> str:
    """Leaves a trace and gives its name."""
    Heartbeat.objects.create(process=name, role="trace", beat_at=now)
    return name


def fail(*, now: datetime) -> None:
    """Fails, and quotes somebody's address in doing so."""
    raise RuntimeError("no room for jan.kowalski@example.com")


def leave_trace_once(*, name: str, now: datetime, claim: Claim) -> None:
    """Leaves a trace in one transaction with the end of the job."""
    with claim.finishing("left"):
        Heartbeat.objects.create(process=name, role="trace", beat_at=now)


def count_to(*, n: int, progress: Callable[[int, int], None]) -> None:
    """Says how far it is."""
    for number in range(1, n + 1):
        progress(number, n)


@task
def add(left: int, right: int = 1) -> int:
    """A task of django.tasks."""
    return left + right


@task(takes_context=True)
def tell_attempt(context: TaskContext) -> int:
    """A task that asks which attempt this is."""
    return context.attempt


@task
def break_down(**_nothing: Any) -> None:
    """A task that fails."""
    raise LookupError("not there")
