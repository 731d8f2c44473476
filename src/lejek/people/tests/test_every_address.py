"""Every address, as nobody, as a stranger and in every role."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.resolvers import RegexPattern

from lejek.people.models import Role, User

pytestmark = pytest.mark.django_db

_SAMPLES = {"int": "1", "str": "x", "slug": "x", "uuid": "0" * 8 + "-0000-7000-8000-" + "0" * 12}
_GROUPS = {r"(?P<key>[-:\w]+)": "x", r"(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)": "1-x"}
OPEN = ("/accounts/", "/health/", "/preferences/", "/api/", "/settings/demo/")
"""Addresses that decide for themselves who may see them."""
BEHIND_THE_DOOR = ("/accounts/2fa/", "/accounts/password/change/", "/accounts/password/set/")
BEFORE_THE_DOOR = ("/accounts/2fa/authenticate/", "/accounts/2fa/webauthn/login/")


def addresses() -> Iterator[str]:
    """An example of every address of the product."""
    yield from _below(get_resolver().url_patterns, "/")


def _below(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        example = prefix + _filled(pattern)
        if isinstance(pattern, URLResolver):
            yield from _below(pattern.url_patterns, example)
        else:
            yield example


def _filled(pattern: URLPattern | URLResolver) -> str:
    """An address that the pattern takes: an unknown kind of part is an error, never left out."""
    if isinstance(pattern.pattern, RegexPattern):
        text = str(pattern.pattern).removeprefix("^").removesuffix("$")
        for group, sample in _GROUPS.items():
            text = text.replace(group, sample)
        return "x" if text == ".+" else text
    return re.sub(
        r"<(?:(\w+):)?\w+>", lambda part: _SAMPLES[part[1] or "str"], str(pattern.pattern)
    )


EVERY = sorted(set(addresses()))
PRIVATE = [each for each in EVERY if not each.startswith(OPEN)]


def test_every_pattern_has_an_example_that_leads_to_it() -> None:
    assert len(EVERY) > 100
    for address in EVERY:
        assert resolve(address).route is not None, address
        assert not set("<>()^$?") & set(address), address


def test_what_belongs_to_an_account_is_behind_the_door() -> None:
    for address in EVERY:
        if address.startswith(BEHIND_THE_DOOR) and address not in BEFORE_THE_DOOR:
            answer = Client().get(address)
            assert answer.status_code == 302, address
            assert answer["Location"].startswith("/accounts/"), address


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_up_or_changes_the_address_of_an_account(method: str) -> None:
    client = as_role(Role.SALES)
    for address in ("signup/", "email/", "confirm-email/", "confirm-email/x/"):
        for visitor in (Client(), client):
            assert getattr(visitor, method)(f"/accounts/{address}").status_code == 404, address


def as_role(role: str, *, is_active: bool = True) -> Client:
    user = User.objects.create_user(
        f"{role}@lejek.example", None, name=role, role=role, is_active=is_active
    )
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("address", PRIVATE)
def test_nobody_is_sent_to_sign_in(address: str) -> None:
    for method in ("get", "post"):
        answer = getattr(Client(), method)(address)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("role", Role.values)
def test_no_role_meets_an_error_or_changes_something_by_looking(role: str) -> None:
    client = as_role(role)
    before = kept()
    for address in EVERY:
        if address != "/health/readyz":  # it says that no worker is alive
            assert client.get(address).status_code in ALLOWED, address
    assert kept() == before


ALLOWED = (200, 302, 401, 403, 404, 405, 410)


def kept() -> dict[str, int]:
    """How many rows each table of the product holds."""
    rooms = (each for each in apps.get_models() if each.__module__.startswith("lejek."))
    return {model._meta.label: model._default_manager.count() for model in rooms}


def test_an_auditor_can_change_nothing() -> None:
    client = as_role(Role.AUDITOR)
    own = ("/leads/views/",)
    for address in PRIVATE:
        if not address.startswith(own):
            assert client.post(address).status_code in (403, 404, 405), address


def test_a_switched_off_user_is_nobody() -> None:
    client = as_role(Role.ADMINISTRATOR, is_active=False)
    for address in PRIVATE:
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith("/accounts/login/"), address


def test_a_role_that_nobody_knows_may_do_nothing() -> None:
    client = as_role("stranger")
    for address in PRIVATE:
        for method in ("get", "post"):
            status = getattr(client, method)(address).status_code
            assert status in (302, 403, 404, 405) or address in OF_EVERYBODY, (address, status)


OF_EVERYBODY = ("/help/",)
