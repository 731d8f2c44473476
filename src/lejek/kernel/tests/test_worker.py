"""The worker's loop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from lejek.kernel import clock, events, jobs, schedules
from lejek.kernel.models import Event, Heartbeat, Job
from lejek.kernel.worker import APART_THREADS, Worker, every, run_waiting

Start = Callable[[Worker], Worker]

pytestmark = pytest.mark.django_db(transaction=True)


PATIENCE_SECONDS = 60.0


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[tuple[Worker, threading.Thread]] = []

    def starting(worker: Worker) -> Worker:
        thread = threading.Thread(target=worker.run)
        thread.start()
        started.append((worker, thread))
        return worker

    yield starting
    for worker, thread in started:
        worker.stop.set()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def test_events_turns_and_jobs_are_done_soon(start: Start) -> None:
    heard: list[str] = []
    turned = threading.Event()

    def turn(*, now: datetime) -> int:
        turned.set()
        return 0

    def hear(content: dict[str, Any], *, now: datetime) -> None:
        heard.append(content["name"])

    start(Worker({"said": [hear]}, {"turn": turn}))
    wait_for(Heartbeat.objects.filter(role="worker").exists)
    events.emit("said", {"name": "a"}, now=clock.now())
    jobs.enqueue("lejek.kernel.tests.tasks.leave_trace", {"name": "b"}, now=clock.now())
    wait_for(lambda: heard == ["a"])
    wait_for(Heartbeat.objects.filter(process="b").exists)
    assert turned.is_set()


def test_a_long_job_does_not_hold_up_events(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    monkeypatch.setattr("lejek.kernel.tests.tasks.fail", lambda: let_go.wait(2 * PATIENCE_SECONDS))
    jobs.enqueue("lejek.kernel.tests.tasks.fail", {}, now=clock.now())
    heard: list[datetime] = []

    def hear(content: dict[str, Any], *, now: datetime) -> None:
        heard.append(now)

    start(Worker({"said": [hear]}, {}))
    wait_for(Job.objects.filter(status="running").exists)
    events.emit("said", {}, now=clock.now())
    wait_for(lambda: bool(heard))
    assert Job.objects.get().status == Job.Status.RUNNING
    let_go.set()
    wait_for(Job.objects.filter(status="done").exists)


def test_a_turn_apart_that_waits_holds_up_neither_events_nor_its_like(start: Start) -> None:
    let_go = threading.Event()
    taken: list[datetime] = []
    heard: list[datetime] = []

    def waiting(*, now: datetime) -> int:
        taken.append(now)
        let_go.wait(20)
        return 0

    def hear(content: dict[str, Any], *, now: datetime) -> None:
        heard.append(now)

    start(Worker({"said": [hear]}, {}, {"waiting": waiting}))
    wait_for(lambda: len(taken) == APART_THREADS)
    events.emit("said", {}, now=clock.now())
    jobs.enqueue("lejek.kernel.tests.tasks.leave_trace", {"name": "b"}, now=clock.now())
    wait_for(lambda: bool(heard))
    wait_for(Heartbeat.objects.filter(process="b").exists)
    let_go.set()


def test_a_turn_that_fails_is_taken_again_later_and_the_others_go_on(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lejek.kernel.worker._FAILED_WAIT_SECONDS", (0.1, 3600.0))
    taken: list[str] = []

    def failing(*, now: datetime) -> int:
        taken.append("failing")
        raise RuntimeError("not now")

    def sound(*, now: datetime) -> int:
        taken.append("sound")
        return 0

    start(Worker({}, {"failing": failing, "sound": sound}))
    wait_for(lambda: taken.count("failing") == 2)
    n_sound = taken.count("sound")
    wait_for(lambda: taken.count("sound") > n_sound + 5)
    assert taken.count("failing") == 2, "longer and longer"


def test_a_worker_that_leaves_says_so() -> None:
    worker = Worker({}, {})
    thread = threading.Thread(target=worker.run)
    thread.start()
    wait_for(Heartbeat.objects.filter(role="worker").exists)
    worker.stop.set()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    assert not Heartbeat.objects.exists()


def test_everything_that_waits_can_be_done_at_once() -> None:
    left = [3]

    def turn(*, now: datetime) -> int:
        left[0] -= 1
        return max(left[0], 0)

    events.emit("said", {}, now=clock.now())
    run_waiting({}, [turn])
    assert left == [0]
    assert not Event.objects.filter(handled_at=None).exists()


def test_jobs_that_are_due_are_done_at_once_and_later_ones_are_left() -> None:
    def enqueue(name: str, **options: Any) -> None:
        path = "lejek.kernel.tests.tasks.leave_trace"
        jobs.enqueue(path, {"name": name}, now=clock.now(), **options)

    def hear(content: dict[str, Any], *, now: datetime) -> None:
        enqueue("of an event")

    enqueue("due")
    enqueue("later", run_after=clock.now() + timedelta(hours=1))
    jobs.enqueue("lejek.kernel.tests.tasks.fail", {}, now=clock.now())
    events.emit("said", {}, now=clock.now())
    run_waiting({"said": [hear]}, [])
    assert set(Heartbeat.objects.values_list("process", flat=True)) == {"due", "of an event"}
    waiting = Job.objects.filter(status=Job.Status.READY).order_by("attempt")
    assert [(job.attempt, bool(job.error)) for job in waiting] == [(0, False), (1, True)]


def test_a_schedule_that_is_due_is_done_at_once() -> None:
    schedules.ensure(
        "trace",
        "lejek.kernel.tests.tasks.leave_trace",
        "0 0 * * *",
        "Europe/Warsaw",
        now=clock.now() - timedelta(days=2),
        arguments={"name": "nightly"},
    )
    run_waiting({}, [])
    assert Heartbeat.objects.filter(process="nightly").exists()


def test_a_turn_for_now_and_then_is_not_taken_all_the_time() -> None:
    def always(*, now: datetime) -> int:
        return 1

    turn = every(60.0, always)
    assert [turn(now=clock.now()) for _ in range(3)] == [1, 0, 0]
