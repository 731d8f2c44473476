"""The queue behind the interface of django.tasks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django_tasks import TaskResultStatus
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist

from lejek.kernel import clock, jobs
from lejek.kernel.models import Job
from lejek.kernel.tests.tasks import add, break_down, tell_attempt

pytestmark = pytest.mark.django_db(transaction=True)


def run_next() -> bool:
    held = jobs.claim(now=clock.now())
    assert held is not None
    return jobs.run(held, renew_every=3600.0)


def test_an_enqueued_task_is_a_job_until_a_worker_does_it() -> None:
    result = add.enqueue(2, right=3)
    assert result.status is TaskResultStatus.READY
    assert Job.objects.get().arguments == {"left": 2, "right": 3}
    assert run_next()
    result.refresh()
    assert (result.status, result.return_value, result.attempts) == ("SUCCESSFUL", 5, 1)


def test_a_task_that_takes_the_context_gets_it() -> None:
    result = tell_attempt.enqueue()
    assert run_next()
    result.refresh()
    assert result.return_value == 1


def test_a_failed_task_keeps_its_error() -> None:
    result = break_down.enqueue()
    Job.objects.update(max_attempts=1)
    assert not run_next()
    result.refresh()
    assert result.status is TaskResultStatus.FAILED
    assert result.errors[0].exception_class is LookupError


def test_a_task_can_wait_and_be_urgent() -> None:
    later = clock.now() + timedelta(hours=1)
    add.using(run_after=later, priority=7).enqueue(1)
    job = Job.objects.get()
    assert (job.run_after, job.priority) == (later, 7)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [((), {}), ((1, 2, 3), {}), ((1,), {"unknown": 2})],
    ids=["one is missing", "one too many", "an unknown one"],
)
def test_arguments_that_do_not_fit_are_refused_at_once(
    arguments: tuple[int, ...], named: dict[str, int]
) -> None:
    with pytest.raises(InvalidTaskError, match="add"):
        add.enqueue(*arguments, **named)


@pytest.mark.parametrize("result_id", ["99", "x"])
def test_a_result_that_was_never_enqueued_is_not_found(result_id: str) -> None:
    with pytest.raises(TaskResultDoesNotExist):
        add.get_result(result_id)
