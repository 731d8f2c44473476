"""Typed readers of the environment that refuse nonsense.

In: environment variables. Out: values; a wrong one is refused with what would be accepted, in the
language of the command line (Django is not set up yet).
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from gettext import gettext as _
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured

_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_YES, _NO = frozenset({"1", "true", "yes", "tak"}), frozenset({"0", "false", "no", "nie"})


def text(name: str, *, default: str) -> str:
    """A text."""
    return os.environ.get(name, default)


def _refused(name: str, found: str, accepted: str) -> ImproperlyConfigured:
    given = {"name": name, "found": found, "accepted": accepted}
    return ImproperlyConfigured(_("%(name)s is “%(found)s”; accepted: %(accepted)s") % given)


def boolean(name: str, *, default: bool) -> bool:
    """A yes or no.

    Raises: ImproperlyConfigured when it is neither.
    """
    found = os.environ.get(name, "").strip().lower()
    if not found:
        return default
    if found in _YES | _NO:
        return found in _YES
    raise _refused(name, found, "1, 0, true, false, yes, no")


def number(name: str, *, default: int) -> int:
    """A whole number.

    Raises: ImproperlyConfigured when it is none.
    """
    found = os.environ.get(name, "").strip()
    if not found:
        return default
    if not found.isdecimal():
        raise _refused(name, found, _("a whole number"))
    return int(found)


def choice(name: str, accepted: Sequence[str], *, default: str) -> str:
    """One of some words.

    Raises: ImproperlyConfigured when it is another.
    """
    found = os.environ.get(name, default)
    if found not in accepted:
        raise _refused(name, found, ", ".join(accepted))
    return found


def words(name: str, *, default: list[str]) -> list[str]:
    """Words separated by commas."""
    found = os.environ.get(name)
    return default if found is None else [word.strip() for word in found.split(",") if word.strip()]


def hosts(name: str) -> list[str]:
    """Names or IP addresses of machines, separated by commas, in small letters.

    Raises: ImproperlyConfigured when one is an address of a page, or has a port.
    """
    found = [host.lower().rstrip(".") for host in words(name, default=[])]
    for host in found:
        if not (_HOST.fullmatch(host) or _is_ip_6(host)):
            accepted = _("names or IP addresses of machines, such as crm.internal, without a port")
            raise _refused(name, host, accepted)
    return found


def _is_ip_6(text: str) -> bool:
    try:
        return text == str(IPv6Address(text))
    except ValueError:
        return False


def time_zone(name: str, *, default: str) -> str:
    """The name of a time zone.

    Raises: ImproperlyConfigured when it names none.
    """
    found = os.environ.get(name, default)
    try:
        ZoneInfo(found)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise _refused(name, found, _("a name such as Europe/Warsaw")) from None
    return found


def folder(name: str, *, default: Path) -> Path:
    """A folder, made for its owner only when it is not there."""
    found = Path(os.environ.get(name, default)).expanduser().resolve()
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def secret_key(name: str, *, home: Path) -> str:
    """The key that signs sessions: from the environment, or made once and kept in `home`."""
    found = os.environ.get(name)
    if found:
        return found
    kept = home / "secret-key"
    try:
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return kept.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return kept.read_text().strip()


def database(name: str, *, home: Path) -> dict[str, Any]:
    """The database: SQLite in `home`, or what an address such as postgresql://user@host/db names.

    Raises: ImproperlyConfigured for any other kind of address.
    """
    address = os.environ.get(name, "")
    if not address:
        return _sqlite(home / "lejek.sqlite3")
    scheme, _colon, _rest = address.partition(":")
    try:
        if scheme == "sqlite":
            return _sqlite(Path(unquote(urlsplit(address).path)))
        if scheme in ("postgresql", "postgres"):
            return _postgresql(name, address)
    except ValueError:  # a port that is no number, a bracket that is not closed
        accepted = "postgresql://user:password@host:5432/name"
        # Not the rest of it: a password may be in there.
        raise _refused(name, f"{scheme}:…", accepted) from None
    raise _refused(name, f"{scheme}:…", "sqlite:///path, postgresql://user@host/name")


def _sqlite(path: Path) -> dict[str, Any]:
    journal = choice("LEJEK_SQLITE_JOURNAL", ["wal", "truncate"], default="wal")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        # A file, as in earnest: the batch process opens it by its name.
        "TEST": {"NAME": str(path.with_name(f"test-{path.name}"))},
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                f"PRAGMA journal_mode={journal.upper()}; PRAGMA synchronous=FULL; "
                "PRAGMA foreign_keys=ON; PRAGMA mmap_size=0; PRAGMA cache_size=-65536;"
            ),
        },
    }


_IN_ITS_PLACE = frozenset({"user", "password", "port", "dbname", "options"})
"""What an address says before its question mark, and what is this program's to say."""


def _postgresql(name: str, address: str) -> dict[str, Any]:
    from psycopg.pq import Conninfo  # noqa: PLC0415 - only where the server is asked for

    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    known = {each.keyword.decode() for each in Conninfo.get_defaults()} - _IN_ITS_PLACE
    if unknown := sorted(options.keys() - known):
        raise _refused(name, f"{parts.scheme}:…?{unknown[0]}=…", ", ".join(sorted(known)))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or options.pop("host", "")),
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 60,
        # Queries take tens of milliseconds here; compiling one takes a hundred.
        "OPTIONS": {**options, "options": "-c jit=off"},
    }
