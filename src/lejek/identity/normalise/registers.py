"""Numbers of Polish registers: NIP, REGON, KRS, PKD."""

from __future__ import annotations

import re

from stdnum.exceptions import ValidationError
from stdnum.pl import nip, regon

from lejek.identity.normalise.reasons import Reason, Unreadable
from lejek.identity.normalise.words import tidy

_PKD = re.compile(
    r"(?:PKD\s*:?\s*)?(0[1-9]|[1-9]\d)\s*\.?\s*(\d{2})(?:\s*\.?\s*([A-Z])(?![A-Z]))?(?!\d)(?:[\s,;:–-].*)?",
    re.ASCII | re.DOTALL,
)
_SPREADSHEET_ZERO = re.compile(r"\.0+$")
_FILLERS = re.compile(r"[\s\-–/]")


def read_nip(text: str) -> str:
    """The ten digits of a NIP whose check digit holds.

    Raises: Unreadable.
    """
    bare = _bare(text).removeprefix("NIP").lstrip(":").removeprefix("PL")
    try:
        found = str(nip.validate(bare))
    except ValidationError as error:
        raise Unreadable(Reason.NOT_A_NIP, text) from error
    if _is_filler(found):
        raise Unreadable(Reason.NOT_A_NIP, text)
    return found


def read_regon(text: str) -> str:
    """The nine or fourteen digits of a REGON whose check digit holds.

    Zeros that a spreadsheet took are put back.

    Raises: Unreadable.
    """
    bare = _bare(text).removeprefix("REGON").lstrip(":")
    try:
        found = str(regon.validate(bare.zfill(14 if len(bare) > 9 else 9)))
    except ValidationError as error:
        raise Unreadable(Reason.NOT_A_REGON, text) from error
    if _is_filler(found):
        raise Unreadable(Reason.NOT_A_REGON, text)
    return found


def read_krs(text: str) -> str:
    """The ten digits of a KRS number; zeros that a spreadsheet took are put back.

    Raises: Unreadable.
    """
    digits = _bare(text).removeprefix("KRS").lstrip(":")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 10 or int(digits) == 0:
        raise Unreadable(Reason.NOT_A_KRS, text)
    return digits.zfill(10)


def read_pkd(text: str) -> str:
    """A PKD code such as 62.01.Z, or its class 62.01; what it is called may stand behind it.

    Raises: Unreadable.
    """
    found = _PKD.fullmatch(_SPREADSHEET_ZERO.sub("", tidy(text)).upper())
    if found is None:
        raise Unreadable(Reason.NOT_A_PKD, text)
    return ".".join(part for part in found.groups() if part)


def _is_filler(digits: str) -> bool:
    """Whether somebody typed one digit again and again; the check digit may hold even so."""
    return len(set(digits)) == 1


def _bare(text: str) -> str:
    return _SPREADSHEET_ZERO.sub("", _FILLERS.sub("", tidy(text))).upper()
