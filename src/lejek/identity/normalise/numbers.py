"""Numbers, yes or no, and moments, as spreadsheets and people write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from lejek.identity.normalise.reasons import Reason, Unreadable
from lejek.identity.normalise.words import folded

_RANGE = re.compile(r"^\D{0,6}\d[\d\s]*\s*(?:[-–—+]|do|to)\s*\d*[\d\s]*$")
_GROUPED = re.compile(r"^[+-]?\d{1,3}(?:[ .,]\d{3})+$")
_NUMBER = re.compile(r"^[+-]?\d+(?:[.,]\d+)?$")
_UNITS = re.compile(r"\s*(?:zl|pln|zlotych|osob|os\.?|pracownikow|employees|people)$")
_LARGEST_INTEGER = 2**63 - 1

_YES = frozenset({"tak", "t", "yes", "y", "true", "prawda", "1", "x", "1.0"})
_NO = frozenset({"nie", "n", "no", "false", "falsz", "0", "-", "0.0"})

_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:\s*r\.)?")
_YEAR_FIRST = re.compile(r"(\d{4})([./])(\d{1,2})\2(\d{1,2})")
_TIME = re.compile(r"(?:,?\s+|T)(?:(?:godz|o)\.?\s*)?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?")
_NO_TIME = (0, 0, 0)
_FIRST_YEAR, _LAST_YEAR = 1970, 2100


def read_number(text: str) -> float:
    """A number; thousands may be grouped, the decimal sign is a comma or a point.

    Raises: Unreadable, also for a range: neither end of it is the number.
    """
    bare = _UNITS.sub("", folded(text).strip())
    if _GROUPED.match(bare) and not re.match(r"^[+-]?0[.,]", bare):
        return float(re.sub(r"[ .,]", "", bare))
    bare = bare.replace(" ", "")
    if not _NUMBER.match(bare):
        is_range = _RANGE.match(folded(text).strip())
        raise Unreadable(Reason.A_RANGE if is_range else Reason.NOT_A_NUMBER, text)
    found = float(bare.replace(",", "."))
    if abs(found) > _LARGEST_INTEGER // 2:
        raise Unreadable(Reason.OUT_OF_RANGE, text)
    return found


def read_count(text: str, *, most: int) -> int:
    """A whole number from zero to `most`.

    Raises: Unreadable.
    """
    found = read_number(text)
    if not 0 <= found <= most:
        raise Unreadable(Reason.OUT_OF_RANGE, text)
    return round(found)


def read_boolean(text: str) -> bool:
    """Yes or no, in Polish or English.

    Raises: Unreadable.
    """
    word = folded(text).strip()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unreadable(Reason.NOT_A_YES_OR_NO, text)


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """A moment in UTC: ISO 8601, or day, month and year; without an offset it is local to `zone`.

    Raises: Unreadable.
    """
    bare = text.strip()
    found = _iso(bare) or _local(bare)
    if found is None or not _FIRST_YEAR <= found.year < _LAST_YEAR:
        raise Unreadable(Reason.NOT_A_DATE, text)
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _local(text: str) -> datetime | None:
    """Day, month and year in the Polish order, or the year first; perhaps with a time."""
    if found := _DAY_FIRST.match(text):
        year, month, day = int(found[4]), int(found[3]), int(found[1])
    elif found := _YEAR_FIRST.match(text):
        year, month, day = int(found[1]), int(found[3]), int(found[4])
    else:
        return None
    clock, rest = _NO_TIME, text[found.end() :]
    if rest:
        told = _TIME.fullmatch(rest)
        if told is None:
            return None
        clock = (int(told[1]), int(told[2]), int(told[3] or 0))
    try:
        return datetime(year, month, day, *clock)  # noqa: DTZ001 - the caller puts the zone in
    except ValueError:
        return None
