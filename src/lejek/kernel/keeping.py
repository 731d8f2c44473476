"""Keeping the house in order: what is done and old goes.

In: the night. Out: short tables.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from lejek.kernel.models import Event, Heartbeat, IdempotencyKey, Job

EVENTS_KEPT = timedelta(days=7)
JOBS_KEPT = timedelta(days=30)
KEYS_KEPT = timedelta(hours=72)
HEARTBEATS_KEPT = timedelta(days=1)


def forget_old(*, now: datetime) -> dict[str, int]:
    """Delete what was handed on, done or answered long ago; what is dead stays.

    Returns: how many of each.
    """
    old = {
        "events": Event.objects.filter(handled_at__lt=now - EVENTS_KEPT),
        "jobs": Job.objects.filter(status=Job.Status.DONE, finished_at__lt=now - JOBS_KEPT),
        "idempotency_keys": IdempotencyKey.objects.filter(created_at__lt=now - KEYS_KEPT),
        "heartbeats": Heartbeat.objects.filter(beat_at__lt=now - HEARTBEATS_KEPT),
    }
    return {name: rows.delete()[0] for name, rows in old.items()}
