"""A walk over everything that links lead to, as somebody in a role."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.urls import Resolver404, resolve

from tests.journeys.serving import told

MOST_OF_A_KIND = 3
_SIGN_IN = """
import django, json
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from lejek.people.models import Role, User
kept = {}
for role in Role.values:
    user = User.objects.filter(role=role).order_by("id").first()
    opened = SessionStore()
    opened[SESSION_KEY] = str(user.pk)
    opened[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    opened[HASH_SESSION_KEY] = user.get_session_auth_hash()
    opened.create()
    kept[role] = opened.session_key
print(json.dumps(kept))
"""


@dataclass(frozen=True, slots=True)
class Found:
    """One page as somebody found it: its kind, where it is, and what its main part is made of."""

    kind: str
    url: str
    status: int
    content_type: str
    shape: frozenset[str]

    @property
    def is_page(self) -> bool:
        """Whether it is for reading in a browser."""
        return self.content_type.startswith("text/html")


def signed_in(home: Path) -> dict[str, str]:
    """A session of somebody in each role, by role."""
    kept: dict[str, str] = json.loads(told(_SIGN_IN, home, LEJEK_DEMO="1").splitlines()[-1])
    return kept


def walk(address: str, cookies: Mapping[str, str], starts: Sequence[str] = ("/",)) -> list[Found]:
    """Everything that links lead to from `starts`: of one kind of page, the first few."""
    waiting, seen, taken = deque(starts), set(starts), Counter[str]()
    found: list[Found] = []
    while waiting:
        url = waiting.popleft()
        kind = kind_of(url)
        if kind is None or taken[kind] >= (1 if "?" in kind else MOST_OF_A_KIND):
            continue
        taken[kind] += 1
        got, links = _look(address, url, kind, cookies)
        found.append(got)
        fresh = [link for link in links if link not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return found


def kind_of(url: str) -> str | None:
    """The pattern of an address with the names in its query; None for what is no address here."""
    parts = urlsplit(url)
    try:
        route = "/" + resolve(parts.path).route
    except Resolver404:
        return None
    names = sorted({name for name, _value in parse_qsl(parts.query, keep_blank_values=True)})
    return f"{route}?{'&'.join(names)}" if names else route


def _look(address: str, url: str, kind: str, cookies: Mapping[str, str]) -> tuple[Found, list[str]]:
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    asked = urllib.request.Request(f"{address}{url}", headers={"Cookie": cookie})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
            status, content_type = answer.status, answer.headers["Content-Type"]
            body, url = answer.read(), answer.url.removeprefix(address)
    except urllib.error.HTTPError as error:
        status, content_type = error.code, error.headers["Content-Type"] or ""
        body = error.read()
    read = _Read(url)
    if content_type.startswith("text/html"):
        read.feed(body.decode())
    return Found(kind, url, status, content_type, frozenset(read.shape)), read.links


class _Read(HTMLParser):
    """The links of a page within this site, and what kinds of elements it is made of."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.links: list[str] = []
        self.shape: set[str] = set()
        self._is_in_main = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self._is_in_main = self._is_in_main or tag == "main"
        if self._is_in_main:
            self.shape.add(f"{tag}.{named.get('class', '')}")
        target = named.get("href", "")
        if tag == "a" and target and not target.startswith("#"):
            parts = urlsplit(urljoin(self._url, target))
            if not parts.netloc and parts.scheme == "":
                self.links.append(parts._replace(fragment="").geturl())
