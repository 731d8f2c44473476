"""What the numbers of cells are: plain ones, moments or durations; their styles say it.

In: the styles of a workbook, and numbers as it keeps them. Out: text, days and moments as ISO 8601.
Source: ECMA-376 part 1, 18.8.30 (formats) and 18.17.4 (days as numbers).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, auto
from typing import IO

from lejek.identity.workbooks.markup import elements

_MOMENTS = frozenset([*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)])
_DURATIONS = frozenset([46])
"""Formats that have a number instead of a code, some of them in East Asia alone."""

_SPOKEN = re.compile(r'"[^"]*"?|[\\_*].')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_PARTS_OF_MOMENTS = re.compile(r"[dmyhs]", re.IGNORECASE)

_FIRST_DAY, _FIRST_DAY_OF_MACS = (
    datetime(1899, 12, 30, tzinfo=UTC),
    datetime(1904, 1, 1, tzinfo=UTC),
)
_NO_LEAP_DAY = 60
"""The first spreadsheet took 1900 for a leap year: the days before its 29 February are one off."""

_DAY_MILLISECONDS = 86_400_000
_LARGEST_EXACT = 2**53
_LIKE_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")


class Kind(Enum):
    """What the numbers of a style are."""

    PLAIN = auto()
    MOMENT = auto()
    DURATION = auto()


def kinds(part: IO[bytes]) -> dict[str, Kind]:
    """For each style of cells, by its number as cells tell it, what its numbers are."""
    codes: dict[str, str] = {}
    found: dict[str, Kind] = {}
    for element in elements(part):
        told = element.attributes
        if element.name == "numFmt" and element.around == "numFmts":
            codes[told.get("numFmtId", "")] = told.get("formatCode", "")
        elif element.name == "xf" and element.around == "cellXfs":
            number = told.get("numFmtId", "0")
            kind = kind_of(codes[number]) if number in codes else _built_in(number)
            found[str(len(found))] = kind
    return found


def _built_in(number: str) -> Kind:
    place = int(number) if number.isdecimal() else 0
    if place in _DURATIONS:
        return Kind.DURATION
    return Kind.MOMENT if place in _MOMENTS else Kind.PLAIN


def kind_of(code: str) -> Kind:
    """What a number is that is shown by a format such as `yyyy-mm-dd` or `0.00 "zł"`."""
    bare = _SPOKEN.sub("", code).partition(";")[0]
    if _ELAPSED.search(bare):
        return Kind.DURATION
    bare = _BRACKETS.sub("", bare)
    is_moment = bare.lower() != "general" and _PARTS_OF_MOMENTS.search(bare)
    return Kind.MOMENT if is_moment else Kind.PLAIN


def number_text(text: str, kind: Kind, *, counts_from_1904: bool) -> str:
    """A number of a cell as text: a whole one without a decimal point; what is none, as it is."""
    try:
        number = float(text)
    except ValueError:
        return text
    if kind is Kind.MOMENT:
        return _moment_text(number, counts_from_1904=counts_from_1904) or plain_text(number)
    if kind is Kind.DURATION:
        return _duration_text(number) or plain_text(number)
    return plain_text(number)


def plain_text(number: float) -> str:
    """A number that means nothing else."""
    if number.is_integer() and abs(number) < _LARGEST_EXACT:
        return str(int(number))
    text = str(number)
    # With a zero more, nobody takes the thousandths of 12.345 for thousands.
    return f"{text}0" if _LIKE_THOUSANDS.fullmatch(text) else text


def _moment_text(days: float, *, counts_from_1904: bool) -> str:
    """A day, a moment, or a time when there is no day; empty for what no calendar has."""
    if days < 0:
        return ""
    first = _FIRST_DAY_OF_MACS if counts_from_1904 else _FIRST_DAY
    if not counts_from_1904 and days < _NO_LEAP_DAY:
        first += timedelta(days=1)
    try:
        moment = first + timedelta(milliseconds=round(days * _DAY_MILLISECONDS))
    except (OverflowError, ValueError):
        return ""
    return _iso(moment.replace(tzinfo=None) if days >= 1 else moment.time())


def _duration_text(days: float) -> str:
    try:
        return str(timedelta(milliseconds=round(days * _DAY_MILLISECONDS)))
    except (OverflowError, ValueError):
        return ""


def iso_text(text: str) -> str:
    """A day or moment that a cell tells as ISO 8601; what is none, as it is."""
    for read in (datetime.fromisoformat, time.fromisoformat):
        try:
            return _iso(read(text))
        except ValueError:
            continue
    return text


def _iso(moment: datetime | date | time) -> str:
    """A moment as the readers of imports know it; one at midnight is a day."""
    if isinstance(moment, datetime):
        is_day = moment.time() == time() and moment.tzinfo is None
        return moment.date().isoformat() if is_day else moment.isoformat(sep=" ")
    return moment.isoformat()
