"""Who asks: the owner of an API key, within its scopes, their role and a number of requests.

A key is made by somebody who may use the API (`api.use`); from then on it may do what its scopes
allow and the role of its owner still allows, and sees the leads that its owner sees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from ninja.security import HttpBearer

from lejek.api.failures import Refusal
from lejek.api.models import KeyMinute
from lejek.kernel import clock
from lejek.people.access import can
from lejek.people.models import User
from lejek.people.services import user_of_key

A_MINUTE = 600
"""Requests that one key may make in a minute; the setting API_REQUESTS_A_MINUTE says otherwise."""

_SECRET = re.compile(r"lj_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", re.ASCII)
_COUNT = """
INSERT INTO api_keyminute (prefix, minute, n_requests) VALUES (%s, %s, 1)
ON CONFLICT (prefix, minute) DO UPDATE SET n_requests = api_keyminute.n_requests + 1
RETURNING n_requests
"""


@dataclass(frozen=True, slots=True)
class Needs:
    """What an operation needs: a scope of the key, and a permission of its owner."""

    scope: str
    permission: str


LEADS_READ = Needs("leads:read", "leads.read")
LEADS_EDIT = Needs("leads:write", "leads.edit")
LEADS_JUDGE = Needs("leads:write", "leads.judge")
TOUCHPOINTS_WRITE = Needs("touchpoints:write", "imports.write")
MODELS_READ = Needs("models:read", "models.read")
MODELS_EDIT = Needs("models:write", "models.edit")
MODELS_PUBLISH = Needs("models:write", "models.publish")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, with which key, and when."""

    user: User
    prefix: str
    now: datetime


class ApiKey(HttpBearer):
    """Lets a key in that may do what an operation needs."""

    def __init__(self, needs: Needs) -> None:
        super().__init__()
        self._needs = needs

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:  # noqa: ARG002
        """Who asks; None when the key opens nothing.

        Raises: Refusal for too many requests, a missing scope, a missing permission.
        """
        now = clock.now()
        found = user_of_key(token, now=now) if _SECRET.fullmatch(token) else None
        if found is None:
            return None
        user, scopes = found
        prefix = "_".join(token.split("_", 2)[:2])
        _count(prefix, now)
        if self._needs.scope not in scopes:
            raise Refusal(
                403, f"This key lacks the scope {self._needs.scope}.", code="scope_missing"
            )
        if not can(user, self._needs.permission):
            raise Refusal(
                403, f"The role of the key's owner does not allow {self._needs.permission}."
            )
        return Caller(user, prefix, now)


def caller_of(request: HttpRequest) -> Caller:
    """Who asks."""
    caller = getattr(request, "auth", None)
    if not isinstance(caller, Caller):
        raise Refusal(401, "An API key is needed.")
    return caller


def _count(prefix: str, now: datetime) -> None:
    """Count a request of a key.

    Raises: Refusal when there were too many within the minute.
    """
    minute = now.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        # One statement: two processes that count at once lose nothing.
        cursor.execute(_COUNT, [prefix, connection.ops.adapt_datetimefield_value(minute)])
        (n_requests,) = cursor.fetchone()
    if n_requests == 1:
        KeyMinute.objects.filter(prefix=prefix, minute__lt=minute - timedelta(minutes=5)).delete()
    most = getattr(settings, "API_REQUESTS_A_MINUTE", A_MINUTE)
    if n_requests > most:
        seconds = 60 - now.second
        raise Refusal(
            429,
            f"At most {most} requests a minute with one key; try again in {seconds} s.",
            headers={"Retry-After": str(seconds)},
        )
