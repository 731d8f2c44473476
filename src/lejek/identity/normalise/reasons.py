"""Why a value cannot be read."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """What is wrong with a value; the sentences are in `identity/texts.py`."""

    NOT_AN_EMAIL = "not_an_email"
    NOT_A_PHONE = "not_a_phone"
    NOT_A_NIP = "not_a_nip"
    NOT_A_REGON = "not_a_regon"
    NOT_A_KRS = "not_a_krs"
    NOT_A_PKD = "not_a_pkd"
    NOT_A_DOMAIN = "not_a_domain"
    NOT_A_COUNTRY = "not_a_country"
    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    A_RANGE = "a_range"
    TWO_READINGS = "two_readings"
    OUT_OF_RANGE = "out_of_range"
    NOT_A_YES_OR_NO = "not_a_yes_or_no"
    NOT_A_DATE = "not_a_date"
    TOO_LONG = "too_long"
    NOT_A_DIRECTION = "not_a_direction"


class Unreadable(ValueError):
    """A value that means nothing here."""

    def __init__(self, reason: Reason, found: str) -> None:
        super().__init__(f"{reason}: {found[:80]}")
        self.reason = reason
        self.found = found
