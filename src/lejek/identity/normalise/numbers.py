"""Numbers, yes or no, and moments, as spreadsheets and people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from lejek.identity.normalise.reasons import Reason, Unreadable
from lejek.identity.normalise.words import folded

_RANGE = re.compile(r"^\D{0,6}\d[\d\s]*\s*(?:[-–—+]|do|to)\s*\d*[\d\s]*$")
_NUMBER = re.compile(r"^[+-]?\d+(?:[.,]\d+)?$")
_GROUPED = re.compile(
    r"[+-]?[1-9]\d{0,2}([.,])\d{3}(?:(?:\1\d{3})+(?:(?!\1)[.,]\d+)?|(?!\1)[.,]\d+)"
)
"""A sign comes twice, or both signs do: the first one groups thousands."""

_FRACTION = re.compile(r"[+-]?(?:\d+([.,])(?!\d{3}$)\d+|(?:0|\d{4,})([.,])\d{3})")
"""A sign that no thousands can begin after: it is the decimal one."""

_TWO_READINGS = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}")
"""Thousands or thousandths: nothing in the number itself tells which."""

_OTHER_SIGN = {",": ".", ".": ","}
_UNITS = re.compile(r"\s*(?:zl|pln|zlotych|osob|os\.?|pracownikow|employees|people)$")
_LARGEST_INTEGER = 2**63 - 1

_YES = frozenset({"tak", "t", "yes", "y", "true", "prawda", "1", "x", "1.0"})
_NO = frozenset({"nie", "n", "no", "false", "falsz", "0", "-", "0.0"})

_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:\s*r\.)?")
_YEAR_FIRST = re.compile(r"(\d{4})([./])(\d{1,2})\2(\d{1,2})")
_TIME = re.compile(r"(?:,?\s+|T)(?:(?:godz|o)\.?\s*)?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?")
_NO_TIME = (0, 0, 0)
_FIRST_YEAR, _LAST_YEAR = 1970, 2100


def read_number(told: str | float) -> float:
    """A number; in text, thousands may be grouped, and a lone comma is the decimal sign.

    Raises: Unreadable, also for a range, neither end of which is the number, and for one point with
    three digits after it, which may be thousands or thousandths.
    """
    return _number(told, is_whole=False)


def read_count(told: str | float, *, most: int) -> int:
    """A whole number from zero to `most`; a point with three digits after it groups thousands.

    Raises: Unreadable, also for a fraction: nobody employs half a person; and for one comma with
    three digits after it.
    """
    found = _number(told, is_whole=True)
    if not 0 <= found <= most:
        raise Unreadable(Reason.OUT_OF_RANGE, str(told))
    if not found.is_integer():
        raise Unreadable(Reason.NOT_WHOLE, str(told))
    return int(found)


def read_amount(told: str | float, *, most: int) -> int:
    """Money from zero to `most`, rounded to whole ones of its currency.

    A point with three digits after it groups thousands.
    Raises: Unreadable, also for one comma with three digits after it.
    """
    found = _number(told, is_whole=True)
    if not 0 <= found <= most:
        raise Unreadable(Reason.OUT_OF_RANGE, str(told))
    return round(found)


def grouping_of(texts: Iterable[str]) -> str:
    """The sign that groups thousands in the numbers of a column; empty when they do not show it.

    >>> grouping_of(["12,345", "7.5"])
    ','
    """
    shown = {sign for text in texts if (sign := _grouping(_bare(text).replace(" ", "")))}
    return shown.pop() if len(shown) == 1 else ""


def in_column(text: str, grouping: str) -> str | float:
    """A number of a column with such grouping; what is none, as it is."""
    signs = {ord(grouping): None, ord(_OTHER_SIGN[grouping]): ","}
    try:
        return read_number(text.translate(signs))
    except Unreadable:
        return text


def _number(told: str | float, *, is_whole: bool) -> float:
    found = told if isinstance(told, int | float) else _told_in_text(told, is_whole=is_whole)
    if abs(found) > _LARGEST_INTEGER // 2:
        raise Unreadable(Reason.OUT_OF_RANGE, str(told))
    return float(found)


def _told_in_text(text: str, *, is_whole: bool) -> float:
    bare = _bare(text)
    if open_ := _TWO_READINGS.fullmatch(bare):
        # A point groups what is whole, a comma begins the fraction of what is not.
        if is_whole != (open_[1] == "."):
            raise Unreadable(Reason.TWO_READINGS, text)
        bare = bare.replace(".", "")
    bare = bare.replace(" ", "")
    if _GROUPED.fullmatch(bare):
        bare = bare.replace(_grouping(bare), "")
    if not _NUMBER.match(bare):
        is_range = _RANGE.match(folded(text).strip())
        raise Unreadable(Reason.A_RANGE if is_range else Reason.NOT_A_NUMBER, text)
    return float(bare.replace(",", "."))


def _bare(text: str) -> str:
    """A number without its unit."""
    return _UNITS.sub("", folded(text).strip())


def _grouping(bare: str) -> str:
    """The sign that groups thousands in a number, or would; empty when it does not show."""
    if grouped := _GROUPED.fullmatch(bare):
        return grouped[1]
    fraction = _FRACTION.fullmatch(bare)
    return "" if fraction is None else _OTHER_SIGN[fraction[1] or fraction[2]]


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
