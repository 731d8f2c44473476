"""Domains of firms."""

from __future__ import annotations

from functools import cache, lru_cache
from urllib.parse import urlsplit

import idna
from publicsuffixlist import PublicSuffixList

from lejek.identity.normalise.email import EmailKind, email_kind
from lejek.identity.normalise.reasons import Reason, Unreadable


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=20_000)
def read_domain(text: str) -> str:
    """The registered domain of an address or a page: `https://www.shop.acme.com.pl` → acme.com.pl.

    Raises: Unreadable.
    """
    bare = text.strip().lower().rpartition("@")[2]
    try:
        host = urlsplit(bare if "//" in bare else f"//{bare}").hostname or ""
        ascii_host = idna.encode(host.rstrip("."), uts46=True).decode()
    except (ValueError, UnicodeError) as error:
        raise Unreadable(Reason.NOT_A_DOMAIN, text) from error
    registered = _suffixes().privatesuffix(ascii_host)
    if registered is None or registered.replace(".", "").isdigit():
        raise Unreadable(Reason.NOT_A_DOMAIN, text)
    return str(registered)


def company_domain(email: str) -> str:
    """The domain that an address says its firm has; empty for a mailbox that anybody can have."""
    if email_kind(email) is not EmailKind.BUSINESS:
        return ""
    try:
        domain = read_domain(email)
    except Unreadable:
        return ""
    # A mailbox below a provider's domain, such as poczta.onet.pl, is nobody's firm either.
    return domain if email_kind(f"x@{domain}") is EmailKind.BUSINESS else ""
