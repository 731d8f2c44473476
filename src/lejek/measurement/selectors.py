"""The report on bands, from question to figures.

In: who asks what. Out: the table, and the currency of its value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from lejek.measurement.bands import (
    Bands,
    BandTable,
    bands_of,
    by_cohort,
    by_period,
    facts,
    quarters,
)
from lejek.measurement.filters import COHORT, Choices, Question
from lejek.measurement.readings import Readings, closings, readings
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
    name = possible.dimension_name(asked)
    found = readings(user, dimension=name, now=now, stage=asked.stage)
    closed = closings()
    known = facts(found, closed, _cut(asked, possible, found), by_overall=asked.is_by_grade)
    if asked.basis == COHORT:
        seconds = int(now.timestamp())
        table = by_cohort(known, asked.span(), horizon_days=asked.horizon_days, now=seconds)
    else:
        table = by_period(known, asked.span())
    return BandReport(table, closed.currency)


def _cut(asked: Question, possible: Choices, found: Readings) -> Mapping[int, Bands]:
    """The bands that are asked for, by version id."""
    if asked.is_by_overall:
        ids = [version.pk for version in possible.asked_versions(asked)]
        return dict.fromkeys(ids, quarters(found.milli[np.isin(found.version_ids, ids)]))
    dimensions = possible.dimensions(asked).items()
    return {pk: bands_of(each, by_letter=asked.is_by_grade) for pk, each in dimensions}
