"""The one table that a run prints.

In: rows. Out: text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.measuring import Timings


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was measured and, against something, how many times that it took.

    `best`, `typical` and `work` are texts with units; `ratio` and `cpu_ratio` are None where there
    is nothing to divide by; `most` is the target for the ratio (for `value`, when there is none).
    """

    what: str
    best: str
    typical: str = ""
    work: str = ""
    against: str = ""
    ratio: float | None = None
    cpu_ratio: float | None = None
    most: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the target is met on the clock; (yes) when only in processor seconds."""
        if self.most is None or self.ratio is None:
            return ""
        if self.ratio <= self.most:
            return "yes"
        return "(yes)" if self.cpu_ratio is not None and self.cpu_ratio <= self.most else "no"


def row_of(
    what: str,
    timings: Timings,
    against: str = "",
    other: Timings | None = None,
    most: float | None = None,
) -> Row:
    """A line for timings, perhaps held against other timings of the same run."""
    return Row(
        what,
        seconds(timings.best),
        seconds(timings.typical),
        seconds(timings.work),
        against,
        None if other is None else timings.best / other.best,
        None if other is None else timings.work / other.work,
        most,
    )


def seconds(value: float) -> str:
    """Seconds in a unit that suits their size."""
    if value < 1e-3:
        return f"{value * 1e6:.1f} µs"
    return f"{value * 1e3:.1f} ms" if value < 1 else f"{value:.2f} s"


def show(rows: Iterable[Row], title: str) -> None:
    """Print the table."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in ("measured", "best", "median", "CPU"):
        table.add_column(name, justify="left" if name == "measured" else "right")
    for name in ("against", "ratio", "CPU ratio", "at most", "met"):
        table.add_column(name, justify="left" if name == "against" else "right")
    for row in rows:
        table.add_row(
            row.what,
            row.best,
            row.typical,
            row.work,
            row.against,
            _factor(row.ratio),
            _factor(row.cpu_ratio),
            _factor(row.most),
            row.verdict,
        )
    Console(width=150).print(table)


def _factor(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
