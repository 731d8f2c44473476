"""Numbers, days, lists and plural forms as each language writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from leadscore.arithmetic import MILLI, points_text

LANGUAGES = ("en", "pl")
"""The languages that every text has."""

MINUS = "\N{MINUS SIGN}"
_NO_BREAK = "\N{NO-BREAK SPACE}"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Text(NamedTuple):
    """The same sentence, or part of one, in each language."""

    en: str
    pl: str

    def of(self, lang: str) -> str:
        """The text in one language."""
        return self.pl if is_polish(lang) else self.en


class Forms(NamedTuple):
    """A noun with numbers: 1 punkt, 2 punkty, 5 punktów; `part` is the form of 2,5 punktu."""

    one: str
    few: str
    many: str
    part: str


class Noun(NamedTuple):
    """A countable thing in each language."""

    en: Forms
    pl: Forms

    def of(self, lang: str) -> Forms:
        """The forms in one language."""
        return self.pl if is_polish(lang) else self.en


def noun(en: str, en_many: str, one: str, few: str, many: str, part: str = "") -> Noun:
    """A noun by its English singular and plural, and its Polish forms."""
    return Noun(Forms(en, en_many, en_many, en_many), Forms(one, few, many, part or many))


DAYS = noun("day", "days", "dzień", "dni", "dni")
POINTS = noun("point", "points", "punkt", "punkty", "punktów", "punktu")
LEADS = noun("lead", "leads", "lead", "leady", "leadów")
ROWS = noun("row", "rows", "wiersz", "wiersze", "wierszy")
TIMES = noun("time", "times", "raz", "razy", "razy")


def is_polish(lang: str) -> bool:
    """Whether a language code asks for Polish.

    Raises: ValueError for a language that is not spoken here.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"language {lang!r} is not known; accepted: {', '.join(LANGUAGES)}")
    return lang == "pl"


def form(number: int, thing: Noun, lang: str) -> str:
    """The form of a noun that goes with a number."""
    forms = thing.of(lang)
    if abs(number) == 1:
        return forms.one
    is_few = 2 <= abs(number) % 10 <= 4 and not 12 <= abs(number) % 100 <= 14
    return forms.few if is_few else forms.many


def counted(number: int, thing: Noun, lang: str) -> str:
    """A number with its noun: 1 lead, 22 leady, 112 leadów."""
    return f"{whole(number, lang)}{_NO_BREAK}{form(number, thing, lang)}"


def whole(number: int, lang: str) -> str:
    """A whole number, long ones in groups of three."""
    if is_polish(lang):
        grouped = f"{abs(number):,}".replace(",", _NO_BREAK)
        text = grouped if abs(number) >= 10_000 else str(abs(number))
    else:
        text = f"{abs(number):,}"
    return f"{MINUS}{text}" if number < 0 else text


def number_text(number: float, lang: str) -> str:
    """A number exactly, with the decimal sign of the language."""
    if number == int(number):
        return whole(int(number), lang)
    digits = format(Decimal(repr(abs(number))), "f").partition(".")
    text = whole(int(digits[0]), lang) + _decimal_sign(lang) + digits[2]
    return f"{MINUS}{text}" if number < 0 else text


def points(milli: int, lang: str) -> str:
    """Milli-points as points, exactly: 12500 is 12.5 in English and 12,5 in Polish."""
    text = points_text(abs(milli)).replace(".", _decimal_sign(lang))
    return f"{MINUS}{text}" if milli < 0 else text


def signed_points(milli: int, lang: str) -> str:
    """Points with their sign: +12.5, −5, 0."""
    return f"+{points(milli, lang)}" if milli > 0 else points(milli, lang)


def counted_points(milli: int, lang: str) -> str:
    """Points with their noun, as in 'at least 30 points' (accusative in Polish)."""
    return f"{points(milli, lang)}{_NO_BREAK}{_points_form(milli, lang)}"


def _points_form(milli: int, lang: str) -> str:
    return POINTS.of(lang).part if milli % MILLI else form(milli // MILLI, POINTS, lang)


def points_range(low: int, high: int, lang: str) -> str:
    """Two limits in milli-points: from 20 to 40 points (genitive in Polish)."""
    if is_polish(lang):
        ending = POINTS.pl.part if high % MILLI or high == MILLI else POINTS.pl.many
        return f"od {points(low, lang)} do {points(high, lang)}{_NO_BREAK}{ending}"
    return f"between {points(low, lang)} and {points(high, lang)}{_NO_BREAK}points"


def day_text(on: date, lang: str) -> str:
    """A day as it is written: 31 Jan 2026, 31.01.2026."""
    if is_polish(lang):
        return f"{on.day:02d}.{on.month:02d}.{on.year}"
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def quoted(text: str, lang: str) -> str:
    """Words as they stand in the data, in the quotation marks of the language."""
    return f"„{text}”" if is_polish(lang) else f"“{text}”"


OR, AND = Text("or", "lub"), Text("and", "i")


def listed(parts: Sequence[str], joint: Text, lang: str) -> str:
    """Parts as a list that ends in a conjunction: a, b or c."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {joint.of(lang)} {parts[-1]}"


def capitalised(sentence: str) -> str:
    """A sentence with its first letter large, the rest untouched."""
    return sentence[:1].upper() + sentence[1:]


def _decimal_sign(lang: str) -> str:
    return "," if is_polish(lang) else "."
