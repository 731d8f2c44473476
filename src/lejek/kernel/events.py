"""The outbox: rooms tell what happened, and later rooms hear of it.

In: events, written in the transaction of the fact itself. Out: calls of the handlers that
`wiring.py` joins to them, at least once each, oldest first.

An event whose handler fails is tried again a little later; only events about the same thing wait
for it. After `MAX_ATTEMPTS` failures it is dead: it stays to be looked at and replayed.
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, models, transaction

from lejek.kernel.logs import redacted
from lejek.kernel.models import Event

Content = dict[str, Any]
Handler = Callable[..., None]
"""Called as handler(content, now=moment); it may be called twice for one event.

One that takes `event` is given the row as well, whose id tells the second call from another event.
"""

MAX_ATTEMPTS = 5
_WAITS_SECONDS = (1, 5, 30, 120)

log = structlog.get_logger(__name__)


def emit(name: str, content: Content, *, now: datetime, about: str = "") -> None:
    """Tell that something happened.

    `about` names the thing whose events must be heard in order; an event of one lead is about
    that lead without saying so.
    Writes: one Event, in the caller's transaction.
    """
    if not about and "lead_id" in content:
        about = f"lead {content['lead_id']}"
    Event.objects.create(name=name, content=content, about=about, happened_at=now)


def hand_on(handlers: Mapping[str, Sequence[Handler]], *, now: datetime, at_most: int = 500) -> int:
    """Hand waiting events to their handlers, oldest first.

    Returns: how many were handed on.
    Raises: OperationalError when the database is away, which is no event's fault.
    Repeat: an event is marked in the transaction of its handlers, so none is marked and not heard.
    """
    held_back = set(
        waiting().filter(retry_after__gt=now).exclude(about="").values_list("about", flat=True)
    )
    due = waiting().filter(models.Q(retry_after__isnull=True) | models.Q(retry_after__lte=now))
    n_handed_on = 0
    for event in due.order_by("id")[:at_most]:
        if event.about and event.about in held_back:
            continue
        try:
            n_handed_on += _hand_on_one(event, handlers.get(event.name, ()), now)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 - one handler must not stop the others
            held_back.add(event.about)
            _failed(event, error, now)
    return n_handed_on


def waiting() -> models.QuerySet[Event]:
    """Events that have still to be handed on."""
    return Event.objects.filter(handled_at__isnull=True, dead_at__isnull=True)


def _hand_on_one(event: Event, handlers: Sequence[Handler], now: datetime) -> int:
    with transaction.atomic():
        if not waiting().filter(id=event.id).update(handled_at=now):
            return 0
        for handler in handlers:
            offered = {"event": event} if _takes_event(handler) else {}
            handler(event.content, now=now, **offered)
    return 1


@lru_cache(maxsize=256)
def _takes_event(handler: Handler) -> bool:
    return "event" in inspect.signature(handler).parameters


def _failed(event: Event, error: Exception, now: datetime) -> None:
    attempts = event.attempts + 1
    is_dead = attempts >= MAX_ATTEMPTS
    wait = _WAITS_SECONDS[min(attempts, len(_WAITS_SECONDS)) - 1]
    # Whoever else failed with the same event at the same time has counted the failure already.
    waiting().filter(id=event.id, attempts=event.attempts).update(
        attempts=attempts,
        error=redacted("".join(traceback.format_exception(error))[-8000:]),
        retry_after=now + timedelta(seconds=wait),
        dead_at=now if is_dead else None,
    )
    log.warning(
        "event_failed",
        event_id=event.id,
        event_name=event.name,
        attempts=attempts,
        is_dead=is_dead,
        error=type(error).__name__,
    )


def discard(event_id: int) -> str | None:
    """Throw a dead event away.

    Returns: the name of what nobody will hear; None, and nothing changes, when it is not dead.
    """
    dead = Event.objects.filter(id=event_id, dead_at__isnull=False)
    name = dead.values_list("name", flat=True).first()
    return name if dead.delete()[0] else None


def replay(event_id: int) -> bool:
    """Let a dead event be handed on again.

    Repeat: changes nothing when it is not dead.
    """
    dead = Event.objects.filter(id=event_id, dead_at__isnull=False)
    return bool(dead.update(dead_at=None, attempts=0, retry_after=None, error=""))
