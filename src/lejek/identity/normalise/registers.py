"""Numbers of Polish registers: NIP, REGON, KRS, PKD."""

from __future__ import annotations

import re

from stdnum.exceptions import ValidationError
from stdnum.pl import nip, regon

from lejek.identity.normalise.reasons import Reason, Unreadable

_PKD = re.compile(r"^(\d{2})\.?(\d{2})\.?([A-Z])?$")
_SPREADSHEET_ZERO = re.compile(r"\.0+$")
_FILLERS = re.compile(r"[\s\-–/]")


def read_nip(text: str) -> str:
    """The ten digits of a NIP whose check digit holds.

    Raises: Unreadable.
    """
    try:
        return str(nip.validate(_bare(text).removeprefix("PL")))
    except ValidationError as error:
        raise Unreadable(Reason.NOT_A_NIP, text) from error


def read_regon(text: str) -> str:
    """The nine or fourteen digits of a REGON whose check digit holds.

    Raises: Unreadable.
    """
    try:
        return str(regon.validate(_bare(text)))
    except ValidationError as error:
        raise Unreadable(Reason.NOT_A_REGON, text) from error


def read_krs(text: str) -> str:
    """The ten digits of a KRS number; zeros that a spreadsheet took are put back.

    Raises: Unreadable.
    """
    digits = _bare(text).removeprefix("KRS").lstrip(":")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 10 or int(digits) == 0:
        raise Unreadable(Reason.NOT_A_KRS, text)
    return digits.zfill(10)


def read_pkd(text: str) -> str:
    """A PKD code such as 62.01.Z, or its class 62.01.

    Raises: Unreadable.
    """
    found = _PKD.match(_bare(text).removeprefix("PKD"))
    if found is None:
        raise Unreadable(Reason.NOT_A_PKD, text)
    return ".".join(part for part in found.groups() if part)


def _bare(text: str) -> str:
    return _SPREADSHEET_ZERO.sub("", _FILLERS.sub("", text)).upper()
