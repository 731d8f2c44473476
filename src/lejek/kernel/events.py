"""The outbox: rooms tell what happened, and later rooms hear of it.

In: events, written in the transaction of the fact itself. Out: calls of the handlers that
`wiring.py` joins to them, at least once each, in the order of the events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from lejek.kernel.models import Event

Content = dict[str, Any]
Handler = Callable[..., None]
"""Called as handler(content, now=moment); it may be called twice for one event."""


def emit(name: str, content: Content, *, now: datetime) -> None:
    """Tell that something happened.

    Writes: one Event, in the caller's transaction.
    """
    Event.objects.create(name=name, content=content, happened_at=now)


def hand_on(handlers: Mapping[str, Sequence[Handler]], *, now: datetime, at_most: int = 500) -> int:
    """Hand waiting events to their handlers, oldest first.

    Returns: how many were handed on.
    Repeat: an event whose handlers failed is handed on again; nothing overtakes it.
    """
    waiting = Event.objects.filter(handled_at__isnull=True).order_by("id")[:at_most]
    n_handed_on = 0
    for event in waiting:
        with transaction.atomic():
            claimed = Event.objects.filter(id=event.id, handled_at__isnull=True)
            if not claimed.update(handled_at=now):
                continue
            for handler in handlers.get(event.name, ()):
                handler(event.content, now=now)
            n_handed_on += 1
    return n_handed_on
