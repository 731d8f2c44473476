"""What tests of the API are made of: keys, and a client that says them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.test import Client

from lejek.kernel import clock
from lejek.people.models import Role, User
from lejek.people.services import SCOPES, make_api_key
from lejek.scoring.tests.builders import user

ROOT = "/api/v1"


def secret(of: User | None = None, scopes: Sequence[str] = SCOPES) -> str:
    """The secret of a new key; of an administrator, for everything, unless one says otherwise."""
    owner = of or User.objects.filter(role=Role.ADMINISTRATOR).first() or user(Role.ADMINISTRATOR)
    return make_api_key(name="test", scopes=scopes, user=owner, now=clock.now())[1]


class Program:
    """A program that speaks to the API with a key."""

    def __init__(self, secret_: str | None = None) -> None:
        self.secret = secret() if secret_ is None else secret_
        self._client = Client(raise_request_exception=True)

    def get(self, path: str, **query: Any) -> Any:
        """The answer to a GET."""
        return self._client.get(ROOT + path, query, headers=self._headers())

    def post(self, path: str, body: object = None, *, key: str | None = None) -> Any:
        """The answer to a POST."""
        return self.send("POST", path, body, {} if key is None else {"Idempotency-Key": key})

    def put(self, path: str, body: object) -> Any:
        """The answer to a PUT."""
        return self.send("PUT", path, body)

    def send(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Any:
        """The answer to any request."""
        return self._client.generic(
            method,
            ROOT + path,
            b"" if body is None else json.dumps(body),
            content_type="application/json",
            headers={**self._headers(), **(headers or {})},
        )

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}


def error_of(response: HttpResponse) -> dict[str, Any]:
    """The error of an answer, which has the one shape."""
    body = json.loads(response.content)
    assert set(body) == {"error"}
    error: dict[str, Any] = body["error"]
    assert set(error) == {"code", "message", "problems"}
    assert all(set(each) == {"path", "found", "accepted"} for each in error["problems"])
    return error


def paths_of(response: HttpResponse) -> list[str]:
    """The places of an answer's problems."""
    return [each["path"] for each in error_of(response)["problems"]]
