"""Every address, as nobody, as a stranger and in every role."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from lejek.people.models import Role, User

pytestmark = pytest.mark.django_db

_SAMPLES = {"int": "1", "str": "x", "slug": "x", "uuid": "0" * 8 + "-0000-7000-8000-" + "0" * 12}
PUBLIC = ("/accounts/", "/health/", "/preferences/", "/api/", "/settings/demo/")
"""Addresses that decide for themselves who may see them."""


def addresses() -> Iterator[str]:
    """An example of every address of the product."""
    yield from _below(get_resolver().url_patterns, "/")


def _below(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        route = str(getattr(pattern.pattern, "_route", ""))
        if "^" in str(pattern.pattern) and not route:
            continue
        if isinstance(pattern, URLResolver):
            yield from _below(pattern.url_patterns, prefix + route)
        else:
            yield prefix + _filled(route)


def _filled(route: str) -> str:
    parts = []
    for part in route.split("/"):
        if part.startswith("<"):
            kind = part[1:-1].split(":")[0] if ":" in part else "str"
            parts.append(_SAMPLES.get(kind, "x"))
        else:
            parts.append(part)
    return "/".join(parts)


PRIVATE = sorted({each for each in addresses() if not each.startswith(PUBLIC)})


@pytest.mark.parametrize("address", PRIVATE)
def test_nobody_is_sent_to_sign_in(address: str) -> None:
    for method in ("get", "post"):
        answer = getattr(Client(), method)(address)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("role", Role.values)
def test_no_role_meets_an_error_or_changes_something_by_looking(role: str) -> None:
    user = User.objects.create_user(f"{role}@lejek.example", None, name=role, role=role)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for address in PRIVATE:
        assert client.get(address).status_code in (200, 302, 403, 404, 405), address


def test_an_auditor_can_change_nothing() -> None:
    user = User.objects.create_user("a@lejek.example", None, name="A", role=Role.AUDITOR)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    own = ("/leads/views/",)
    for address in PRIVATE:
        if not address.startswith(own):
            assert client.post(address).status_code in (403, 404, 405), address


def test_a_switched_off_user_is_nobody() -> None:
    user = User.objects.create_user(
        "off@lejek.example", None, name="Off", role=Role.ADMINISTRATOR, is_active=False
    )
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/").status_code == 302
