"""Phone numbers."""

from __future__ import annotations

import re

import phonenumbers

from lejek.identity.normalise.reasons import Reason, Unreadable
from lejek.identity.normalise.words import tidy

_LABEL = re.compile(r"^\s*(tel|telefon|phone|kom|mob|mobile|m|t)\b[.:\s]*", re.IGNORECASE)
_EXTENSION = re.compile(r"[\s,;]*(?:wewn?|ext|w|x)\b[.:\s]*\d{1,6}\s*$", re.IGNORECASE)
_SPREADSHEET_NUMBER = re.compile(r"^(\d{7,15})\.0+$")
_FILLERS = re.compile(r"[\s().\-–/]")
_POLISH = re.compile(r"(?:\+48|0048)?0?([1-9]\d{8})")
_SEVERAL = re.compile(r"[,;/|\n]|\s(?:lub|albo|or|oraz|i)\s")
_POLAND = "PL"


def read_phone(text: str, *, region: str = _POLAND) -> str:
    """A number as +48600100200; one without a country is of `region`.

    An extension is dropped, and of several numbers the first that is one counts.
    Raises: Unreadable.
    Source: ITU-T E.164.
    """
    bare = _EXTENSION.sub("", _SPREADSHEET_NUMBER.sub(r"\1", _LABEL.sub("", tidy(text)).strip()))
    for part in (bare, *_SEVERAL.split(bare)):
        if found := _number(part.strip(), region):
            return found
    raise Unreadable(Reason.NOT_A_PHONE, text)


def _number(text: str, region: str) -> str:
    """A number in its one form; empty when it is none."""
    if region == _POLAND and (plain := _POLISH.fullmatch(_FILLERS.sub("", text))):
        # The zero before the area code went away in 2005; old lists still have it.
        number = phonenumbers.PhoneNumber(country_code=48, national_number=int(plain[1]))
        return f"+48{plain[1]}" if phonenumbers.is_valid_number(number) else ""
    found = _parsed(text, region)
    if found is None and text.isdigit() and len(text) > 9:
        found = _parsed(f"+{text}", region)
    if found is None:
        return ""
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


def _parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        found = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return found if phonenumbers.is_valid_number(found) else None
