"""Domains of firms."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from urllib.parse import urlsplit

import idna
from publicsuffixlist import PublicSuffixList

from lejek.identity.normalise.email import EmailKind, domain_kind
from lejek.identity.normalise.reasons import Reason, Unreadable

_PLAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9]))*\.)+[a-z]{2,}")
_LONGEST_PLAIN = 63


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=4_000)
def read_domain(text: str) -> str:
    """The registered domain of an address or a page: `https://www.shop.acme.com.pl` → acme.com.pl.

    Raises: Unreadable.
    """
    bare = text.strip().lower().rpartition("@")[2]
    is_plain = len(bare) <= _LONGEST_PLAIN and _PLAIN.fullmatch(bare)
    registered = _suffixes().privatesuffix(bare if is_plain else _host(bare, text))
    if registered is None or registered.replace(".", "").isdigit():
        raise Unreadable(Reason.NOT_A_DOMAIN, text)
    return str(registered)


def _host(bare: str, text: str) -> str:
    try:
        host = urlsplit(bare if "//" in bare else f"//{bare}").hostname or ""
        return idna.encode(host.rstrip("."), uts46=True).decode()
    except (ValueError, UnicodeError) as error:
        raise Unreadable(Reason.NOT_A_DOMAIN, text) from error


def company_domain(email: str) -> str:
    """The domain that an address says its firm has; empty for a mailbox that anybody can have."""
    return _domain_of_firm(email.rpartition("@")[2])


@lru_cache(maxsize=4_000)
def _domain_of_firm(host: str) -> str:
    if domain_kind(host) is not EmailKind.COMPANY:
        return ""
    try:
        domain = read_domain(host)
    except Unreadable:
        return ""
    # A mailbox below a provider's domain, such as poczta.onet.pl, is nobody's firm either.
    return domain if domain_kind(domain) is EmailKind.COMPANY else ""
