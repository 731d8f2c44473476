"""The lease queue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction

from lejek.kernel import jobs
from lejek.kernel.models import Heartbeat, Job

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HERE = "lejek.kernel.tests.tasks"
NEVER = 3600.0


def enqueue(name: str, now: datetime = NOW, **options: object) -> Job:
    arguments = options.pop("arguments", {"name": "a"} if "trace" in name else {})
    job = jobs.enqueue(f"{HERE}.{name}", arguments, now=now, **options)  # type: ignore[arg-type]
    assert job is not None
    return job


def traces() -> list[str]:
    return sorted(Heartbeat.objects.filter(role="trace").values_list("process", flat=True))


def claimed(now: datetime = NOW) -> jobs.Claim:
    held = jobs.claim(now=now)
    assert held is not None
    return held


def test_a_job_is_done_once_and_keeps_its_result() -> None:
    job = enqueue("leave_trace")
    assert jobs.run(claimed(), renew_every=NEVER)
    job.refresh_from_db()
    assert (job.status, job.result, traces()) == ("done", "a", ["a"])
    assert jobs.claim(now=NOW) is None


def test_a_job_of_a_transaction_that_failed_was_never_enqueued() -> None:
    def enqueue_and_fail() -> None:
        with transaction.atomic():
            enqueue("leave_trace")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        enqueue_and_fail()
    assert not Job.objects.exists()


def test_a_job_waits_for_its_moment() -> None:
    enqueue("leave_trace", run_after=NOW + timedelta(hours=1))
    assert jobs.claim(now=NOW) is None
    assert jobs.claim(now=NOW + timedelta(hours=1)) is not None


def test_the_most_urgent_job_comes_first_then_the_one_due_longest() -> None:
    for name, priority, minutes in (("late", 0, 5), ("urgent", 9, 5), ("early", 0, 1)):
        enqueue(
            "leave_trace",
            arguments={"name": name},
            priority=priority,
            run_after=NOW + timedelta(minutes=minutes),
        )
    order = [claimed(NOW + timedelta(hours=1)).arguments["name"] for _ in range(3)]
    assert order == ["urgent", "early", "late"]


def test_while_a_job_is_open_its_key_admits_no_second_one() -> None:
    enqueue("leave_trace", dedupe_key="once")
    assert jobs.enqueue(f"{HERE}.leave_trace", {"name": "b"}, now=NOW, dedupe_key="once") is None
    jobs.run(claimed(), renew_every=NEVER)
    assert jobs.enqueue(f"{HERE}.leave_trace", {"name": "b"}, now=NOW, dedupe_key="once")


def test_nobody_gets_a_job_that_somebody_holds() -> None:
    enqueue("leave_trace")
    assert jobs.claim(now=NOW) is not None
    assert jobs.claim(now=NOW + jobs.LEASE - timedelta(seconds=1)) is None


def test_a_job_whose_holder_overslept_goes_to_somebody_else() -> None:
    enqueue("leave_trace")
    overslept = claimed()
    taken_over = claimed(NOW + jobs.LEASE * 2)
    assert taken_over.attempt == overslept.attempt + 1
    with pytest.raises(jobs.LeaseLost):
        overslept.renew(NOW + jobs.LEASE * 2)


def test_who_overslept_writes_no_effect() -> None:
    enqueue("leave_trace_once")
    overslept = claimed()
    taken_over = claimed(NOW + jobs.LEASE * 2)
    assert jobs.run(taken_over, renew_every=NEVER)
    assert not jobs.run(overslept, renew_every=NEVER)
    assert traces() == ["a"]


def test_the_first_to_finish_wins_even_when_it_overslept_and_nobody_noticed() -> None:
    enqueue("leave_trace_once")
    held = claimed()
    assert jobs.run(held, renew_every=NEVER)
    assert not jobs.run(held, renew_every=NEVER)
    assert traces() == ["a"]


def test_a_failed_job_is_tried_again_later_and_later_and_is_then_dead() -> None:
    job = enqueue("fail", max_attempts=3)
    moment, waits = NOW, []
    for _ in range(3):
        with time_machine.travel(moment, tick=False):
            assert not jobs.run(claimed(moment), renew_every=NEVER)
        job.refresh_from_db()
        waits.append(job.run_after - moment)
        moment = max(moment, job.run_after)
    assert waits[:2] == [timedelta(seconds=5), timedelta(seconds=60)]
    assert job.status == Job.Status.DEAD
    assert "RuntimeError" in job.error


def test_the_error_that_is_kept_names_nobody() -> None:
    job = enqueue("fail")
    jobs.run(claimed(), renew_every=NEVER)
    job.refresh_from_db()
    assert "jan.kowalski" not in job.error
    assert "no room for [redacted]" in job.error


def test_a_job_that_kills_its_process_every_time_dies_at_last() -> None:
    job = enqueue("leave_trace", max_attempts=2)
    moment = NOW
    for _ in range(2):
        assert jobs.claim(now=moment) is not None
        moment += jobs.LEASE * 2
    assert jobs.claim(now=moment) is None
    job.refresh_from_db()
    assert (job.status, job.error) == ("dead", "its process ended without a word")


def test_a_dead_job_can_be_replayed_once() -> None:
    job = enqueue("fail", max_attempts=1)
    jobs.run(claimed(), renew_every=NEVER)
    assert jobs.replay(job.id, now=NOW)
    assert not jobs.replay(job.id, now=NOW)
    job.refresh_from_db()
    assert (job.status, job.attempt, job.error) == ("ready", 0, "")


def test_a_dead_job_is_not_replayed_beside_a_new_one_with_its_key() -> None:
    job = enqueue("fail", max_attempts=1, dedupe_key="once")
    jobs.run(claimed(), renew_every=NEVER)
    enqueue("leave_trace", dedupe_key="once")
    assert not jobs.replay(job.id, now=NOW)


def test_a_job_that_is_given_back_costs_no_attempt() -> None:
    job = enqueue("leave_trace", max_attempts=1)
    held = claimed()
    held.release(NOW)
    job.refresh_from_db()
    assert job.status == Job.Status.READY
    assert jobs.run(claimed(), renew_every=NEVER)
    assert not jobs.run(held, renew_every=NEVER)


def test_a_task_that_does_not_exist_is_a_failure_that_says_so() -> None:
    job = jobs.enqueue("lejek.kernel.tests.tasks.nothing", {}, now=NOW, max_attempts=1)
    assert job is not None
    jobs.run(claimed(), renew_every=NEVER)
    job.refresh_from_db()
    assert job.status == Job.Status.DEAD
    assert "nothing" in job.error


def test_a_job_says_how_far_it_is() -> None:
    job = enqueue("count_to", arguments={"n": 3})
    jobs.run(claimed(), renew_every=NEVER)
    job.refresh_from_db()
    assert (job.n_done, job.n_total) == (3, 3)


def test_a_long_job_keeps_its_lease() -> None:
    job = enqueue("leave_trace")
    held = claimed()
    held.renew(NOW + timedelta(seconds=20))
    job.refresh_from_db()
    assert job.lease_until == NOW + timedelta(seconds=20) + jobs.LEASE
