"""Every address of the product: what it answers to each role, in a house full of things.

What a role may do stands here by hand, apart from the rules that the product reads; which
permission an address needs is what its view declares.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import lejek
from lejek.api.surface import api
from lejek.desk.models import SavedView
from lejek.kernel import clock
from lejek.people.models import Role, User
from lejek.people.services import SCOPES, make_api_key
from lejek.people.tests.builders import (
    COLLEAGUES,
    NOBODYS,
    OWN,
    STRANGERS,
    UNKNOWN_ROLE,
    House,
    full_house,
)

pytestmark = pytest.mark.django_db

_READS = {"leads.read", "models.read", "definitions.read", "reports.read"}
_SELLS = {"leads.judge", "leads.edit", "leads.export"}
_RUNS_MARKETING = {
    *("imports.read", "imports.write", "models.edit", "models.publish", "settings.edit"),
    *("leads.edit", "leads.export", "definitions.sign", "api.use"),
}
MAY: dict[str, set[str]] = {
    Role.SALES: _READS | _SELLS,
    Role.MANAGER: _READS | _SELLS | {"imports.read", "definitions.sign"},
    Role.MARKETING: _READS | _RUNS_MARKETING,
    Role.AUDITOR: _READS | {"imports.read", "audit.read"},
    Role.ADMINISTRATOR: (
        _READS | _SELLS | _RUNS_MARKETING | {"users.edit", "audit.read", "jobs.edit"}
    ),
    UNKNOWN_ROLE: set(),
}
SEES: dict[str, set[str]] = {
    Role.SALES: {OWN, NOBODYS},
    Role.MANAGER: {OWN, COLLEAGUES, NOBODYS},
    Role.MARKETING: {OWN, COLLEAGUES, STRANGERS, NOBODYS},
    Role.AUDITOR: {OWN, COLLEAGUES, STRANGERS, NOBODYS},
    Role.ADMINISTRATOR: {OWN, COLLEAGUES, STRANGERS, NOBODYS},
}
CHANGING_NEEDS = {
    "identity:positions": "settings.edit",
    "identity:import_run": "imports.write",
    "scoring:preview": "models.edit",
    "scoring:editor_scale": "models.edit",
    "scoring:editor_definitions": "models.edit",
    "scoring:editor_yaml": "models.edit",
}
"""Pages that some may read and others change: what a POST needs."""
COUNTS_EVERYBODY = {"scoring:preview", "read_preview"}
"""What counts leads of everybody: closed to those who see their own alone."""

ANYONE = (
    *("ui:", "health:", "people:demo_", "account_login", "account_logout"),
    *("account_inactive", "account_reset_password", "mfa_authenticate", "mfa_login_webauthn"),
)
"""Beginnings of names of what is open to everybody."""
KEYS = "api:"
"""What programs ask: open to keys instead of people, but for the page that describes it."""
NOT_OFFERED = ("account_signup", "account_email", "account_confirm")
"""Pages of allauth that this product does without: nothing is there."""
OF_AN_ACCOUNT = ("account_", "mfa_", "api:api-root")
"""What everybody who is signed in may see: one's own account, and how programs ask."""


@dataclass(frozen=True, slots=True)
class Address:
    """One address of the product: its name, what stands in it, and what its view declares."""

    name: str
    route: str
    arguments: tuple[str, ...]
    needs: str | None
    is_open: bool

    @property
    def is_private(self) -> bool:
        """Whether a role decides who may see it."""
        return self.needs is not None


def _below(
    patterns: list[URLPattern | URLResolver],
    space: str = "",
    route: str = "",
    arguments: tuple[str, ...] = (),
) -> Iterator[Address]:
    for pattern in patterns:
        whole, parts = route + str(pattern.pattern), (*arguments, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _below(pattern.url_patterns, space + inner, whole, parts)
        else:
            view = pattern.callback
            yield Address(
                space + (pattern.name or ""),
                whole,
                parts,
                getattr(view, "needed_permission", None),
                not getattr(view, "login_required", True),
            )


EVERY = list(_below(get_resolver().url_patterns))
PRIVATE = [each for each in EVERY if each.is_private]


def test_every_view_says_whom_it_is_for() -> None:
    assert len(PRIVATE) > 80
    for each in EVERY:
        is_for_anyone = each.name.startswith((*ANYONE, *NOT_OFFERED)) or not each.name
        is_for_anyone |= each.name.startswith(KEYS) and each.name != "api:api-root"
        if each.is_private:
            assert not each.is_open, each
        elif is_for_anyone:
            assert each.is_open or each.name.startswith(NOT_OFFERED), each
        else:
            assert each.name.startswith(OF_AN_ACCOUNT), each
            assert not each.is_open, each


BELOW = {
    "settings/users/": {"users.edit"},
    "settings/teams/": {"users.edit"},
    "settings/audit/": {"audit.read"},
    "settings/keys/": {"api.use"},
    "settings/jobs/": {"jobs.edit"},
    "settings/stages/": {"settings.edit"},
    "settings/reasons/": {"settings.edit"},
    "settings/webhooks/": {"settings.edit"},
    "definitions/": {"definitions.read", "definitions.sign"},
    "imports/": {"imports.read", "imports.write"},
    "models/": {"models.read", "models.edit", "models.publish"},
    "bands/": {"reports.read"},
    "leads/": {"leads.read", "leads.edit", "leads.judge", "leads.export"},
    "": {"leads.read"},
}
"""By the beginning of an address, which permissions may be asked for there."""


def test_every_view_asks_for_a_permission_of_its_place() -> None:
    for each in PRIVATE:
        place = next(beginning for beginning in BELOW if each.route.startswith(beginning))
        assert each.needs in BELOW[place], each


def test_every_permission_that_a_view_needs_is_somebodys() -> None:
    known = set().union(*MAY.values())
    assert {each.needs for each in PRIVATE} | set(CHANGING_NEEDS.values()) <= known


@pytest.fixture
def house(settings: Any, tmp_path: Path) -> House:
    settings.HOME = tmp_path / "home"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    return full_house(tmp_path)


def as_user(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


Kind = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """A request: an address with its parts filled in, and the verb."""

    address: Address
    verb: str
    url: str
    whose: str

    @property
    def kind(self) -> Kind:
        """The name of its address, and the verb."""
        return self.address.name, self.verb

    @property
    def needs(self) -> str | None:
        """The permission that it needs."""
        if self.verb == "post" and self.address.name in CHANGING_NEEDS:
            return CHANGING_NEEDS[self.address.name]
        return self.address.needs

    def asked_by(self, client: Client, role: str = "") -> int:
        """The status of the answer; what it changed is undone."""
        side = "sales" if role == Role.MANAGER else "marketing"
        data = {
            "qualification:sign": {"version": "1", "side": side},
            "scoring:publish": {"revision": "1"},
            "scoring:editor_definitions": {"name": "marketing_qualified", "text": ""},
            "": {"deal-name": "A deal", "deal-amount": "100", "deal-currency": "PLN"},
        }
        with transaction.atomic():
            ask = client.get if self.verb == "get" else client.post
            answer = ask(self.url, data.get(self.address.name, data[""]))
            answer.getvalue()  # a file is open until it is read
            transaction.set_rollback(True)
        return int(answer.status_code)


def questions(house: House) -> list[Question]:
    """Every private address of the house, both ways of asking."""
    return [
        Question(each, verb, reverse(each.name, kwargs=parts), whose)
        for each in PRIVATE
        for whose, parts in house.examples(each.name, each.arguments)
        for verb in ("get", "post")
    ]


def test_nobody_is_sent_to_sign_in(house: House) -> None:
    User.objects.filter(role=Role.ADMINISTRATOR).update(is_active=False)
    switched_off = as_user(house.people[Role.ADMINISTRATOR])
    for each in questions(house):
        for client in (Client(), switched_off):
            ask = client.get if each.verb == "get" else client.post
            answer = ask(each.url)
            assert answer.status_code == 302, each
            assert answer["Location"].startswith("/accounts/login/"), each


NOT_IN_EARNEST = ("demo:",)
"""Beginnings of names of what only a demo answers."""
FOUND = {200, 302, 422}
"""What one gets who may: a page, another page, or that what was sent cannot be read."""
CLOSED = {405}
"""What an address that does not know the verb answers, whoever asks."""


def test_every_address_answers_each_role_as_the_table_says(house: House) -> None:
    asked = questions(house)
    house.hand_over_to(house.people[Role.ADMINISTRATOR])
    administrator = as_user(house.people[Role.ADMINISTRATOR])
    to_all = {each.kind: each.asked_by(administrator) for each in asked if each.whose in ("", OWN)}
    for kind, status in to_all.items():
        accepted = {404} if kind[0].startswith(NOT_IN_EARNEST) else FOUND
        assert status in accepted | CLOSED, (kind, status)
    wrong = differences(house, asked, to_all)
    assert not wrong, "\n".join(map(str, wrong))


def differences(
    house: House, asked: list[Question], to_all: dict[Kind, int]
) -> list[tuple[str, Question, int, int]]:
    """Where somebody gets another answer than the tables say; `to_all` is what one gets who may."""
    found = []
    for role in MAY:
        house.hand_over_to(house.people[role])
        client = as_user(house.people[role])
        for each in asked:
            if each.whose in (COLLEAGUES, NOBODYS) and role not in (Role.SALES, Role.MANAGER):
                continue  # of those who see everybody's leads, the own and a stranger's are enough
            expected = to_all[each.kind]
            if expected not in CLOSED:
                expected = answer_to(role, each.needs, each.address.name, each.whose, expected)
            status = each.asked_by(client, role)
            if status != expected:
                found.append((role, each, status, expected))
    return found


def answer_to(role: str, needs: str | None, name: str, whose: str, otherwise: int) -> int:
    """What a role gets: no, nothing there, or what whoever may do everything gets."""
    sees = SEES.get(role, set())
    if needs not in MAY[role] or (name in COUNTS_EVERYBODY and COLLEAGUES not in sees):
        return 403
    return 404 if whose and whose not in sees else otherwise


def test_an_auditor_can_change_nothing(house: House) -> None:
    own = ("desk:views", "desk:change_view", "desk:delete_view", "scoring:check")
    client = as_user(house.people[Role.AUDITOR])
    for each in questions(house):
        if each.verb == "post" and each.address.name not in own:
            assert each.asked_by(client) in (403, 405), each


def test_looking_changes_nothing(house: House) -> None:
    client = as_user(house.people[Role.ADMINISTRATOR])
    before = kept()
    for each in questions(house):
        if each.verb == "get":
            client.get(each.url).getvalue()
    assert kept() == before


def kept() -> dict[str, int]:
    """How many rows each table of the product holds."""
    rooms = (each for each in apps.get_models() if each.__module__.startswith("lejek."))
    return {model._meta.label: model._default_manager.count() for model in rooms}


def test_what_somebody_has_for_oneself_is_nobody_elses(house: House) -> None:
    house.hand_over_to(house.people[Role.ADMINISTRATOR])
    client = as_user(house.people[Role.MARKETING])
    view, key = house.parts["view_id"], house.parts["key_id"]
    assert client.post(f"/leads/views/{view}/", {"name": "mine"}).status_code == 404
    assert client.post(f"/settings/keys/{key}/revoke/").status_code == 404
    client.post(f"/leads/views/{view}/delete/")
    assert SavedView.objects.filter(name="v").exists()


def test_what_belongs_to_an_account_is_behind_the_door() -> None:
    for each in EVERY:
        if each.name.startswith(OF_AN_ACCOUNT) and not each.is_open:
            answer = Client().get(reverse(each.name, args=[1] * len(each.arguments)))
            if not each.name.startswith(NOT_OFFERED):
                assert answer.status_code == 302, each
                assert answer["Location"].startswith("/accounts/"), each


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_up_or_changes_the_address_of_an_account(method: str) -> None:
    client = as_user(User.objects.create_user("s@lejek.example", None, name="S", role=Role.SALES))
    for address in ("signup/", "email/", "confirm-email/", "confirm-email/x/"):
        for visitor in (Client(), client):
            assert getattr(visitor, method)(f"/accounts/{address}").status_code == 404, address


ASKED_FOR = re.compile(r"""GET\.get(?:list)?\(\s*"(\w+)"|\bname="(\w+)\"""")
"""The names that views ask an address for, and those that templates give their fields."""
HOSTILE = ("\0", "9" * 30, "-1", "x" * 300, "\ud800", "%", "2026-13-45")


def _parameters() -> list[str]:
    house = Path(lejek.__file__).parent
    sources = [*house.rglob("*.py"), *house.rglob("*.html")]
    found = (match for path in sources for match in ASKED_FOR.finditer(path.read_text()))
    return sorted({match.group(1) or match.group(2) for match in found})


@pytest.mark.parametrize(
    "value", HOSTILE, ids=["nul", "huge", "negative", "long", "half", "percent", "day"]
)
def test_no_question_makes_an_address_fail(house: House, value: str) -> None:
    administrator = as_user(house.people[Role.ADMINISTRATOR])
    administrator.raise_request_exception = False
    parameters = _parameters()
    assert {"owner", "page", "q"} <= set(parameters)
    text = value.encode("utf-8", "surrogateescape" if value != "\ud800" else "surrogatepass")
    for each in questions(house):
        if each.verb == "get" and each.whose in ("", OWN):
            query = urlencode(dict.fromkeys(parameters, text))
            answer = administrator.get(f"{each.url}?{query}")
            assert answer.status_code < 500, each


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the API: what it needs, by hand, and a body that it takes."""

    needs: str
    scope: str
    body: object = None


_A_TOUCHPOINT = {
    "type": "page_view",
    "occurred_at": "2026-01-31T12:00:00+01:00",
    "identity": {"email": "nowa@firma.example"},
}
OPERATIONS = {
    "list_leads": Operation("leads.read", "leads:read"),
    "read_lead": Operation("leads.read", "leads:read"),
    "read_score": Operation("leads.read", "leads:read"),
    "list_transitions": Operation("leads.read", "leads:read"),
    "list_touchpoints": Operation("leads.read", "leads:read"),
    "list_companies": Operation("leads.read", "leads:read"),
    "read_company": Operation("leads.read", "leads:read"),
    "record": Operation(
        "leads.edit", "leads:write", {"fields": {"contact.email": "nowa@firma.example"}}
    ),
    "move": Operation("leads.edit", "leads:write", {"to": "sales_accepted", "reason": "asked"}),
    "judge": Operation("leads.judge", "leads:write", {"accepted": True}),
    "record_touchpoints": Operation(
        "imports.write", "touchpoints:write", {"touchpoints": [_A_TOUCHPOINT]}
    ),
    "list_models": Operation("models.read", "models:read"),
    "read_active_model": Operation("models.read", "models:read"),
    "read_draft": Operation("models.read", "models:read"),
    "read_preview": Operation("models.read", "models:read"),
    "read_model_version": Operation("models.read", "models:read"),
    "save_draft": Operation("models.edit", "models:write", {"document": "x", "revision": 1}),
    "preview_draft": Operation("models.edit", "models:write"),
    "publish_draft": Operation("models.publish", "models:write", {"revision": 1}),
    "activate_model": Operation("models.publish", "models:write", {}),
}


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an operation, its address filled in."""

    name: str
    method: str
    url: str
    whose: str

    def made_with(self, secret: str) -> int:
        """The status of the answer; what it changed is undone."""
        body = OPERATIONS[self.name].body
        with transaction.atomic():
            answer = Client().generic(
                self.method,
                self.url,
                b"" if body is None else json.dumps(body),
                content_type="application/json",
                headers={"Authorization": f"Bearer {secret}"} if secret else {},
            )
            transaction.set_rollback(True)
        return int(answer.status_code)


def calls(house: House) -> list[Call]:
    """Every operation that the API describes, on everything that there is one of each of."""
    paths = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    return [
        Call(operation["operationId"], method.upper(), path.format(**parts), whose)
        for path, operations in paths.items()
        for method, operation in operations.items()
        for whose, parts in house.examples("", re.findall(r"{(\w+)}", path))
    ]


def test_every_operation_answers_each_role_as_the_table_says(house: House) -> None:
    asked = calls(house)
    assert {each.name for each in asked} == set(OPERATIONS)
    secret = str(house.parts["secret"])
    to_all = {each: each.made_with(secret) for each in asked}
    assert all(200 <= status < 300 for status in to_all.values()), to_all
    wrong = []
    for role in MAY:
        house.hand_over_to(house.people[role])
        for each in asked:
            needs = OPERATIONS[each.name].needs
            expected = answer_to(role, needs, each.name, each.whose, to_all[each])
            status = each.made_with(secret)
            if status != expected:
                wrong.append((role, each, status, expected))
    assert not wrong, "\n".join(map(str, wrong))


def test_an_operation_wants_a_key_with_its_scope(house: House) -> None:
    owner, asked = house.people[Role.ADMINISTRATOR], calls(house)
    assert {each.made_with("") for each in asked} == {401}
    for scope in SCOPES:
        _, secret = make_api_key(name="k", scopes=[scope], user=owner, now=clock.now())
        for each in asked:
            is_refused = each.made_with(secret) == 403
            assert is_refused == (OPERATIONS[each.name].scope != scope), (scope, each)
