"""Instants and local calendar days.

In: UTC instants in microseconds since 1970. Out: day numbers (days since 1970-01-01) in the
calendar of a time zone, the same on every engine because the zone's offsets are handed to it
as a table.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_US = 86_400_000_000
_SECOND_US = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
FIRST_YEAR, LAST_YEAR = 1970, 2100
"""Touchpoints outside these years are refused as bad rows."""


def to_instant(moment: datetime) -> int:
    """Microseconds since 1970 in UTC of an aware datetime.

    Raises: ValueError when the datetime has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; write an offset such as +01:00")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_instant(instant: int) -> datetime:
    """The UTC datetime of an instant."""
    return _EPOCH + timedelta(microseconds=instant)


def day_to_date(day: int) -> date:
    """The calendar date of a day number."""
    return date.fromordinal(day + _EPOCH_DAY)


def date_to_day(on: date) -> int:
    """The day number of a calendar date."""
    return on.toordinal() - _EPOCH_DAY


def end_of_day(day: int, time_zone: str) -> int:
    """The last microsecond of a local day.

    Where clocks are changed at midnight, that midnight happens twice or not at all; of its two
    readings the later one that still ends this day is meant. A day that a zone left out ends where
    it would have begun.
    """
    midnight = datetime.combine(day_to_date(day + 1), time(), ZoneInfo(time_zone))
    ends = [to_instant(midnight.replace(fold=fold)) - 1 for fold in (0, 1)]
    local_day = offsets(time_zone).local_day
    return max((end for end in ends if local_day(end) == day), default=ends[0])


@dataclass(frozen=True, slots=True)
class Offsets:
    """The UTC offsets of a time zone as a step function.

    `starts[i]` is the instant from which `shifts[i]` microseconds are added to UTC; the first
    start lies before every instant in question.
    """

    starts: tuple[int, ...]
    shifts: tuple[int, ...]

    def local_day(self, instant: int) -> int:
        """The local day number of an instant."""
        shift = self.shifts[max(0, bisect_right(self.starts, instant) - 1)]
        return (instant + shift) // DAY_US

    def step_at(self, instant: int) -> tuple[int, int]:
        """The offset that holds at an instant, and the instant since when it has held.

        Returns: (shift, since), in microseconds.
        """
        step = max(0, bisect_right(self.starts, instant) - 1)
        return self.shifts[step], self.starts[step]

    def between(self, first: int, last: int) -> Offsets:
        """Only the steps that matter for instants in [first, last]."""
        low = max(0, bisect_right(self.starts, first) - 1)
        high = max(low + 1, bisect_right(self.starts, last))
        return Offsets(self.starts[low:high], self.shifts[low:high])


@lru_cache(maxsize=16)
def offsets(time_zone: str, first_year: int = FIRST_YEAR, last_year: int = LAST_YEAR) -> Offsets:
    """All offset steps of `time_zone` between two years, found to the second.

    Raises: zoneinfo.ZoneInfoNotFoundError for an unknown name.
    """
    zone = ZoneInfo(time_zone)
    starts, shifts = [0 if first_year <= FIRST_YEAR else _year_start(first_year)], []
    shifts.append(_shift(zone, starts[0]))
    at = starts[0]
    end = _year_start(last_year + 1)
    while at < end:
        following = min(at + 7 * DAY_US, end)
        if (shift := _shift(zone, following)) != shifts[-1]:
            starts.append(_step_between(zone, at, following))
            shifts.append(shift)
        at = following
    return Offsets(tuple(starts), tuple(shifts))


def _year_start(year: int) -> int:
    return to_instant(datetime(year, 1, 1, tzinfo=UTC))


def _shift(zone: ZoneInfo, instant: int) -> int:
    offset = from_instant(instant).astimezone(zone).utcoffset() or timedelta(0)
    return offset // timedelta(microseconds=1)


def _step_between(zone: ZoneInfo, low: int, high: int) -> int:
    """The first whole second in (low, high] with the offset of `high`."""
    target = _shift(zone, high)
    while high - low > _SECOND_US:
        middle = (low + high) // 2 // _SECOND_US * _SECOND_US
        if middle <= low or middle >= high:
            break
        if _shift(zone, middle) == target:
            high = middle
        else:
            low = middle
    return high
