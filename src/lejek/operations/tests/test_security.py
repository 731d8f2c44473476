"""The doors: headers, cookies, forgery, foreign hosts, redirects, injection, files, the network."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.test import Client
from django.urls import reverse

import lejek
from lejek.api.tests.builders import Program, error_of, secret
from lejek.identity.models import FieldDefinition, Lead
from lejek.people.models import ApiKey, User
from lejek.people.tests.test_every_address import EVERY

PACKAGE = Path(lejek.__file__).parent
pytestmark = pytest.mark.django_db
PASSWORD = "poprawny koń bateria zszywka"


@pytest.fixture
def client(administrator: User) -> Client:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    client.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_page_says_what_a_browser_may_do_with_it(client: Client) -> None:
    for address in ("/settings/", "/settings/jobs/", "/accounts/login/", "/nothing-here"):
        answer = client.get(address)
        policy = dict(
            part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";")
        )
        assert (policy["default-src"], policy["script-src"]) == ("'none'", "'self'")
        assert (policy["frame-ancestors"], policy["base-uri"]) == ("'none'", "'none'")
        assert policy["form-action"] == "'self'"
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_answers_of_the_api_are_no_pages(program: Program) -> None:
    answer = program.get("/leads")
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sessionid" not in answer.cookies


@pytest.fixture
def program(db: None) -> Program:
    return Program()


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(administrator: User) -> None:
    administrator.set_password(PASSWORD)
    administrator.save()
    client = Client()
    client.post("/accounts/login/", {"login": administrator.email, "password": PASSWORD})
    session = client.cookies["sessionid"]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert client.cookies["csrftoken"]["samesite"] == "Lax"


def settings_with(home: Path, *names: str, **environment: str) -> dict[str, object]:
    """Settings as a process with this environment reads them."""
    program = (
        "import json; from django.conf import settings;"
        f"print(json.dumps({{name: getattr(settings, name) for name in {names!r}}}))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "lejek.config.settings",
            "LEJEK_HOME": str(home),
            "LEJEK_DATABASE_URL": "",
        }
        | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(ended.stdout))


@pytest.mark.embedded
def test_behind_https_cookies_travel_by_it_alone_and_browsers_remember(tmp_path: Path) -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS")
    assert settings_with(tmp_path, *names, LEJEK_HTTPS="1") == dict(
        zip(names, (True, True, 31_536_000), strict=True)
    )
    assert settings_with(tmp_path, *names) == dict(zip(names, (False, False, 0), strict=True))
    assert settings_with(tmp_path, "DEBUG") == {"DEBUG": False}


def test_what_is_kept_at_home_is_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "new"
    settings_with(home, "DEBUG")
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "secret-key").stat().st_mode & 0o777 == 0o600
    assert len((home / "secret-key").read_text()) >= 48


def test_no_form_is_taken_that_another_site_made_the_browser_send(client: Client) -> None:
    tried = 0
    for each in EVERY:
        if each.name.startswith(("api:", "health:")) or not each.name:
            continue
        address = reverse(each.name, args=[1] * len(each.arguments))
        answer = client.post(address)
        assert answer.status_code in (403, 404, 405), (address, answer.status_code)
        tried += answer.status_code == 403
    assert tried > 20


def test_a_session_opens_no_door_of_the_api(client: Client) -> None:
    assert client.get("/api/v1/leads").status_code == 401
    assert client.post("/api/v1/leads", {}, content_type="application/json").status_code == 401


def test_a_name_of_a_host_that_is_not_ours_is_refused(administrator: User) -> None:
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "a b"):
        assert Client(headers={"host": host}).get("/accounts/login/").status_code == 400


ELSEWHERE = (
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "\thttps://evil.example",
)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_elsewhere(administrator: User, target: str) -> None:
    administrator.set_password(PASSWORD)
    administrator.save()
    said = {"login": administrator.email, "password": PASSWORD, "next": target}
    signed_in = Client().post("/accounts/login/", said)
    client = Client()
    chosen = client.post("/preferences/theme/", {"theme": "dark", "next": target})
    spoken = client.post("/preferences/language/", {"language": "pl", "next": target})
    client.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")
    left = client.post("/accounts/logout/", {"next": target})
    for answer in (signed_in, chosen, spoken, left):
        assert answer.status_code == 302
        assert "evil" not in answer["Location"]
        assert answer["Location"].startswith("/")
        assert not answer["Location"].startswith("//")


INJECTED = (
    "' OR 1=1 --",
    '"; DROP TABLE identity_lead; --',
    "x') UNION SELECT password FROM people_user --",
    "%' AND (SELECT 1) LIKE '%",
)


@pytest.mark.parametrize("text", INJECTED)
def test_a_condition_is_data_and_never_code(program: Program, text: str) -> None:
    FieldDefinition.objects.create(name="lead.note", type="text", label_pl="x", label_en="x")
    made = program.post("/leads", {"fields": {"contact.email": "a@firma.pl", "lead.city": text}})
    assert made.status_code == 201
    n_users = User.objects.count()

    def found(where: object) -> list[int]:
        answer = program.get("/leads", where=json.dumps(where))
        assert answer.status_code == 200, answer.content
        return [each["id"] for each in answer.json()["leads"]]

    assert found({"lead.note": {"eq": text}}) == []
    assert found({"stage": {"eq": text}}) == []
    assert found({"lead.note": {"in": [text, "b"]}}) == []
    for name in (text, f"lead.{text}", f'lead.note"{text}'):
        refused = program.get("/leads", where=json.dumps({name: {"eq": 1}}))
        assert (refused.status_code, error_of(refused)["code"]) == (422, "invalid")
    for parameter in ("q", "stage"):
        assert program.get("/leads", **{parameter: text[:40]}).json()["leads"] == []
    for parameter in ("grade", "owner", "cursor"):
        assert program.get("/leads", **{parameter: text}).status_code == 422
    assert (Lead.objects.count(), User.objects.count()) == (1, n_users)


@pytest.mark.parametrize("text", INJECTED)
def test_what_a_list_is_asked_for_is_never_code(client: Client, text: str) -> None:
    names = ("q", "sort", "order", "page", "stage", "grade", "owner", "band", "view", "cursor")
    for address in ("/", "/settings/audit/", "/settings/jobs/", "/imports/", "/bands/"):
        for name in names:
            answer = client.get(address, {name: text})
            assert answer.status_code in (200, 302, 400, 404, 422), (address, name)


def test_of_passwords_and_keys_only_hashes_are_kept(administrator: User) -> None:
    administrator.set_password(PASSWORD)
    assert identify_hasher(administrator.password).algorithm == "argon2"
    shown = secret(administrator)
    kept = ApiKey.objects.get()
    assert shown.split("_", 2)[2] not in json.dumps([kept.hash, kept.prefix, kept.name])
    assert len(kept.hash) == 64


NETWORK = {"urllib.request", "http.client", "httpcore", "httpx", "requests", "aiohttp", "ftplib"}
WEBHOOKS = "connectors/outgoing.py"
"""The one door: through it goes only what an administrator asked for, to where it was asked for."""
SOCKETS = {"operations/serving.py", "kernel/worker.py", "connectors/addresses.py", WEBHOOKS}


def imported() -> Iterator[tuple[str, str]]:
    """Every import of the product: the file and the module."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((str(path.relative_to(PACKAGE)), each.name) for each in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield str(path.relative_to(PACKAGE)), node.module


def test_the_product_asks_no_other_machine_for_anything_but_through_one_door() -> None:
    found = list(imported())
    assert len(found) > 500
    assert {path for path, module in found if module in NETWORK} == {WEBHOOKS}
    assert {path for path, module in found if module == "socket"} <= SOCKETS
