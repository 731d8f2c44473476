"""The report on bands as a file.

In: the report. Out: CSV with plain numbers, which spreadsheets read without running anything.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Protocol

from django.utils.translation import gettext as _

from leadscore.statistics import MedianDays, NotEnoughData
from lejek.measurement.bands import Line
from lejek.measurement.selectors import BandReport

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Writable(Protocol):
    """Anything that takes text."""

    def write(self, text: str, /) -> object:
        """Take some text."""


def harmless(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def bands_csv(file: Writable, report: BandReport, label: Callable[[str], str]) -> None:
    """Write a line a band, coldest first, and the total. Shares in [0, 1]; unknown is empty."""
    writer = csv.writer(file)
    writer.writerow(
        [
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
    )
    for line in report.table.lines:
        writer.writerow(_cells(harmless(label(line.name)), line, report.currency))
    writer.writerow(_cells(_("Total"), report.table.total, report.currency))


def _cells(name: str, line: Line, currency: str) -> list[str]:
    rate, median, mean = line.rate, line.median_days, line.mean_days
    shares = (
        ["", "", ""]
        if isinstance(rate, NotEnoughData)
        else [f"{rate.value:.6f}", f"{rate.low:.6f}", f"{rate.high:.6f}"]
    )
    return [
        name,
        str(line.leads),
        str(line.conversions),
        *shares,
        *_days(median),
        f"{mean:.1f}" if isinstance(mean, float) else "",
        f"{line.amount / 100:.2f}",
        currency,
    ]


def _days(median: MedianDays | NotEnoughData | None) -> list[str]:
    if not isinstance(median, MedianDays):
        return ["", "", ""]
    high = "" if median.high is None else f"{median.high:.1f}"
    return [f"{median.value:.1f}", f"{median.low:.1f}", high]
