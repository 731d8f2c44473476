"""The evaluation as a salesperson would read it in a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from leadscore.model import Dimension
from leadscore.report import wording
from leadscore.report.evaluation import DimensionResult, Evaluation, Extract, ListedLead, strongest
from leadscore.report.texts import Lang, count, label, points, text
from leadscore.statistics import BandRow, NotEnoughData, Rate

BAND_STYLES = ("cyan", "yellow", "dark_orange", "bold red")
MOST_BAR_CELLS = 24
WIDTH_WITHOUT_BAR = 68
REASONS = 3
EXTRACT = Extract(hottest=6, between=4, coldest=2)


def show(evaluation: Evaluation, console: Console, lang: Lang) -> None:
    """Prints the list, the bands and where it all comes from."""
    console.print()
    console.print(Text(text("title", lang), style="bold"))
    console.print(Text(wording.subtitle(evaluation, lang), style="dim"))
    console.print()
    console.print(_list(evaluation, lang))
    console.print(Text(text("bands", lang), style="bold"))
    for result in evaluation.dimensions:
        console.print(_bands(result, console.width, lang))
    for sentence in _figures(evaluation, lang):
        console.print(Padding(Text(sentence), (0, 0, 0, 1)))
    console.print()
    console.print(_about(evaluation, lang))


def _list(evaluation: Evaluation, lang: Lang) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column(text("rank", lang), justify="right", style="dim")
    table.add_column(text("lead", lang), ratio=2)
    table.add_column(text("overall", lang), justify="right", style="bold")
    table.add_column(text("grade", lang), justify="center")
    table.add_column(text("reasons", lang), ratio=5)
    table.add_column(text("happened", lang))
    shown = _of_terminal(evaluation)
    for number, lead in enumerate(shown):
        if number and lead.rank - shown[number - 1].rank > 1:
            left_out = lead.rank - shown[number - 1].rank - 1
            between = text("skipped", lang, count=count(left_out, lang))
            table.add_row("", "", "", "", Text(between, style="dim italic"))
        table.add_row(*_row(evaluation, lead, lang))
    return table


def _of_terminal(evaluation: Evaluation) -> list[ListedLead]:
    """A screenful of what a page has room for."""
    total = 0 if isinstance(evaluation.held_out, NotEnoughData) else evaluation.held_out.trials
    ranks = set(EXTRACT.ranks(total))
    return [lead for lead in evaluation.listed if lead.rank in ranks]


def _row(evaluation: Evaluation, lead: ListedLead, lang: Lang) -> tuple[Text | Group | Table, ...]:
    who = Group(Text(lead.lead_id), Text(", ".join(lead.headline), style="dim"))
    happened = Text(text("won", lang), style="bold green") if lead.is_won else Text("·", "dim")
    return (
        Text(count(lead.rank, lang)),
        who,
        Text(points(lead.overall_milli, lang)),
        Text(lead.grade or ""),
        _reasons(evaluation, lead, lang),
        happened,
    )


def _reasons(evaluation: Evaluation, lead: ListedLead, lang: Lang) -> Table | Text:
    lines = strongest(lead.lines, REASONS)
    if not lines:
        return Text(text("no_reasons", lang), style="dim")
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(ratio=1)
    for line in lines:
        style = "green" if line.millipoints > 0 else "red"
        written = Text(points(line.millipoints, lang, signed=True), style=style)
        grid.add_row(written, Text(wording.line_text(evaluation.model, line, lang)))
    return grid


def _bands(result: DimensionResult, width: int, lang: Lang) -> Table:
    name = label(result.dimension.label, result.dimension.name, lang)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=name, title_justify="left")
    table.add_column(text("band", lang), no_wrap=True)
    for key in ("from", "leads", "conversions", "share", "interval_short"):
        table.add_column(text(key, lang), justify="right", no_wrap=True)
    table.add_column("")
    cells = max(0, min(MOST_BAR_CELLS, width - WIDTH_WITHOUT_BAR))
    rows = list(wording.band_rows(result))
    widest = max(_high(row.rate) for row, _ in rows)
    for row, is_total in rows:
        table.add_row(
            *_band_row(result.dimension, row, is_total, lang), _bar_of(row, widest, cells)
        )
    verdict = (
        wording.order_text(result, lang),
        wording.auc_text(result.auc, lang, is_short=True),
    )
    table.caption, table.caption_justify = " ".join(verdict), "left"
    return table


def _band_row(
    dimension: Dimension, row: BandRow, is_total: bool, lang: Lang
) -> tuple[Text | str, ...]:
    name = text("total", lang) if is_total else wording.band_label(dimension, row.band, lang)
    return (
        Text(name, style="dim" if is_total else _style(dimension, row.band)),
        "" if is_total else wording.band_from(dimension, row.band, lang),
        count(row.leads, lang),
        count(row.conversions, lang),
        Text(wording.rate_text(row.rate, lang), style="bold"),
        wording.interval_text(row.rate, lang),
    )


def _style(dimension: Dimension, band: str) -> str:
    order = [declared.name for declared in dimension.bands]
    return BAND_STYLES[min(order.index(band), len(BAND_STYLES) - 1)]


def _high(rate: Rate | NotEnoughData) -> float:
    return 0.0 if isinstance(rate, NotEnoughData) else rate.high


def _bar_of(row: BandRow, widest: float, cells: int) -> Text:
    """The share as a bar: solid up to the lower end of its interval, a thin line to the upper."""
    if isinstance(row.rate, NotEnoughData) or not widest:
        return Text()
    ends = (row.rate.low, row.rate.value, row.rate.high)
    low, value, high = (round(cells * end / widest) for end in ends)
    bar = Text("█" * low + "▓" * (value - low))
    bar.append("─" * (high - value), style="dim")
    return bar


def _figures(evaluation: Evaluation, lang: Lang) -> list[str]:
    return [
        wording.auc_text(evaluation.auc, lang),
        *(wording.slice_text(found, lang) for found in evaluation.slices),
    ]


def _about(evaluation: Evaluation, lang: Lang) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(ratio=1)
    for name, sentence in wording.about(evaluation, lang):
        table.add_row(f" {name}", Text(sentence, style="dim"))
    return table
