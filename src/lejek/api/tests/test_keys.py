"""Who gets in, and what a key may do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from lejek.api.models import KeyMinute
from lejek.api.surface import api
from lejek.api.tests.builders import ROOT, Program, error_of, secret
from lejek.identity.models import Lead
from lejek.kernel import clock
from lejek.people.models import ApiKey, Role, Team, User
from lejek.people.services import revoke_api_key
from lejek.scoring.tests.builders import company, lead, user

pytestmark = pytest.mark.django_db

OPERATIONS = [
    pytest.param(method, path.removeprefix(ROOT), operation, id=operation["operationId"])
    for path, methods in api.get_openapi_schema(path_prefix="api/v1")["paths"].items()
    for method, operation in methods.items()
]


def ask(program: Program, method: str, path: str) -> Any:
    """An operation, of things that do not exist."""
    for name in ("lead_id", "company_id", "number", "preview_id"):
        path = path.replace(f"{{{name}}}", "987654321")
    return program.send(method.upper(), path)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_operation_refuses_who_has_no_key(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    response = ask(Program(""), method, path)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert error_of(response)["code"] == "unauthorized"


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_operation_refuses_a_key_without_its_scope(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    needed = operation["description"].rpartition("Scope: `")[2].rstrip("`.")
    others = {"leads:read", "leads:write", "touchpoints:write", "models:read", "models:write"}
    assert needed in others
    response = ask(Program(secret(scopes=sorted(others - {needed}))), method, path)
    assert response.status_code == 403
    assert error_of(response)["code"] == "scope_missing"
    assert ask(Program(secret(scopes=[needed])), method, path).status_code in (200, 404, 422)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_an_auditor_s_key_changes_nothing(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    response = ask(Program(secret(user(Role.AUDITOR))), method, path)
    assert (response.status_code == 403) == (method != "get")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "lj_",
        "Basic abc",
        "Bearer",
        "Bearer lj_00000000_x",
        "Bearer \x00",
        "bearer ąę",
        "Token x",
    ],
)
def test_what_is_no_key_opens_nothing(header: str) -> None:
    program = Program("")
    response = program.send("GET", "/leads", headers={"Authorization": header})
    assert response.status_code == 401


def test_a_key_that_was_revoked_or_has_expired_opens_nothing() -> None:
    now = clock.now()
    revoked, expired = Program(), Program()
    first, second = ApiKey.objects.order_by("id")
    revoke_api_key(key=first, actor=first.user, now=now)
    ApiKey.objects.filter(pk=second.pk).update(expires_at=now - timedelta(seconds=1))
    assert revoked.get("/leads").status_code == 401
    assert expired.get("/leads").status_code == 401


def test_the_key_of_somebody_who_left_opens_nothing(program: Program) -> None:
    User.objects.update(is_active=False)
    assert program.get("/leads").status_code == 401


def test_a_session_is_no_key(client: Any) -> None:
    client.force_login(user(Role.ADMINISTRATOR))
    assert client.get(f"{ROOT}/leads").status_code == 401


def test_too_many_requests_in_a_minute_are_refused_and_told_when_to_come_back(
    program: Program, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_REQUESTS_A_MINUTE = 2
    moment = clock.now().replace(second=20)
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert [program.get("/leads").status_code for _ in range(3)] == [200, 200, 429]
    refused = program.get("/leads")
    assert (refused["Retry-After"], error_of(refused)["code"]) == ("40", "too_many_requests")
    assert Program(secret()).get("/leads").status_code == 200

    monkeypatch.setattr(clock, "now", lambda: moment + timedelta(minutes=10))
    assert program.get("/leads").status_code == 200
    assert KeyMinute.objects.filter(prefix=program.secret[:11]).count() == 1


class House:
    """Two teams with a salesperson each, and a lead of each salesperson and of nobody."""

    def __init__(self) -> None:
        self.people: dict[str, User] = {}
        for number, name in enumerate(("north", "south")):
            team = Team.objects.create(name=name)
            for role in (Role.SALES, Role.MANAGER):
                someone = user(role, f"{role}{number}@example.pl")
                User.objects.filter(pk=someone.pk).update(team=team)
                self.people[f"{role} {name}"] = someone
        self.leads = {
            name: lead(of=company(name), owner=owner, email=f"{name}@firma.pl")
            for name, owner in (
                ("north", self.people["sales north"]),
                ("south", self.people["sales south"]),
                ("nobody", None),
            )
        }


SEEN = {
    "sales north": {"north", "nobody"},
    "manager north": {"north", "nobody"},
    "sales south": {"south", "nobody"},
}


@pytest.mark.parametrize("name", SEEN)
def test_a_key_reaches_the_leads_that_its_owner_sees_and_no_others(name: str) -> None:
    house = House()
    program = Program(secret(house.people[name]))
    listed = {row["contact"]["email"] for row in program.get("/leads").json()["leads"]}
    assert listed == {f"{seen}@firma.pl" for seen in SEEN[name]}
    firms = {row["name"] for row in program.get("/companies").json()["companies"]}
    assert firms == SEEN[name]

    for whose, each in house.leads.items():
        expected = 200 if whose in SEEN[name] else 404
        firm = each.contact.company_id
        assert program.get(f"/leads/{each.pk}").status_code == expected
        assert program.get(f"/leads/{each.pk}/touchpoints").status_code == expected
        assert program.get(f"/leads/{each.pk}/transitions").status_code == expected
        assert program.get(f"/companies/{firm}").status_code == expected
        moved = program.post(f"/leads/{each.pk}/transitions", {"to": "opportunity", "reason": "x"})
        assert moved.status_code == (201 if expected == 200 else 404)
        judged = program.post(f"/leads/{each.pk}/verdict", {"accepted": True})
        assert judged.status_code == (201 if expected == 200 else 404)
    stages = dict(Lead.objects.values_list("contact__email", "stage"))
    untouched = {"north", "south", "nobody"} - SEEN[name]
    assert all(stages[f"{whose}@firma.pl"] == "lead" for whose in untouched)


def test_nobody_writes_through_a_key_what_they_may_not_read() -> None:
    house = House()
    program = Program(secret(house.people["sales north"]))
    body = {"fields": {"contact.email": "south@firma.pl", "lead.city": "Gdynia"}}
    response = program.post("/leads", body)
    assert (response.status_code, error_of(response)["code"]) == (403, "not_yours")
    assert house.leads["south"].contact.attributes == {}
    assert not Lead.objects.filter(contact__city="Gdynia").exists()
