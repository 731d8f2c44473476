"""The figures of a backtest as texts of one language.

In: figures. Out: cells; a figure that could not be made says "not enough data".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leadscore.backtest.pooled import PooledRate
from leadscore.backtest.texts import (
    decimal_text,
    local_day_text,
    percent_text,
    range_text,
    share_text,
    word,
)
from leadscore.language.words import is_polish, whole
from leadscore.statistics import Auc, BandRow, MedianDays, NotEnoughData, Rate, TopSlice

NO_FIGURE = "–"


@dataclass(frozen=True, slots=True)
class Cells:
    """Writes figures in one language."""

    lang: str

    def count(self, number: int) -> str:
        """How many."""
        return whole(number, self.lang)

    def day(self, day: int) -> str:
        """A local day by its number."""
        return local_day_text(day, self.lang)

    def sentence(self, shortage: NotEnoughData) -> str:
        """Why there is no figure."""
        language: Literal["en", "pl"] = "pl" if is_polish(self.lang) else "en"
        return shortage.sentence(language)

    def rate(self, rate: Rate | PooledRate | NotEnoughData) -> tuple[str, str]:
        """A share and its interval."""
        if isinstance(rate, NotEnoughData):
            return self._lacking(), NO_FIGURE
        low, high = decimal_text(100 * rate.low, self.lang), percent_text(rate.high, self.lang)
        return percent_text(rate.value, self.lang), range_text(low, high)

    def rate_with_interval(self, rate: Rate | NotEnoughData) -> str:
        """The same in one cell."""
        share, interval = self.rate(rate)
        return share if isinstance(rate, NotEnoughData) else f"{share} ({interval})"

    def median(self, median: MedianDays | NotEnoughData) -> str:
        """Days with their interval; its end is open where the data set none."""
        if isinstance(median, NotEnoughData):
            return self._lacking()
        high = "…" if median.high is None else f"{median.high:.0f}"
        return f"{median.value:.0f} ({range_text(f'{median.low:.0f}', high)})"

    def auc(self, auc: Auc | NotEnoughData) -> tuple[str, str]:
        """The area and its interval."""
        if isinstance(auc, NotEnoughData):
            return self._lacking(), NO_FIGURE
        low, high = share_text(auc.low, self.lang), share_text(auc.high, self.lang)
        return share_text(auc.value, self.lang), range_text(low, high)

    def lift(self, top: TopSlice | NotEnoughData) -> str:
        """How many times the rate of the whole list, with the interval."""
        if isinstance(top, NotEnoughData):
            return self._lacking()
        low, high = (decimal_text(end, self.lang) for end in (top.lift.low, top.lift.high))
        return f"{decimal_text(top.lift.value, self.lang)}× ({range_text(low, high)})"

    def band(self, name: str, row: BandRow) -> tuple[str, ...]:
        """One line of a band report."""
        counts = (self.count(row.leads), self.count(row.conversions))
        return name, *counts, *self.rate(row.rate), self.median(row.median_days_of_converters)

    def pooled(self, name: str, rate: PooledRate | NotEnoughData) -> tuple[str, ...]:
        """One line of the pooled table."""
        if isinstance(rate, NotEnoughData):
            return name, "0", "0", "0", *self.rate(rate)
        counts = (rate.observations, rate.leads, rate.conversions)
        return name, *map(self.count, counts), *self.rate(rate)

    def _lacking(self) -> str:
        return word("not_enough_data", self.lang)
