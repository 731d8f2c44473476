"""What is written down for other systems when something happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lejek.connectors.catalogue import body, messages
from lejek.connectors.models import Delivery, Endpoint
from lejek.kernel.ids import uuid7
from lejek.kernel.models import Event


def note(content: dict[str, Any], *, event: Event, now: datetime) -> None:
    """Put what an event says into the queue of each endpoint that hears of it.

    One that was switched off gets it as given up, to be sent again once it is on.
    Repeat: an endpoint hears of an event once.
    """
    endpoints = list(Endpoint.objects.only("id", "types", "state"))
    if not endpoints:
        return
    Delivery.objects.bulk_create(
        (
            _delivery(endpoint, event, part, type_, body(type_, event.happened_at, data), now)
            for part, (type_, data) in enumerate(messages(event.name, content))
            for endpoint in endpoints
            if type_ in endpoint.types
        ),
        ignore_conflicts=True,
    )


def _delivery(
    endpoint: Endpoint, event: Event, part: int, type_: str, text: str, now: datetime
) -> Delivery:
    is_off = endpoint.state == Endpoint.State.OFF
    return Delivery(
        message_id=uuid7(now),
        endpoint=endpoint,
        event_id=event.pk,
        part=part,
        type=type_,
        body=text,
        state=Delivery.State.GIVEN_UP if is_off else Delivery.State.WAITING,
        error="off" if is_off else "",
        made_at=now,
        finished_at=now if is_off else None,
    )
