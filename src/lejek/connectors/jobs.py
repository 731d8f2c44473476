"""Keeping the log of messages short."""

from __future__ import annotations

from datetime import datetime, timedelta

from lejek.connectors.models import Delivery

KEPT = timedelta(days=30)


def forget_deliveries(*, now: datetime) -> int:
    """Delete messages that are older than what is kept, whatever became of them.

    Only at an endpoint that somebody paused can one have waited for so long.
    Returns: how many.
    """
    return Delivery.objects.filter(made_at__lt=now - KEPT).delete()[0]
