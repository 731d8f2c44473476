"""The worker: a process that does everything that need not happen while somebody waits for a page.

In: waiting events, turns (work in small portions, such as live scoring), due schedules, jobs.
Out: all of it done, until it is told to stop.

Two threads, so that a long job never holds up what should be visible within a second: one hands on
events and takes turns, the other ticks the schedules and does jobs. Turns that may have to wait for
somebody outside have threads of their own, several each, and hold up neither.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog
from django.db import DatabaseError, connection, connections

from lejek.kernel import clock, jobs, schedules
from lejek.kernel.events import Handler, hand_on
from lejek.kernel.models import Heartbeat

IDLE_SECONDS = 0.1
APART_IDLE_SECONDS = 0.5
APART_THREADS = 3
BEAT_SECONDS = 5.0
GRACE_SECONDS = 6.0
_FAILED_WAIT_SECONDS = (1.0, 2.0, 5.0)
_STUCK_SECONDS = 60.0

log = structlog.get_logger(__name__)


class Turn(Protocol):
    """A portion of work; gives how much was done, 0 when there was nothing to do."""

    def __call__(self, *, now: datetime) -> int:
        """Do a portion."""


@dataclass(slots=True)
class _Step:
    """A turn that is left alone for a while after it failed."""

    name: str
    turn: Turn
    n_failures: int = 0
    not_before: float = 0.0

    def take(self) -> int:
        """Take the turn; whatever it raises is logged, and the others go on."""
        if time.monotonic() < self.not_before:
            return 0
        try:
            done = self.turn(now=clock.now())
        except Exception as error:  # noqa: BLE001 - the outermost loop of the worker
            wait = _FAILED_WAIT_SECONDS[min(self.n_failures, len(_FAILED_WAIT_SECONDS) - 1)]
            self.n_failures += 1
            self.not_before = time.monotonic() + wait
            log.warning("turn_failed", turn=self.name, error=repr(error)[:500])
            # A lost connection is made anew; a sound one is cheap to make again.
            with contextlib.suppress(DatabaseError):
                connection.close()
            return 0
        self.n_failures = 0
        return done


@dataclass(slots=True)
class Worker:
    """The worker of one process. `handlers`, `turns` and those `apart` come from the wiring."""

    handlers: Mapping[str, Sequence[Handler]]
    turns: Mapping[str, Turn]
    apart: Mapping[str, Turn] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    _held: jobs.Claim | None = None
    _turned_at: float = field(default_factory=time.monotonic)

    def run(self) -> bool:
        """Work until `stop` is set.

        Returns: whether everything came to its end; False when a job was given back unfinished,
        and the process should end without waiting for its thread.
        """
        threads = [
            self._thread("lively", self._steps_of_events(), IDLE_SECONDS),
            self._thread("jobs", self._steps_of_jobs(), IDLE_SECONDS),
            *self._threads_apart(),
        ]
        log.info("worker_started", process=process_name())
        self._beat()
        while not self.stop.wait(BEAT_SECONDS):
            self._beat()
        until = time.monotonic() + GRACE_SECONDS
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        ended = not any(thread.is_alive() for thread in threads)
        self._leave()
        log.info("worker_stopped", process=process_name(), is_clean=ended)
        return ended

    def _threads_apart(self) -> list[threading.Thread]:
        return [
            self._thread(name, [_Step(name, turn)], APART_IDLE_SECONDS)
            for name, turn in self.apart.items()
            for _ in range(APART_THREADS)
        ]

    def _thread(self, name: str, steps: Sequence[_Step], idle_seconds: float) -> threading.Thread:
        thread = threading.Thread(
            target=self._loop, args=(steps, idle_seconds), name=name, daemon=True
        )
        thread.start()
        return thread

    def _loop(self, steps: Sequence[_Step], idle_seconds: float) -> None:
        try:
            while not self.stop.is_set():
                n_done = 0
                for step in steps:
                    if self.stop.is_set():
                        break
                    n_done += step.take()
                if threading.current_thread().name == "lively":
                    self._turned_at = time.monotonic()
                if not n_done:
                    self.stop.wait(idle_seconds)
        finally:
            connections.close_all()

    def _steps_of_events(self) -> list[_Step]:
        def hand(*, now: datetime) -> int:
            return hand_on(self.handlers, now=now, at_most=100)

        return [
            _Step("events", hand),
            *(_Step(name, turn) for name, turn in self.turns.items()),
        ]

    def _steps_of_jobs(self) -> list[_Step]:
        return [_Step("schedules", every(1.0, schedules.tick)), _Step("jobs", self._do_a_job)]

    def _do_a_job(self, *, now: datetime) -> int:
        held = jobs.claim(now=now)
        if held is None:
            return 0
        self._held = held
        try:
            jobs.run(held)
        finally:
            self._held = None
        return 1

    def _beat(self) -> None:
        """Say that the process lives, unless its lively thread is stuck."""
        if time.monotonic() - self._turned_at > _STUCK_SECONDS:
            log.error("worker_stuck", seconds=round(time.monotonic() - self._turned_at))
            return
        try:
            beat("worker", now=clock.now())
        except DatabaseError as error:
            log.warning("heartbeat_failed", error=type(error).__name__)
            connection.close()

    def _leave(self) -> None:
        """Give back what is unfinished, and say that the process is gone."""
        held = self._held
        with contextlib.suppress(DatabaseError):
            if held is not None:
                held.release(clock.now())
            Heartbeat.objects.filter(process=process_name()).delete()
        connections.close_all()


def every(seconds: float, turn: Turn) -> Turn:
    """The turn, taken at most once in so many seconds."""
    next_at = 0.0

    def sometimes(*, now: datetime) -> int:
        nonlocal next_at
        if time.monotonic() < next_at:
            return 0
        next_at = time.monotonic() + seconds
        return turn(now=now)

    return sometimes


def beat(role: str, *, now: datetime) -> None:
    """Say that this process is alive."""
    Heartbeat.objects.update_or_create(
        process=process_name(), defaults={"role": role, "beat_at": now}
    )


def process_name() -> str:
    """The name of this process among all that share the database."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}"


def is_gone(process: str) -> bool:
    """Whether a process that said it was alive can be seen not to be: one of this machine."""
    machine, _, number = process.rpartition(":")
    if machine != socket.gethostname()[:60] or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def run_waiting(handlers: Mapping[str, Sequence[Handler]], turns: Sequence[Turn]) -> int:
    """Do everything that waits now, and come back: events, turns, due schedules and jobs.

    What fails is left for its next attempt. For commands that want to leave nothing behind, and
    for tests.
    Returns: how much was done.
    """
    total = 0
    while True:
        now = clock.now()
        done = hand_on(handlers, now=now) + sum(turn(now=now) for turn in turns)
        done += schedules.tick(now=now) + _do_jobs()
        if not done:
            return total
        total += done


def _do_jobs() -> int:
    """Do the jobs that are due, one after the other; how many."""
    n_done = 0
    while (held := jobs.claim(now=clock.now())) is not None:
        jobs.run(held)
        n_done += 1
    return n_done
