"""How time and memory grow: whole runs, each in a process of its own.

In: sizes. Out: rows of time per touchpoint, and of the most memory that a process held.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from bench.batch import facts_of
from bench.data import AS_OF, Files, Size, files_of
from bench.models import benchmark_model
from bench.table import Row, seconds
from leadscore.engines.duckdb import score

MOST_MEGABYTES = 512
MOST_GROWTH = 1.2


@dataclass(frozen=True, slots=True)
class Run:
    """One run in a process of its own. Units: seconds; megabytes of 2^20 bytes."""

    reading: float
    scoring: float
    cpu: float
    megabytes: float


def run_once(files: Files, n_rules: int, *, contributions: bool) -> Run:
    """Scores in this process; its memory so far counts too."""
    model = benchmark_model(n_rules)
    start = time.perf_counter()
    with facts_of(files, model) as facts:
        read = time.perf_counter()
        score(model, facts, AS_OF, contributions=contributions)
        scored = time.perf_counter()
    return Run(read - start, scored - read, time.process_time(), _most_megabytes())


def _most_megabytes() -> float:
    """The most memory that this process held.

    Source: VmHWM of /proc; `ru_maxrss` would begin with what the parent process held.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def growth_rows(sizes: Sequence[Size], n_rules: int, rounds: int, folder: Path) -> Iterator[Row]:
    """Time for each touchpoint at growing sizes, against the second largest; memory of the largest.

    The smallest size is shown without a target: there, what is done once outweighs the rest. With
    contributions the largest is run once: they are a result, and held whole.
    """
    runs = _by_turns(sizes, n_rules, rounds, folder)
    reference = sizes[-2]
    for size in sizes:
        yield _growth_row(size, runs[size], n_rules, reference, runs[reference])
    megabytes = median(run.megabytes for run in runs[sizes[-1]])
    yield Row(
        f"{n_rules} + 20 rules, {sizes[-1].name}: most memory of the process",
        f"{megabytes:.0f} MB",
        against=f"{MOST_MEGABYTES} MB",
        ratio=megabytes / MOST_MEGABYTES,
        most=1.0,
    )
    largest = sizes[-1]
    explained = _in_a_process(largest, n_rules, folder, contributions=True)
    yield Row(
        f"{n_rules} + 20 rules, {largest.name}: with contributions, {explained.megabytes:.0f} MB",
        seconds(explained.scoring),
        against="without contributions",
        ratio=explained.scoring / min(run.scoring for run in runs[largest]),
    )


def _by_turns(
    sizes: Sequence[Size], n_rules: int, rounds: int, folder: Path
) -> dict[Size, list[Run]]:
    runs: dict[Size, list[Run]] = {size: [] for size in sizes}
    for size in sizes:
        files_of(size, folder)
    for _ in range(rounds):
        for size in sizes:
            runs[size].append(_in_a_process(size, n_rules, folder, contributions=False))
    return runs


def _in_a_process(size: Size, n_rules: int, folder: Path, *, contributions: bool) -> Run:
    numbers = (size.n_leads, size.n_touchpoints, n_rules, int(contributions))
    arguments = [*map(str, numbers), str(folder)]
    command = [sys.executable, "-m", "bench.growth", *arguments]
    answered = subprocess.run(command, check=True, capture_output=True, text=True)
    return Run(**json.loads(answered.stdout))


def _growth_row(
    size: Size, runs: Sequence[Run], n_rules: int, reference: Size, others: Sequence[Run]
) -> Row:
    best = min(run.scoring for run in runs)
    each = best / size.n_touchpoints
    other = min(run.scoring for run in others) / reference.n_touchpoints
    is_larger = size.n_touchpoints > reference.n_touchpoints
    return Row(
        f"{n_rules} + 20 rules, {size.name}: scoring, {each * 1e9:.0f} ns a touchpoint",
        seconds(best),
        seconds(median(run.scoring for run in runs)),
        seconds(median(run.cpu for run in runs)),
        f"the same for {reference.name}" if size != reference else "",
        each / other if size != reference else None,
        most=MOST_GROWTH if is_larger else None,
    )


def main(n_leads: str, n_touchpoints: str, n_rules: str, contributions: str, folder: str) -> None:
    """One run, its figures printed as JSON."""
    files = files_of(Size(int(n_leads), int(n_touchpoints)), Path(folder))
    print(json.dumps(asdict(run_once(files, int(n_rules), contributions=contributions == "1"))))


if __name__ == "__main__":
    main(*sys.argv[1:])
