"""A backtest as tables, what the reader must know first above them."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table

from leadscore.backtest import Backtest, TextTable
from leadscore.rendering.terminal import shown


def backtest_view(answer: Backtest, lang: str) -> RenderableType:
    """Warnings, then every table with its notes."""
    warnings = [shown(f"! {sentence}", style="yellow") for sentence in answer.warnings(lang)]
    tables = [_table(table) for table in answer.tables(lang)]
    parts: list[RenderableType] = [Group(*warnings)] if warnings else []
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in [*parts, *tables]))


def _table(given: TextTable) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_header=any(given.columns))
    for number, heading in enumerate(given.columns):
        table.add_column(shown(heading), justify="right" if number else "left")
    for row in given.rows:
        table.add_row(*(shown(cell) for cell in row))
    notes = [shown(note, style="dim") for note in given.notes]
    return Group(shown(given.title, style="bold"), table, *notes)
