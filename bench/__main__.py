"""`python -m bench`: makes its data, measures, prints one table.

In: how large. Out: ratios to hand-written baselines, and whether they keep the targets.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bench.batch import batch_rows
from bench.compiling import compile_rows
from bench.data import Size, cache_folder, files_of
from bench.end_to_end import command_rows
from bench.growth import growth_rows
from bench.single import live_rows
from bench.table import Row, show

Benchmark = Callable[[Path], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class Scale:
    """How large everything is. Targets are those of the full size: a small one mostly starts up."""

    batch: Size
    rules: tuple[int, ...]
    growth: tuple[Size, ...]
    n_live_leads: int
    rounds: int
    rounds_of_growth: int
    has_targets: bool


SMALL = Scale(
    batch=Size(50_000, 500_000),
    rules=(30, 100),
    growth=(Size(10_000, 100_000), Size(50_000, 500_000), Size(100_000, 1_000_000)),
    n_live_leads=500,
    rounds=3,
    rounds_of_growth=1,
    has_targets=False,
)
FULL = Scale(
    batch=Size(1_000_000, 10_000_000),
    rules=(30, 100, 300),
    growth=(
        Size(100_000, 1_000_000),
        Size(1_000_000, 10_000_000),
        Size(1_000_000, 50_000_000),
    ),
    n_live_leads=2_000,
    rounds=5,
    rounds_of_growth=3,
    has_targets=True,
)


def benchmarks(scale: Scale) -> Mapping[str, Benchmark]:
    """All of them, by the name that `--only` takes."""
    return {
        **{f"batch-{n}": _batch(scale, n) for n in scale.rules},
        "growth": lambda folder: growth_rows(scale.growth, 30, scale.rounds_of_growth, folder),
        "command": lambda folder: command_rows(files_of(scale.batch, folder), 100),
        "live": lambda _: live_rows(scale.n_live_leads, 3 * scale.rounds),
        "compile": lambda _: compile_rows(2 * scale.rounds),
    }


def _batch(scale: Scale, n_rules: int) -> Benchmark:
    return lambda folder: batch_rows(files_of(scale.batch, folder), n_rules, scale.rounds)


def main() -> None:
    """Runs what was asked for and prints the table."""
    arguments = _arguments()
    scale = SMALL if arguments.small else FULL
    rows = measured(scale, arguments.dir, arguments.only or "")
    show(rows, f"leadscore, {'small' if arguments.small else 'full'} size")


def measured(scale: Scale, folder: Path, only: str = "") -> list[Row]:
    """The rows of all benchmarks whose name begins so, measured one after the other."""
    rows: list[Row] = []
    for name, benchmark in benchmarks(scale).items():
        if name.startswith(only):
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            rows += benchmark(folder)
    return rows if scale.has_targets else [replace(row, most=None) for row in rows]


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m bench", description="Measures the speed of leadscore.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--small", action="store_true", help="within a minute")
    size.add_argument("--full", action="store_true", help="some minutes (the default)")
    parser.add_argument("--only", metavar="NAME", help="only those whose name begins so")
    parser.add_argument("--dir", type=Path, default=cache_folder(), help="where the data is kept")
    return parser.parse_args()


if __name__ == "__main__":
    main()
