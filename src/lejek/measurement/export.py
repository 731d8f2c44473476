"""The report on bands as a file.

In: the report. Out: CSV with plain numbers, as spreadsheets of a language read it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from leadscore.statistics import MedianDays, NotEnoughData
from lejek.measurement.bands import Line
from lejek.measurement.selectors import BandReport
from lejek.ui.spreadsheets import BYTE_ORDER_MARK, harmless, number, written

Named = Sequence[tuple[str, str]]
"""What was asked: names and values, the same in every line."""


def bands_csv(report: BandReport, label: Callable[[str], str], asked: Named, lang: str) -> str:
    """A line a band, coldest first, and the total. Shares in [0, 1]; unknown is empty."""
    named = [(label(line.name), line) for line in report.table.lines]
    named.append((_("Total"), report.table.total))
    told = [harmless(value) for _name, value in asked]
    rows = [[harmless(name), *_figures(line, lang), report.currency, *told] for name, line in named]
    heads = [*_heads(), *(name for name, _value in asked)]
    return BYTE_ORDER_MARK + written([heads, *rows], lang)


def _heads() -> list[str]:
    return [
        _("Band"),
        _("Leads"),
        _("Conversions"),
        _("Rate"),
        _("Rate, low"),
        _("Rate, high"),
        _("Median days"),
        _("Median days, low"),
        _("Median days, high"),
        _("Average days"),
        _("Value"),
        _("Currency"),
    ]


def _figures(line: Line, lang: str) -> list[str]:
    rate, median, mean = line.rate, line.median_days, line.mean_days
    shares = (
        ["", "", ""]
        if isinstance(rate, NotEnoughData)
        else [f"{rate.value:.6f}", f"{rate.low:.6f}", f"{rate.high:.6f}"]
    )
    figures = [
        str(line.leads),
        str(line.conversions),
        *shares,
        *_days(median),
        f"{mean:.1f}" if isinstance(mean, float) else "",
        f"{line.amount / 100:.2f}",
    ]
    return [number(figure, lang) for figure in figures]


def _days(median: MedianDays | NotEnoughData | None) -> list[str]:
    if not isinstance(median, MedianDays):
        return ["", "", ""]
    high = "" if median.high is None else f"{median.high:.1f}"
    return [f"{median.value:.1f}", f"{median.low:.1f}", high]
