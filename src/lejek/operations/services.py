"""What an administrator does to jobs and events; each act is in the audit log."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lejek.kernel import events, jobs
from lejek.people import audit
from lejek.people.models import User


@transaction.atomic
def replay_job(*, job_id: int, actor: User, now: datetime) -> bool:
    """Put a dead job back into the queue.

    Repeat: False, and nothing changes, when it is not dead.
    """
    if not jobs.replay(job_id, now=now):
        return False
    audit.record(actor=actor, action="replayed_job", subject=f"job {job_id}", now=now)
    return True


@transaction.atomic
def replay_event(*, event_id: int, actor: User, now: datetime) -> bool:
    """Let a dead event be handed on again.

    Repeat: False, and nothing changes, when it is not dead.
    """
    if not events.replay(event_id):
        return False
    audit.record(actor=actor, action="replayed_event", subject=f"event {event_id}", now=now)
    return True


@transaction.atomic
def discard_job(*, job_id: int, actor: User, now: datetime) -> bool:
    """Throw a dead job away; the audit log keeps what it should have done.

    Repeat: False, and nothing changes, when it is not dead.
    """
    task = jobs.discard(job_id)
    if task is None:
        return False
    subject = f"job {job_id}"
    audit.record(
        actor=actor, action="discarded_job", subject=subject, details={"task": task}, now=now
    )
    return True


@transaction.atomic
def discard_event(*, event_id: int, actor: User, now: datetime) -> bool:
    """Throw a dead event away; the audit log keeps its name.

    Repeat: False, and nothing changes, when it is not dead.
    """
    name = events.discard(event_id)
    if name is None:
        return False
    subject = f"event {event_id}"
    audit.record(
        actor=actor, action="discarded_event", subject=subject, details={"event": name}, now=now
    )
    return True
