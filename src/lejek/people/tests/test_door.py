"""Signing in: who guesses is slowed down, and others are not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from lejek.people.models import AuditEntry, User

pytestmark = pytest.mark.django_db
PASSWORD = "poprawny koń bateria zszywka"
A_MINUTE = 10
"""Wrong passwords that are taken from one address within a minute."""


@pytest.fixture(autouse=True)
def _no_hashing(settings: Any) -> None:
    """What takes long to guess takes long to test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def user() -> User:
    return User.objects.create_user("anna@lejek.example", PASSWORD, name="Anna")


def sign_in(email: str, password: str, **origin: Any) -> HttpResponse:
    answer = Client().post("/accounts/login/", {"login": email, "password": password}, **origin)
    assert isinstance(answer, HttpResponse)
    return answer


def guess(**origin: Any) -> None:
    for number in range(A_MINUTE):
        sign_in(f"nobody{number}@lejek.example", "guessed", **origin)


def is_let_in(**origin: Any) -> bool:
    return sign_in("anna@lejek.example", PASSWORD, **origin).status_code == 302


def test_who_guesses_at_many_accounts_is_kept_out_for_a_while(user: User) -> None:
    guess(REMOTE_ADDR="203.0.113.1")
    assert not is_let_in(REMOTE_ADDR="203.0.113.1")
    assert is_let_in(REMOTE_ADDR="203.0.113.2")


@pytest.mark.parametrize(
    ("n_proxies", "guessed_from", "came_from"),
    [
        (1, "203.0.113.1", "203.0.113.2"),
        (1, "203.0.113.2, 203.0.113.1", "203.0.113.1, 203.0.113.2"),
        (2, "203.0.113.1, 10.0.0.9", "203.0.113.2, 10.0.0.9"),
    ],
    ids=["one proxy", "one proxy, a forged beginning", "two proxies"],
)
def test_behind_a_proxy_one_who_guesses_keeps_nobody_else_out(
    user: User, settings: Any, n_proxies: int, guessed_from: str, came_from: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = n_proxies
    guess(HTTP_X_FORWARDED_FOR=guessed_from)
    assert not is_let_in(HTTP_X_FORWARDED_FOR=guessed_from)
    assert is_let_in(HTTP_X_FORWARDED_FOR=came_from)


def test_without_a_proxy_nobody_gets_further_by_saying_where_they_come_from(user: User) -> None:
    for number in range(A_MINUTE):
        origin = f"203.0.113.{number}"
        sign_in(f"nobody{number}@lejek.example", "guessed", HTTP_X_FORWARDED_FOR=origin)
    assert not is_let_in(HTTP_X_FORWARDED_FOR="203.0.113.99")


def test_the_cache_forgets_no_counter_when_many_are_kept() -> None:
    names = [f"counter-{number}" for number in range(400)]
    for name in names:
        cache.set(name, 1, 300)
    assert set(cache.get_many(names)) == set(names)


def written() -> list[tuple[str, str, str]]:
    entries = AuditEntry.objects.order_by("id")
    return list(entries.values_list("action", "subject", "actor_name"))


def test_a_failed_sign_in_is_written_down_and_tells_nobody_who_has_an_account(user: User) -> None:
    of_somebody = sign_in("anna@lejek.example", "guessed")
    of_nobody = sign_in("nobody@lejek.example", "guessed")
    assert written() == [
        ("failed_sign_in", "anna@lejek.example", ""),
        ("failed_sign_in", "nobody@lejek.example", ""),
    ]
    said = [
        re.sub(rb"(nobody|anna)@lejek.example|\b\w{64}\b", b"", each)
        for each in (of_somebody.content, of_nobody.content)
    ]
    assert said[0] == said[1]
    assert "guessed" not in str(AuditEntry.objects.values())


def test_who_is_turned_away_for_guessing_too_often_fills_no_log(user: User) -> None:
    for number in range(2 * A_MINUTE):
        sign_in(f"nobody{number}@lejek.example", "guessed")
    assert len(written()) == A_MINUTE


def test_a_failed_second_step_is_written_down(user: User) -> None:
    TOTP.activate(user, generate_totp_secret())
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert written()[-1] == ("failed_second_step", user.email, "")
    assert AuditEntry.objects.latest("id").details == {"kind": "totp", "is_again": False}


def test_a_language_goes_with_its_person(user: User) -> None:
    first = Client()
    first.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    first.post("/preferences/language/", {"language": "en"})
    user.refresh_from_db()
    assert user.language == "en"
    assert Client().post("/preferences/language/", {"language": "pl"}).status_code == 302
    elsewhere = Client()
    elsewhere.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert elsewhere.cookies["django_language"].value == "en"
    with_its_own = Client()
    with_its_own.cookies["django_language"] = "pl"
    with_its_own.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert with_its_own.cookies["django_language"].value == "pl"


def test_whoever_is_added_is_written_to_in_the_language_of_the_organisation(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"
    made = User.objects.create_user("jan@lejek.example", None, name="Jan")
    assert made.language == "en"
