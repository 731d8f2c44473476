"""Phone numbers."""

from __future__ import annotations

import re

import phonenumbers

from lejek.identity.normalise.reasons import Reason, Unreadable

_LABEL = re.compile(r"^\s*(tel|telefon|phone|kom|mob|m|t)\b[.:\s]*", re.IGNORECASE)
_SPREADSHEET_NUMBER = re.compile(r"^(\d{7,15})\.0+$")


def read_phone(text: str, *, region: str = "PL") -> str:
    """A number as +48600100200; one without a country is of `region`.

    Raises: Unreadable.
    Source: ITU-T E.164.
    """
    bare = _SPREADSHEET_NUMBER.sub(r"\1", _LABEL.sub("", text).strip())
    found = _parsed(bare, region)
    if found is None and bare.isdigit() and len(bare) > 9:
        found = _parsed(f"+{bare}", region)
    if found is None:
        raise Unreadable(Reason.NOT_A_PHONE, text)
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


def _parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        found = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return found if phonenumbers.is_valid_number(found) else None
