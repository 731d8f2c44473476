"""What generated models and facts are made of: few values, chosen to collide and to be awkward."""

from datetime import date
from random import Random
from typing import TypeVar

from leadscore.conditions import FieldType, Scalar

ZONES = (
    "UTC",
    "Europe/Warsaw",
    "America/St_Johns",  # half an hour off; put its clocks back at 00:01 until 2011
    "Asia/Kolkata",
    "Africa/Casablanca",  # out of summer time for Ramadan
    "America/Sao_Paulo",  # summer time began at midnight: nights without 00:00
    "Australia/Lord_Howe",  # moves by half an hour
    "Pacific/Apia",  # had no 30 December 2011
)

TYPES = ("page_view", "email_click", "demo request", "Łódź", "ß", "it's `odd`")
UNKNOWN_TYPES = ("Page_View", "page_view ", "SS", "never named")

TEXTS = (
    "",
    " ",
    "Łódź",
    "łódź",
    "ŁÓDŹ",  # composed
    "Ło\u0301dz\u0301",  # the same, with combining marks
    "lodz",
    "Zażółć gęślą jaźń",
    "zazolc gesla jazn",
    "Straße",
    "STRASSE",
    "strasse",
    "ẞ",
    "İstanbul",
    "istanbul",
    "ıstanbul",
    "ISTANBUL",
    "ΣΊΣΥΦΟΣ",
    "σίσυφος",
    "ﬁt",
    "fit",
    "é",
    "e\u0301",
    "日本",
    "🔥",
    'it\'s "quoted" \\ `so` %_',
    "null",
    "2024-02-29",
)
NUMBERS: tuple[int | float, ...] = (
    0,
    -0.0,
    1,
    -1,
    2.5,
    0.1,
    0.30000000000000004,
    1000,
    1001,
    2**53,
    -(2**53),
    1e300,
    5e-324,
)
DATES = (
    date(1, 1, 1),
    date(1969, 12, 31),
    date(1970, 1, 1),
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2024, 3, 1),
    date(9999, 12, 31),
)
VALUES: dict[FieldType, tuple[Scalar, ...]] = {
    FieldType.TEXT: TEXTS,
    FieldType.NUMBER: NUMBERS,
    FieldType.BOOLEAN: (False, True),
    FieldType.DATE: DATES,
    FieldType.ANY: ("x", "", "y"),
}

ATTRIBUTES = {
    "lead.city": FieldType.TEXT,
    'lead.it\'s `odd` "name"': FieldType.TEXT,
    "lead.age": FieldType.NUMBER,
    "lead.is_manager": FieldType.BOOLEAN,
    "lead.hired_on": FieldType.DATE,
    "company.id": FieldType.TEXT,
    "company.employees": FieldType.NUMBER,
    "company.industry": FieldType.TEXT,
    "bant.need": FieldType.ANY,
    "consent.email": FieldType.BOOLEAN,
    "stage": FieldType.TEXT,
}
PROPERTIES = {
    "page.category": FieldType.TEXT,
    'it\'s `odd` "name"': FieldType.TEXT,
    "value": FieldType.NUMBER,
    "is_paid": FieldType.BOOLEAN,
    "due": FieldType.DATE,
    "note": FieldType.ANY,
    # Names that a query might have taken for itself.
    "age": FieldType.NUMBER,
    "owner": FieldType.TEXT,
    "repeat": FieldType.BOOLEAN,
}

T = TypeVar("T")

DAY_COUNTS = (1, 2, 7, 30, 31, 90, 365, 3650)


def perhaps(random: Random, percent: int) -> bool:
    """True in so many of a hundred cases; shrinks to False."""
    return random.randrange(100) >= 100 - percent


def some(random: Random, pool: tuple[T, ...], least: int, most: int) -> tuple[T, ...]:
    """So many different things of a pool, in a random order."""
    return tuple(random.sample(pool, random.randint(least, min(most, len(pool)))))
