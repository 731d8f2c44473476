"""When a backtest looks."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from leadscore.backtest.moments import Every, successive
from leadscore.days import date_to_day, end_of_day, from_instant, offsets, to_instant
from tests.leadscore.backtest.past import at


def ends(every: Every, first: str, last: str, zone: str = "Europe/Warsaw") -> list[str]:
    found = successive(every, zone, at(first), at(last))
    local = [from_instant(end + 1).astimezone(ZoneInfo(zone)) for end in found]
    assert all((each.hour, each.minute, each.second) == (0, 0, 0) for each in local)
    return [day_before(each) for each in local]


def day_before(midnight: datetime) -> str:
    return from_instant(to_instant(midnight) - 1).astimezone(midnight.tzinfo).date().isoformat()


def test_months_end_where_the_calendar_ends_them() -> None:
    assert ends("month", "2023-12-15", "2024-04-30 23:59") == [
        "2023-12-31",
        "2024-01-31",
        "2024-02-29",
        "2024-03-31",
    ]


def test_a_month_whose_last_microsecond_is_observed_is_over() -> None:
    last = at("2025-02-01") - 1
    assert successive("month", "Europe/Warsaw", at("2025-01-31 23:00"), last) == (last,)
    assert successive("month", "Europe/Warsaw", at("2025-01-31 23:00"), last - 1) == ()


def test_weeks_end_on_sunday() -> None:
    # 30 March 2025 is the Sunday on which clocks are set forward.
    assert ends("week", "2025-03-23 12:00", "2025-04-07") == [
        "2025-03-23",
        "2025-03-30",
        "2025-04-06",
    ]


def test_days_are_counted_from_the_first() -> None:
    assert ends(10, "2025-01-01", "2025-01-31") == ["2025-01-01", "2025-01-11", "2025-01-21"]
    assert len(ends(1, "2025-10-01", "2025-11-01")) == 31


@pytest.mark.parametrize("every", [0, -1, "year", 1.5])
def test_a_spacing_that_is_none_is_refused(every: Every) -> None:
    with pytest.raises(ValueError, match="'month', 'week' or a number of days from 1 is accepted"):
        successive(every, "Europe/Warsaw", at("2025-01-01"), at("2026-01-01"))


def test_nothing_lies_between_moments_in_the_wrong_order() -> None:
    assert successive("month", "Europe/Warsaw", at("2026-01-01"), at("2025-01-01")) == ()


@pytest.mark.parametrize(
    ("zone", "on"),
    [
        # Clocks went from 00:01 back to 23:01: the day's last hour came twice.
        ("America/St_Johns", datetime(2010, 11, 6, tzinfo=UTC)),
        # Midnight did not exist: clocks went from 00:00 to 01:00.
        ("America/Sao_Paulo", datetime(2018, 11, 3, tzinfo=UTC)),
        ("Europe/Warsaw", datetime(2025, 10, 26, tzinfo=UTC)),
    ],
)
def test_the_last_microsecond_of_a_day_is_followed_by_the_next_day(zone: str, on: datetime) -> None:
    day, local_day = date_to_day(on.date()), offsets(zone).local_day
    end = end_of_day(day, zone)
    assert (local_day(end), local_day(end + 1)) == (day, day + 1)
    # Nothing of the day comes later: not in the three hours after.
    assert all(local_day(end + minute * 60_000_000) > day for minute in range(1, 180))
