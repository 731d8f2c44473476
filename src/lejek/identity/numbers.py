"""People and firms by a number as somebody types it: with spaces, dashes, brackets or a prefix.

In: what is searched for. Out: whom the number belongs to, and what is left to search for as words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from django.db.models import Q

from lejek.identity.models import Company, Contact
from lejek.identity.normalise.phone import read_phone
from lejek.identity.normalise.reasons import Unreadable
from lejek.identity.normalise.registers import read_krs, read_nip, read_regon

_FILLER = r"[\s().\-–/]"
_NUMBER = re.compile(
    r"(?<![\w@])(?:(?:nip|regon|krs|tel)\b[.:\s]*)?(?:pl\s?)?"
    rf"[+(]*\d(?:{_FILLER}*\d){{6,}}(?![\w@])",
    re.ASCII | re.IGNORECASE,
)
"""Seven digits at least: fewer belong to nobody alone."""

_PART = re.compile(r"\+?[\d().\-–/]+", re.ASCII)
_FEWEST_DIGITS = 5
_REGISTERS: dict[str, Callable[[str], str]] = {
    "nip": read_nip,
    "regon": read_regon,
    "krs": read_krs,
}


def of_number(text: str) -> tuple[Q, str] | None:
    """A condition on contacts for the number in a text, and the text without it; None for nobody.

    The number is read as an import reads it, so that it is looked up in indexes.
    Queries: two where there is a number, else none.
    """
    found = _NUMBER.search(text)
    if found is None:
        return None
    number = found[0]
    whose = _of_phone(number) | _of_firm(number)
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    return (whose, rest) if whose else None


def without_fillers(words: Iterable[str]) -> Iterator[str]:
    """The words, each that is part of a number by its digits alone."""
    for word in words:
        digits = re.sub(r"\D", "", word)
        is_part = _PART.fullmatch(word) is not None and len(digits) >= _FEWEST_DIGITS
        yield digits if is_part else word


def _of_phone(number: str) -> Q:
    phone = _read(read_phone, number)
    is_known = bool(phone) and Contact.objects.filter(phone=phone).exists()
    return Q(phone=phone) if is_known else Q()


def _of_firm(number: str) -> Q:
    read = {name: _read(reader, number) for name, reader in _REGISTERS.items()}
    told = Q()
    for name, digits in read.items():
        told |= Q(**{name: digits}) if digits else Q()
    firms = list(Company.objects.filter(told).values_list("id", flat=True)) if told else []
    return Q(company__in=firms) if firms else Q()


def _read(reader: Callable[[str], str], number: str) -> str:
    try:
        return reader(number)
    except Unreadable:
        return ""
