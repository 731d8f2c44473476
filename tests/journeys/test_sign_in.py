"""Signing in for real, in a real browser and both languages: passwords, codes, keys, invitations.

Nobody is signed in by themselves here: `lejek create-user` makes the administrator, everybody else
comes in through the door. Each page on the way is judged like any other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lejek.kernel.tests.stores import own_database
from tests.journeys.serving import (
    CHROMIUM,
    LANGUAGES,
    browser,
    lejek,
    served,
    told,
    visitor,
    watched,
)
from tests.journeys.soundness import USUAL, faults

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("sign-in"),
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]

ADMINISTRATOR = "ada@firma.example"
PASSWORD, ANOTHER = "siedem zielonych lamp na moście", "cztery żółte rowery pod lasem"
THEMES = {"pl": "light", "en": "dark"}
WORDS = {
    "pl": {"refused": "Nieprawidłowy", "limit": "Zbyt wiele", "off": "wyłączone"},
    "en": {"refused": "not correct|Incorrect", "limit": "Too many", "off": "switched off"},
}
_USERS = """
import django, sys
django.setup()
from lejek.people.models import User
for email in sys.argv[2:]:
    User.objects.create_user(email, sys.argv[1], name=email.split("@")[0].title(), role="sales")
"""
_SECONDS_OF_A_CODE, _SECONDS_TO_TYPE = 30, 10


@dataclass(frozen=True, slots=True)
class House:
    """A served Lejek with its own people: its store, its address, and what its programs said."""

    home: Path
    database: str
    address: str

    def link_in_mail_to(self, email: str) -> str:
        """The link in the newest mail to somebody, once it has been sent."""
        for _ in range(480):
            mails = (self.home / "said").read_text(errors="replace").split("Subject: ")
            mine = [mail for mail in mails if f"To: {email}" in mail]
            links = [re.search(r"http://\S+/password/reset/key/\S+", mail) for mail in mine]
            if links and (last := links[-1]) is not None:
                return last[0]
            time.sleep(0.25)
        raise AssertionError("no mail")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("sign-in")
    others = [
        f"{who}.{language}@firma.example"
        for who in ("kod", "klucz", "reset")
        for language in THEMES
    ]
    with own_database() as database:
        there = {"LEJEK_DATABASE_URL": database}
        lejek(home, "migrate", **there)
        wanted = ["create-user", ADMINISTRATOR, "--name=Ada Lis", "--password-stdin"]
        lejek(home, *wanted, typed=PASSWORD, **there)
        told(_USERS, home, PASSWORD, *others, "zly@firma.example", **there)
        with served("serve", home, **there) as address:
            yield House(home, database, address.replace("127.0.0.1", "localhost"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(house: House, chromium: Browser, language: str) -> Iterator[Page]:
    """A page whose console and requests are watched."""
    context = visitor(chromium, house.address, language)
    opened = context.new_page()
    said = watched(opened, house.address)
    yield opened
    context.close()
    assert said == []


def test_a_password_and_a_code_from_an_app(page: Page, language: str) -> None:
    who = f"kod.{language}@firma.example"
    page.goto("/settings/")
    sound(page, language)
    enter(page, who, PASSWORD)
    expect(page).to_have_url(re.compile("/settings/$"))
    page.goto("/accounts/2fa/")
    sound(page, language)
    page.locator('a[href$="/totp/activate/"]').click()
    confirm_password(page, language)
    sound(page, language)
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("#id_code").fill(code_of(secret))
    page.locator("main form .btn-primary").click()
    recovery = page.locator("#recovery_codes").input_value().split()
    assert len(recovery) == 10
    sound(page, language)
    leave(page)

    enter(page, who, PASSWORD)
    expect(page).to_have_url(re.compile("/2fa/authenticate/"))
    sound(page, language)
    page.locator("#id_code").fill("000000")
    page.locator("main form .btn-primary").click()
    expect(page.locator(".invalid-feedback")).to_be_visible()
    page.locator("#id_code").fill(code_of(secret))
    page.locator("main form .btn-primary").click()
    is_inside(page)
    leave(page)

    enter(page, who, PASSWORD)
    page.locator("#id_code").fill(recovery[0])
    page.locator("main form .btn-primary").click()
    is_inside(page)
    page.goto("/accounts/2fa/recovery-codes/generate/")
    confirm_password(page, language)
    sound(page, language)
    page.goto("/accounts/2fa/totp/deactivate/")
    sound(page, language)
    page.locator("main form .btn-danger").click()
    page.goto("/accounts/2fa/")
    expect(page.locator('a[href$="/totp/activate/"]')).to_be_visible()


def test_a_passkey(page: Page, language: str) -> None:
    with_a_built_in_authenticator(page)
    page.goto("/")
    enter(page, f"klucz.{language}@firma.example", PASSWORD)
    is_inside(page)
    page.goto("/accounts/2fa/webauthn/add/")
    confirm_password(page, language)
    sound(page, language)
    page.locator("#id_passwordless").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: not url.endswith("/add/"))
    page.goto("/accounts/2fa/webauthn/")
    sound(page, language)
    page.locator('a[href$="/edit/"]').click()
    sound(page, language)
    page.locator("#id_name").fill("Laptop")
    page.locator("main form .btn-primary").click()
    expect(page.get_by_text("Laptop").first).to_be_visible()
    leave(page)

    page.goto("/accounts/login/")
    page.locator("#passkey_login").click()
    is_inside(page)
    page.goto("/accounts/2fa/webauthn/")
    page.locator('a[href$="/remove/"]').click()
    confirm_password(page, language)
    sound(page, language)
    page.locator("main form .btn-danger").click()
    expect(page).to_have_url(re.compile("/accounts/2fa/webauthn/$"))
    expect(page.locator('a[href$="/remove/"]')).to_have_count(0)


def test_a_forgotten_password(page: Page, house: House, language: str) -> None:
    who = f"reset.{language}@firma.example"
    page.goto("/accounts/login/")
    page.locator('a[href$="/password/reset/"]').click()
    sound(page, language)
    page.locator("#id_email").fill(who)
    page.locator("main form .btn-primary").click()
    expect(page).to_have_url(re.compile("/password/reset/done/"))
    sound(page, language)
    link = house.link_in_mail_to(who)
    page.goto(link)
    sound(page, language)
    set_password(page, ANOTHER)
    sound(page, language)
    page.goto(link)
    expect(page.locator("#id_password1")).to_have_count(0)
    sound(page, language)
    page.goto("/accounts/login/")
    enter(page, who, ANOTHER)
    is_inside(page)
    page.goto("/accounts/password/change/")
    sound(page, language)


def test_an_administrator_invites_somebody_and_switches_the_account_off(
    page: Page, house: House, chromium: Browser, language: str
) -> None:
    who = f"nowa.{language}@firma.example"
    page.goto("/settings/users/")
    enter(page, ADMINISTRATOR, PASSWORD)
    sound(page, language)
    page.locator("#new-name").fill("Nowa Osoba")
    page.locator("#new-email").fill(who)
    page.locator("#new-role").select_option("sales")
    page.locator('form[action$="/users/"] .btn-primary').click()
    expect(page.locator("h1")).to_have_text("Nowa Osoba")
    sound(page, language)
    theirs = page.url

    context = visitor(chromium, house.address, language)
    invited = context.new_page()
    invited.goto(house.link_in_mail_to(who))
    set_password(invited, ANOTHER)
    invited.goto("/")
    enter(invited, who, ANOTHER)
    is_inside(invited)
    invited.goto("/settings/users/")
    expect(invited.locator("#new-name")).to_have_count(0)

    page.locator("#role").select_option("manager")
    page.locator("main form .btn-primary").click()
    expect(page.locator("#role")).to_have_value("manager")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator('form[action$="/switch/"] button').click()
    expect(page.locator("main dl").get_by_text(WORDS[language]["off"]).first).to_be_visible()
    invited.goto("/")
    expect(invited.locator("#id_password")).to_be_visible()
    context.close()

    page.goto("/settings/audit/")
    expect(page.get_by_text(who).first).to_be_visible()
    sound(page, language)
    assert page.goto(theirs)


def test_the_last_administrator_cannot_be_removed(page: Page, language: str) -> None:
    page.goto("/settings/users/")
    enter(page, ADMINISTRATOR, PASSWORD)
    page.locator("main").get_by_role("link", name="Ada Lis").click()
    page.locator("#role").select_option("auditor")
    page.locator("main form .btn-primary").click()
    expect(page.locator('.alert[role="alert"]')).to_be_visible()
    expect(page.locator("#role")).to_have_value("administrator")
    sound(page, language)


def test_wrong_passwords_come_to_an_end(house: House, chromium: Browser) -> None:
    """After five wrong ones even the right one is refused, by another process too."""
    page = visitor(chromium, house.address, "pl").new_page()
    page.goto("/accounts/login/")
    for _ in range(5):
        enter(page, "zly@firma.example", "nie to hasło")
        expect(page.get_by_role("alert")).to_contain_text(WORDS["pl"]["refused"])
    enter(page, "zly@firma.example", PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text(WORDS["pl"]["limit"])
    there = {"LEJEK_DATABASE_URL": house.database}
    with served("serve", house.home, "--no-worker", log="another", **there) as other:
        elsewhere = visitor(chromium, other, "pl").new_page()
        elsewhere.goto("/accounts/login/")
        enter(elsewhere, "zly@firma.example", PASSWORD)
        expect(elsewhere.get_by_role("alert")).to_contain_text(WORDS["pl"]["limit"])
        elsewhere.context.close()
    page.goto("/accounts/login/")
    enter(page, ADMINISTRATOR, PASSWORD)
    is_inside(page)
    page.context.close()


def sound(page: Page, language: str) -> None:
    """Nothing is wrong with the page that is open."""
    page.wait_for_load_state()
    assert faults(page, language, THEMES[language]) == [], page.url
    page.set_viewport_size(USUAL)


def enter(page: Page, email: str, password: str) -> None:
    """Give an address and a password at the door."""
    page.locator("#id_login").fill(email)
    page.locator("#id_password").fill(password)
    page.locator("main form .btn-primary").click()
    page.wait_for_load_state()


def confirm_password(page: Page, language: str) -> None:
    """Give the password again, before something about signing in changes."""
    expect(page).to_have_url(re.compile("/reauthenticate/"))
    sound(page, language)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main form .btn-primary").click()
    page.wait_for_load_state()


def leave(page: Page) -> None:
    """Sign out."""
    page.locator('header form[action$="/logout/"] button').click()
    expect(page.locator("#id_password")).to_be_visible()


def is_inside(page: Page) -> None:
    """Somebody is signed in."""
    expect(page.locator('header form[action$="/logout/"]')).to_be_attached()


def set_password(page: Page, password: str) -> None:
    """Type the new password twice."""
    page.locator("#id_password1").fill(password)
    page.locator("#id_password2").fill(password)
    page.locator("main form .btn-primary").click()
    expect(page.locator("#id_password2")).to_have_count(0)


def with_a_built_in_authenticator(page: Page) -> None:
    """Give the browser an authenticator that holds passkeys and knows its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def code_of(secret: str) -> str:
    """The code that an app shows now, and still shows when it has been typed and sent.

    Source: RFC 6238, and RFC 4226 section 5.3.
    """
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    while (now := time.time()) % _SECONDS_OF_A_CODE > _SECONDS_OF_A_CODE - _SECONDS_TO_TYPE:
        time.sleep(0.2)
    step = int(now) // _SECONDS_OF_A_CODE
    digest = hmac.digest(key, step.to_bytes(8, "big"), hashlib.sha1)
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
