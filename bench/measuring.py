"""Timing by turns: every contender once, then all again, so that a noisy moment strikes them all.

In: what to run. Out: seconds of each run, on the clock and of the processors.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timings:
    """The runs of one contender. Units: seconds; `cpu` of all threads of this process."""

    clock: tuple[float, ...]
    cpu: tuple[float, ...]

    def divided_by(self, n: int) -> Timings:
        """The same for one of so many that each run did."""
        return Timings(tuple(s / n for s in self.clock), tuple(s / n for s in self.cpu))

    @property
    def best(self) -> float:
        """The shortest run: what disturbed it least."""
        return min(self.clock)

    @property
    def typical(self) -> float:
        """The median run."""
        return median(self.clock)

    @property
    def work(self) -> float:
        """The median of processor seconds: hardly touched by what else runs on the machine."""
        return median(self.cpu)


def timed(run: Callable[[], T]) -> tuple[T, float, float]:
    """What a call gives, and its seconds on the clock and of the processors."""
    clock, cpu = time.perf_counter(), time.process_time()
    result = run()
    return result, time.perf_counter() - clock, time.process_time() - cpu


def by_turns(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Timings]:
    """The timings of each contender over some rounds; all should have run before."""
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            _, clock, cpu = timed(run)
            runs[name].append((clock, cpu))
    return {name: Timings(*zip(*each, strict=True)) for name, each in runs.items()}
