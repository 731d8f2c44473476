"""A POST that arrives twice is done once.

In: the Idempotency-Key of a request. Out: a claim to do it, or the answer that was given already.

The answer is kept in the transaction of what the request did, so neither is there without the
other. Only answers of requests that did something are kept: whatever was refused has left no trace
and may be sent again, mended, under the same key.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from lejek.api.failures import JSON, Refusal, invalid, problem
from lejek.api.keys import Caller
from lejek.kernel.models import IdempotencyKey

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
PATTERN = r"^[\x21-\x7e]{1,255}$"
KEPT = timedelta(hours=72)
LEASE = timedelta(minutes=5)
"""After so long a request that never answered counts as dead, and its second arrival is done."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do a request. It is lost when somebody else takes it over after the lease."""

    id: int
    at: datetime


def once(
    request: HttpRequest, caller: Caller, act: Callable[[], HttpResponse], *, is_atomic: bool
) -> HttpResponse:
    """The answer to a request: of `act`, or kept from its first arrival.

    Raises: Refusal 409 while the first arrival is being done, 422 when it was another request.
    """
    whole: AbstractContextManager[object] = transaction.atomic() if is_atomic else nullcontext()
    key = request.headers.get(HEADER)
    if key is None:
        with whole:
            return act()
    found = _claim(caller, _checked(key), fingerprint(request))
    if isinstance(found, HttpResponse):
        return found
    try:
        with whole:
            response = act()
            _keep(found, response)
    except BaseException:
        IdempotencyKey.objects.filter(id=found.id, created_at=found.at, status=None).delete()
        raise
    return response


def fingerprint(request: HttpRequest) -> str:
    """The hash that tells requests apart: method, address and body."""
    try:
        body: object = json.loads(request.body) if request.body else None
    except ValueError:
        body = request.body.decode(errors="replace")
    content = [request.method, request.get_full_path(), body]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _checked(key: str) -> str:
    if re.fullmatch(PATTERN, key) is None:
        raise invalid([problem(f"header.{HEADER}", key, "1 to 255 printable ASCII characters")])
    return key


def _claim(caller: Caller, key: str, mark: str) -> Claim | HttpResponse:
    """Take a request on, or find what was answered to it."""
    row, is_new = IdempotencyKey.objects.get_or_create(
        owner=caller.prefix,
        key=key,
        defaults={"fingerprint": mark, "created_at": caller.now},
    )
    if is_new:
        return Claim(row.pk, row.created_at)
    if row.created_at + KEPT <= caller.now:
        return _take_over(row, mark, caller.now)
    if row.fingerprint != mark:
        raise Refusal(
            422,
            f"This {HEADER} was used for another request.",
            code="idempotency_key_reused",
            problems=[problem(f"header.{HEADER}", key, "a key of its own for each request")],
        )
    if row.status is not None:
        return HttpResponse(
            row.body, status=row.status, content_type=JSON, headers={REPLAYED: "true"}
        )
    if row.created_at + LEASE <= caller.now:
        return _take_over(row, mark, caller.now)
    raise _in_progress()


def _take_over(row: IdempotencyKey, mark: str, now: datetime) -> Claim:
    """Take on a request that is too old, or whose process died: whoever changes the row has it."""
    mine = IdempotencyKey.objects.filter(id=row.pk, created_at=row.created_at).update(
        created_at=now, fingerprint=mark, status=None, body=""
    )
    if not mine:
        raise _in_progress()
    return Claim(row.pk, now)


def _keep(claim: Claim, response: HttpResponse) -> None:
    """Keep an answer; who overslept the lease keeps nothing, and what it did is taken back."""
    kept = IdempotencyKey.objects.filter(id=claim.id, created_at=claim.at, status=None).update(
        status=response.status_code, body=response.content.decode()
    )
    if not kept:
        raise _in_progress()


def _in_progress() -> Refusal:
    return Refusal(
        409,
        f"A request with this {HEADER} is being done right now; send it again in a moment.",
        code="idempotency_in_progress",
        headers={"Retry-After": "1"},
    )
