"""How far long work is, drawn on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from leadscore.cli import texts

_LABELS = {"read": texts.READING, "score": texts.SCORING, "backtest": texts.LOOKING_BACK}


class Bars:
    """A bar for each piece of work, one after the other."""

    def __init__(self, drawn: Progress, lang: str) -> None:
        self._drawn, self._lang = drawn, lang
        self._task: TaskID | None = None

    def started(self, total: int, label: str) -> None:
        """A piece of work begins; it has `total` steps."""
        known = _LABELS.get(label)
        self._task = self._drawn.add_task(known.of(self._lang) if known else label, total=total)

    def advanced(self, steps: int = 1) -> None:
        """So many more steps are done."""
        if self._task is not None:
            self._drawn.advance(self._task, steps)


@contextmanager
def progress_on(console: Console, lang: str) -> Iterator[Bars | None]:
    """Bars on a terminal, which go when the work is done; nothing elsewhere."""
    if not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as drawn:
        yield Bars(drawn, lang)
