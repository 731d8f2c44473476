"""Which addresses messages may go to.

In: what somebody entered; what a name resolves to. Out: an address in one spelling, or what is
wrong with it; whether an IP address is on the public internet.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, quote, urlsplit

import idna

LONGEST = 500
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_KEPT_AS_THEY_ARE = "/%:@!$&'()*+,;=?~-._"
_NOT_PUBLIC = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # between a provider and its customers
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, and where clouds tell secrets
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocols
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "2001::/23",  # protocols, Teredo
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: any IPv4 address inside
        "3fff::/20",  # documentation
    )
)
_PUBLIC_6 = ip_network("2000::/3")
"""All of IPv6 that is given out; outside are loopback, mapped IPv4, NAT64, local, multicast.

Source: the registries of special-purpose addresses, RFC 6890. Python's `is_global` changes between
versions, and calls NAT64 and multicast global.
"""


class WrongAddress(ValueError):
    """An address that no message may go to. `why` is a key of `forms.WRONG`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found not in _PUBLIC_6:
        return False
    return not any(found in network for network in _NOT_PUBLIC)


def normal(text: str, *, inner_hosts: Collection[str]) -> str:
    """An address in ASCII, as it is kept and asked.

    `inner_hosts` are let through wherever they are, and may do without TLS.
    Raises: WrongAddress.
    """
    parts = _split(text.strip())
    host = _host(parts)
    is_inner = host in inner_hosts
    if parts.scheme != "https" and not (is_inner and parts.scheme == "http"):
        raise WrongAddress("scheme")
    if not (is_inner or _may_be_public(host)):
        raise WrongAddress("inner")
    netloc = f"[{host}]" if ":" in host else host
    netloc += "" if parts.port is None else f":{parts.port}"
    path = quote(parts.path or "/", safe=_KEPT_AS_THEY_ARE)
    query = f"?{quote(parts.query, safe=_KEPT_AS_THEY_ARE)}" if parts.query else ""
    found = f"{parts.scheme}://{netloc}{path}{query}"
    if len(found) > LONGEST:
        raise WrongAddress("long")
    return found


def _split(text: str) -> SplitResult:
    if any(each.isspace() or not each.isprintable() for each in text):
        raise WrongAddress("malformed")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise WrongAddress("malformed") from None
    if not parts.hostname or port == 0:
        raise WrongAddress("malformed")
    if parts.username is not None or parts.password is not None:
        raise WrongAddress("password")
    return parts


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    try:
        if ":" in host:
            return str(IPv6Address(host))
        found = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except ValueError:
        raise WrongAddress("malformed") from None
    if not _NAME.fullmatch(found):
        raise WrongAddress("malformed")
    return found


def _may_be_public(host: str) -> bool:
    """Whether the public internet may have such a host; what a name resolves to is seen later."""
    literal = _literal(host)
    return "." in host if literal is None else is_public(str(literal))


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """The IP address that a host is, in any spelling that resolvers take; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))  # 127.1, 0x7f.1, 2130706433
    except OSError:
        return None
