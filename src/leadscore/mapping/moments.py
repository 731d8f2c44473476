"""When a row happened, from what its source tells: a date, a month in date order, or an order.

In: source columns as text. Out: UTC moments as an Arrow column. Approximate moments keep the
order of the source and its weekdays; their days are the earliest that fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadscore.mapping.columns import (
    INSTANT,
    Array,
    Flags,
    Ints,
    compute,
    flags,
    whole_numbers,
    words_of,
)
from leadscore.mapping.document import CalendarMoment, DateMoment, SequenceMoment

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WORKING_SECONDS = 8 * 3600
DAY_US = 86_400_000_000

Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Unread:
    """The rows of a column whose words could not be read, and what would have been."""

    column: str
    rows: Flags
    accepted: str


def from_dates(column: Array, moment: DateMoment, time_zone: str) -> tuple[Array, list[Unread]]:
    """Moments of a date column; a missing word stays missing."""
    local = compute.strptime(column, format=moment.format, unit="us", error_is_null=True)
    unread = flags(compute.and_(compute.is_valid(column), compute.is_null(local)))
    if not _has_time(moment.format):
        local = compute.add(local, pa.scalar(_micros(moment.time), pa.duration("us")))
    return _to_utc(local, time_zone), [Unread(moment.column, unread, f"format {moment.format}")]


def from_calendar(
    months: Array, weekdays: Array | None, moment: CalendarMoment, time_zone: str
) -> tuple[Array, list[Unread]]:
    """Moments of rows that tell only their month, or their month and weekday.

    In rows in date order, a month that comes before the one of the row above begins a new year;
    a weekday that comes before the one of the row above begins a new week.
    """
    month = _positions(months, MONTHS)
    unread = [Unread(moment.month, month < 0, "English months, jan to dec")]
    month = np.where(month < 0, 0, month)
    later_years = np.cumsum(_falls(month)) if moment.in_order else np.zeros_like(month)
    first_days = _first_days(moment.first_year + later_years, month)
    if weekdays is None:
        return _at(first_days, moment.time, time_zone), unread
    weekday = _positions(weekdays, WEEKDAYS)
    unread.append(Unread(str(moment.weekday), weekday < 0, "English weekdays, mon to sun"))
    days = _days_by_weekday(first_days, np.where(weekday < 0, 0, weekday))
    return _at(days, moment.time, time_zone), unread


def from_sequence(
    numbers: Array, moment: SequenceMoment, time_zone: str
) -> tuple[Array, list[Unread]]:
    """Moments that stand for the order of a number: `per_day` rows to a day."""
    fits = compute.match_substring_regex(numbers, r"^\d{1,18}$")
    values = compute.if_else(fits, numbers, pa.scalar(None, pa.string()))
    unread = Unread(moment.column, flags(compute.is_null(values)), "whole numbers")
    number = whole_numbers(compute.fill_null(values, "0").cast(pa.int64()))
    place = np.empty(len(number), np.int64)
    place[np.argsort(number, kind="stable")] = np.arange(len(number))
    days = np.datetime64(moment.start, "D") + place // moment.per_day
    seconds = place % moment.per_day * WORKING_SECONDS // moment.per_day
    return _at(days, moment.time, time_zone, seconds), [unread]


def days_earlier(moments: Array, days: Array) -> Array:
    """Moments so many times 24 hours earlier; missing where the number is."""
    back = compute.multiply(days, pa.scalar(DAY_US, pa.int64())).cast(pa.duration("us"))
    earlier: Array = compute.subtract(moments, back)
    return earlier


def _positions(words: Array, known: list[str]) -> Ints:
    """Index in `known` of each word's first three letters; -1 where there is none."""
    short = compute.utf8_slice_codeunits(compute.utf8_lower(words), 0, 3)
    found = compute.index_in(short, value_set=words_of(known))
    return whole_numbers(compute.fill_null(found, -1))


def _falls(values: Ints) -> Flags:
    """Where a value is lower than the one before it."""
    return np.diff(values, prepend=values[:1]) < 0


def _first_days(year: Ints, month: Ints) -> Days:
    return ((year - 1970) * 12 + month).astype("datetime64[M]").astype("datetime64[D]")


def _days_by_weekday(first_days: Days, weekday: Ints) -> Days:
    """The earliest days of each month that have the weekdays in their order."""
    starts = np.flatnonzero(np.diff(first_days.astype(np.int64), prepend=-(10**9)) != 0)
    block = np.searchsorted(starts, np.arange(len(first_days)), side="right") - 1
    new_week = _falls(weekday)
    new_week[starts] = False
    weeks = np.cumsum(new_week)
    weeks = weeks - weeks[starts][block]
    opening = first_days[starts]
    # 1970-01-01 was a Thursday, which is 3 counted from Monday.
    opening_weekday = (opening.astype(np.int64) + 3) % 7
    monday = opening + (weekday[starts] - opening_weekday) % 7 - weekday[starts]
    days = monday[block] + 7 * weeks + weekday
    following = (first_days.astype("datetime64[M]") + 1).astype("datetime64[D]")
    return np.minimum(days, following - np.timedelta64(1, "D"))


def _at(days: Days, at: time, time_zone: str, seconds: Ints | None = None) -> Array:
    local = days.astype("datetime64[us]") + np.timedelta64(_micros(at), "us")
    if seconds is not None:
        local = local + seconds.astype("timedelta64[s]")
    return _to_utc(pa.array(local, pa.timestamp("us")), time_zone)


def _to_utc(local: Array, time_zone: str) -> Array:
    utc: Array = compute.assume_timezone(
        local, time_zone, ambiguous="earliest", nonexistent="latest"
    ).cast(INSTANT)
    return utc


def _micros(at: time) -> int:
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond


def _has_time(pattern: str) -> bool:
    """Whether a format reads an hour."""
    shown = datetime(2000, 1, 1, 13, 14, 15)  # noqa: DTZ001 - only its text is looked at
    return shown.strftime(pattern) != shown.replace(hour=3).strftime(pattern)
