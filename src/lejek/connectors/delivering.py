"""Sending what waits: one message at a time from each endpoint, oldest first.

In: waiting deliveries. Out: signed requests, and what became of each.

An endpoint is claimed by a conditional update before anything leaves. Whoever dies in between lets
the claim run out, and the same message leaves again under the same id.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from standardwebhooks import Webhook

from lejek import __version__
from lejek.connectors import outgoing
from lejek.connectors.models import Delivery, Endpoint
from lejek.connectors.rules import Outcome, next_try, outcome
from lejek.connectors.services import switch_off
from lejek.kernel.logs import redacted

LEASE = timedelta(seconds=60)
"""Longer than a name takes to resolve and a message to be answered."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """An endpoint that is ours until `until`, and the message that is next."""

    endpoint: Endpoint
    delivery: Delivery
    until: datetime


def send_waiting(*, now: datetime) -> int:
    """Send one message, of the endpoint that has not had its turn for longest.

    Returns: 1, or 0 when nothing waits.
    Repeat: a message may leave twice under the same id; it is written down once.
    """
    held = _claim(now)
    if held is None:
        return 0
    answer = outgoing.post(
        held.endpoint.address,
        _headers(held, now),
        held.delivery.body.encode(),
        inner_hosts=settings.WEBHOOK_HOSTS,
    )
    _write_down(held, answer, now, now + timedelta(seconds=answer.seconds))
    return 1


def _claim(now: datetime) -> Claim | None:
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING).order_by("id")
    free = Q(held_until__isnull=True) | Q(held_until__lte=now)
    due = Q(retry_at__isnull=True) | Q(retry_at__lte=now)
    endpoints = Endpoint.objects.filter(
        free, due, Exists(waiting.filter(endpoint=OuterRef("pk"))), state=Endpoint.State.ON
    )
    for endpoint in endpoints.order_by(F("served_at").asc(nulls_first=True), "id")[:5]:
        seen = endpoints.filter(pk=endpoint.pk, held_until=endpoint.held_until)
        if not seen.update(held_until=now + LEASE):
            continue
        # As nobody else holds it: the failures so far, and what is first in the queue now.
        if delivery := waiting.filter(endpoint=endpoint).select_related("endpoint").first():
            return Claim(delivery.endpoint, delivery, now + LEASE)
    return None


def _headers(held: Claim, now: datetime) -> dict[str, str]:
    """What says who sends, and lets the receiver be sure of it."""
    message, keys = held.delivery, held.endpoint.secrets_at(now)
    return {
        "Content-Type": "application/json",
        "User-Agent": f"Lejek/{__version__}",
        "webhook-id": message.name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(
            Webhook(key).sign(message.name, now.astimezone(UTC), message.body) for key in keys
        ),
    }


@transaction.atomic
def _write_down(held: Claim, answer: outgoing.Answer, began: datetime, ended: datetime) -> None:
    """Keep what became of a message; nothing when somebody else has taken the endpoint over."""
    endpoint, came_to = held.endpoint, outcome(answer.status)
    is_delivered = came_to is Outcome.DELIVERED
    changes = _after_success(ended) if is_delivered else _after_failure(endpoint, ended)
    ours = Endpoint.objects.filter(pk=endpoint.pk, held_until=held.until)
    if not ours.update(held_until=None, served_at=ended, **changes):
        return
    Delivery.objects.filter(pk=held.delivery.pk, state=Delivery.State.WAITING).update(
        state=Delivery.State.DELIVERED if is_delivered else Delivery.State.WAITING,
        attempts=F("attempts") + 1,
        status=answer.status,
        error=answer.error,
        answer=redacted(answer.text),
        duration_ms=round(answer.seconds * 1000),
        tried_at=began,
        finished_at=ended if is_delivered else None,
    )
    log.info("webhook_sent", endpoint=endpoint.pk, status=answer.status, error=answer.error)
    if came_to is Outcome.GONE:
        switch_off(endpoint=endpoint, because=Endpoint.Reason.GONE, now=ended)
    elif not is_delivered and changes["retry_at"] is None:
        switch_off(endpoint=endpoint, because=Endpoint.Reason.FAILING, now=ended)


def _after_success(now: datetime) -> dict[str, Any]:
    return {"n_failures": 0, "failing_since": None, "retry_at": None, "delivered_at": now}


def _after_failure(endpoint: Endpoint, now: datetime) -> dict[str, Any]:
    n_failures, since = endpoint.n_failures + 1, endpoint.failing_since or now
    chance = secrets.randbelow(1001) / 1000
    return {
        "n_failures": n_failures,
        "failing_since": since,
        "retry_at": next_try(n_failures, since, now, chance),
    }
