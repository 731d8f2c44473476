"""The evaluation as a salesperson would read it in a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from leadscore.report import wording
from leadscore.report.evaluation import DimensionResult, Evaluation, Extract, ListedLead, strongest
from leadscore.report.texts import Lang, count, label, points, text
from leadscore.statistics import NotEnoughData, Rate

BAND_STYLES = ("cyan", "yellow", "dark_orange", "bold red")
BAR_CELLS = 24
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
        console.print(_bands(result, lang))
    for sentence in _figures(evaluation, lang):
        console.print(Padding(Text(sentence), (0, 0, 0, 1)))
    console.print()
    console.print(_about(evaluation, lang))


def _list(evaluation: Evaluation, lang: Lang) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column(text("rank", lang), justify="right", style="dim")
    table.add_column(text("lead", lang), ratio=3)
    table.add_column(text("overall", lang), justify="right", style="bold")
    table.add_column(text("grade", lang), justify="center")
    table.add_column(text("reasons", lang), ratio=6)
    table.add_column(text("happened", lang))
    shown = _of_terminal(evaluation)
    for number, lead in enumerate(shown):
        if number and lead.rank - shown[number - 1].rank > 1:
            left_out = lead.rank - shown[number - 1].rank - 1
            between = text("skipped", lang, count=count(left_out, lang))
            table.add_row("", Text(between, style="dim italic"))
        table.add_row(*_row(evaluation, lead, lang))
    return table


def _of_terminal(evaluation: Evaluation) -> list[ListedLead]:
    """A screenful of what a page has room for."""
    total = 0 if isinstance(evaluation.held_out, NotEnoughData) else evaluation.held_out.trials
    ranks = set(EXTRACT.ranks(total))
    return [lead for lead in evaluation.listed if lead.rank in ranks]


def _row(evaluation: Evaluation, lead: ListedLead, lang: Lang) -> tuple[Text | Group, ...]:
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


def _reasons(evaluation: Evaluation, lead: ListedLead, lang: Lang) -> Text:
    lines = strongest(lead.lines, REASONS)
    if not lines:
        return Text(text("no_reasons", lang), style="dim")
    shown = Text()
    for number, line in enumerate(lines):
        style = "green" if line.millipoints > 0 else "red"
        written = points(line.millipoints, lang, signed=True)
        shown.append("\n" if number else "")
        shown.append(f"{written:>5} ", style=style)
        shown.append(wording.line_text(evaluation.model, line, lang))
    return shown


def _bands(result: DimensionResult, lang: Lang) -> Table:
    name = label(result.dimension.label, result.dimension.name, lang)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=name, title_justify="left")
    table.add_column(text("band", lang))
    for key in ("points", "leads", "conversions", "rate", "interval"):
        table.add_column(text(key, lang), justify="right")
    table.add_column("", min_width=BAR_CELLS)
    widest = max(_high(row.rate) for row, _ in wording.band_rows(result))
    order = [band.name for band in result.dimension.bands]
    for row, is_total in wording.band_rows(result):
        style = "dim" if is_total else BAND_STYLES[min(order.index(row.band), 3)]
        band = (
            text("total", lang)
            if is_total
            else wording.band_label(result.dimension, row.band, lang)
        )
        span = "" if is_total else wording.band_range(result.dimension, row.band, lang)
        table.add_row(
            Text(band, style=style),
            span,
            count(row.leads, lang),
            count(row.conversions, lang),
            Text(wording.rate_text(row.rate, lang), style="bold"),
            wording.interval_text(row.rate, lang),
            _bar(row.rate, widest, style),
        )
    table.caption = (
        f"{wording.order_text(result, lang)} {wording.auc_text(result.auc, lang, is_short=True)}"
    )
    table.caption_justify = "left"
    return table


def _high(rate: Rate | NotEnoughData) -> float:
    return 0.0 if isinstance(rate, NotEnoughData) else rate.high


def _bar(rate: Rate | NotEnoughData, widest: float, style: str) -> Text:
    """The share as a bar, with its interval as a thin line on both sides of its end."""
    if isinstance(rate, NotEnoughData) or not widest:
        return Text()
    low, value, high = (round(BAR_CELLS * x / widest) for x in (rate.low, rate.value, rate.high))
    bar = Text("█" * low, style=style)
    bar.append("▓" * (value - low), style=style)
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
