"""Every failure has one shape."""

from __future__ import annotations

import json

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from lejek.api.surface import api
from lejek.api.tests.builders import ROOT, Program, error_of, paths_of

pytestmark = pytest.mark.django_db


def raw(program: Program, body: bytes, content_type: str = "application/json") -> object:
    """A POST of any bytes."""
    return Client().post(
        f"{ROOT}/leads",
        body,
        content_type=content_type,
        headers={"Authorization": f"Bearer {program.secret}"},
    )


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b'{"fields": {"contact.email": NaN}}',
        b'{"fields": {"contact.email": "a\\u0000@b.pl"}}',
        b'{"fields": {"contact.email": "\\ud800@b.pl"}}',
        b'{"fields": {"contact.email": "a\nb"}}',
        b"[" * 100_000,
        b"1" * 5_000,
    ],
)
def test_what_is_no_sound_json_is_a_bad_request(program: Program, body: bytes) -> None:
    response: object = raw(program, body)
    assert response.status_code == 400  # type: ignore[attr-defined]
    assert error_of(response)["code"] == "bad_request"  # type: ignore[arg-type]


def test_an_escaped_backslash_before_a_code_is_sound(program: Program) -> None:
    body = b'{"fields": {"contact.email": "a@firma.pl", "lead.city": "\\\\u0000 \\u0142"}}'
    response = raw(program, body)
    assert response.status_code == 201  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
def test_a_body_of_another_type_is_refused(program: Program, kind: str) -> None:
    response = raw(program, b"fields=1", kind)
    assert response.status_code == 415  # type: ignore[attr-defined]
    assert paths_of(response) == ["header.Content-Type"]  # type: ignore[arg-type]


def test_a_body_that_is_too_large_is_refused(program: Program, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = raw(program, b'{"fields": {"contact.email": "' + b"a" * 1000 + b'"}}')
    assert response.status_code == 413  # type: ignore[attr-defined]
    assert error_of(response)["code"] == "too_large"  # type: ignore[arg-type]


def test_another_method_is_told_which_are_accepted(program: Program) -> None:
    response = program.send("DELETE", "/leads")
    assert (response.status_code, error_of(response)["code"]) == (405, "method_not_allowed")
    assert sorted(response["Allow"].split(", ")) == ["GET", "POST"]


@pytest.mark.parametrize("path", ["/nothing", "/leads/", "/leads/1/2/3", "/leads/1/score/"])
def test_an_address_that_is_none_is_not_found(program: Program, path: str) -> None:
    response = program.get(path)
    assert (response.status_code, error_of(response)["code"]) == (404, "not_found")


@pytest.mark.parametrize("lead_id", ["0", "-1", "x", "9" * 30, "1.5", "%00"])
def test_an_id_that_is_none_is_not_valid(program: Program, lead_id: str) -> None:
    response = program.get(f"/leads/{lead_id}")
    assert (response.status_code, paths_of(response)) == (422, ["path.lead_id"])


def test_a_database_that_is_busy_is_said(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("lejek.api.leads.lead_rows", busy)
    response = program.get("/leads")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "locked" not in response.content.decode()


def test_every_failure_is_declared_for_every_operation() -> None:
    declared = {"400", "401", "403", "404", "405", "409", "413", "415", "422", "429", "500", "503"}
    schema = json.loads(json.dumps(api.get_openapi_schema(path_prefix="api/v1")))
    for methods in schema["paths"].values():
        for operation in methods.values():
            failures = {s: r for s, r in operation["responses"].items() if s >= "4"}
            assert set(failures) == declared
            for each in failures.values():
                reference = each["content"]["application/json"]["schema"]["$ref"]
                assert reference == "#/components/schemas/Failure"


def test_the_page_of_operations_needs_a_session_and_names_them_all(
    client: Client, django_user_model: type
) -> None:
    assert client.get(f"{ROOT}/").status_code == 302
    client.force_login(django_user_model.objects.create_user("a@b.pl", name="A"))  # type: ignore[attr-defined]
    page = client.get(f"{ROOT}/").content.decode()
    for path in api.get_openapi_schema(path_prefix="api/v1")["paths"]:
        assert path in page
    assert "https://" not in page.split("<main")[1].split("</main>")[0]
