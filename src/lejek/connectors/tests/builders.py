"""Endpoints and messages for tests."""

from __future__ import annotations

import itertools
from datetime import datetime

from lejek import wiring
from lejek.connectors.catalogue import TYPES
from lejek.connectors.models import Delivery, Endpoint
from lejek.kernel.events import emit, hand_on

_SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
_numbers = itertools.count(1)


def endpoint(address: str, now: datetime, **fields: object) -> Endpoint:
    """One that hears of everything."""
    return Endpoint.objects.create(
        address=address, types=sorted(TYPES), secret=_SECRET, made_at=now, **fields
    )


def happened(now: datetime) -> None:
    """Something of which endpoints hear."""
    emit("lead_accepted", {"lead_id": next(_numbers)}, now=now)
    hand_on(wiring.handlers(), now=now)


def states(of: Endpoint | None = None) -> list[str]:
    """What became of the messages, oldest first."""
    found = Delivery.objects.order_by("id") if of is None else of.deliveries.order_by("id")
    return list(found.values_list("state", flat=True))
