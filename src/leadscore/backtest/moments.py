"""When a backtest looks back: successive ends of local days.

In: a time zone and two instants. Out: instants in microseconds since 1970 UTC, ascending.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from leadscore.days import day_to_date, end_of_day, offsets

Every = Literal["month", "week"] | int
"""How often to look: at the ends of months, of weeks (Sunday), or every so many days."""

_WEEK_DAYS = 7


def successive(every: Every, time_zone: str, first: int, last: int) -> tuple[int, ...]:
    """The moments of [first, last] at which a backtest looks.

    Raises: ValueError for a spacing that is none.
    """
    if every not in {"month", "week"} and (not isinstance(every, int) or every < 1):
        raise ValueError(
            f"every: found {every!r}, 'month', 'week' or a number of days from 1 is accepted"
        )
    if first > last:
        return ()
    local_day = offsets(time_zone).local_day
    days = _days(every, local_day(first), local_day(last))
    ends = (end_of_day(day, time_zone) for day in days)
    return tuple(end for end in ends if first <= end <= last)


def _days(every: Every, first: int, last: int) -> Iterator[int]:
    if every == "month":
        return _month_ends(first, last)
    if every == "week":
        sunday = first + (_WEEK_DAYS - day_to_date(first).isoweekday())
        return iter(range(sunday, last + 1, _WEEK_DAYS))
    return iter(range(first, last + 1, every))


def _month_ends(first: int, last: int) -> Iterator[int]:
    day = first
    while (end := day + _days_left_in_month(day_to_date(day))) <= last:
        yield end
        day = end + 1


def _days_left_in_month(on: date) -> int:
    some_day_of_next_month = on.replace(day=28) + timedelta(days=4)
    return (some_day_of_next_month.replace(day=1) - on).days - 1
