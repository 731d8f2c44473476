"""The report on bands, from question to figures.

In: who asks what. Out: the table, and the currency of its value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lejek.measurement.bands import BandTable, by_cohort, by_period, facts
from lejek.measurement.filters import COHORT, Choices, Question
from lejek.measurement.readings import closings, readings
from lejek.people.models import User


@dataclass(frozen=True, slots=True)
class BandReport:
    """The answer to a question on bands."""

    table: BandTable
    currency: str


def band_report(user: User, asked: Question, possible: Choices, now: datetime) -> BandReport:
    """What came of the leads of each band, as far as somebody may see them.

    Queries: two.
    """
    found = readings(user, dimension=possible.dimension_name(asked), stage=asked.stage)
    closed = closings()
    known = facts(
        found,
        closed,
        possible.dimensions(asked),
        by_letter=asked.is_by_grade,
        by_overall=asked.is_by_grade,
    )
    if asked.basis == COHORT:
        seconds = int(now.timestamp())
        table = by_cohort(known, asked.span(), horizon_days=asked.horizon_days, now=seconds)
    else:
        table = by_period(known, asked.span())
    return BandReport(table, closed.currency)
