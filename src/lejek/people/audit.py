"""The audit log: who did what, append-only, each entry sealed by the hash of the one before.

In: actions in the words of the business. Out: entries; `broken_at` finds the first that changed.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction

from lejek.kernel.locks import hold_others_back
from lejek.people.models import AuditEntry, User

_WRITING = 0x5EA15
"""The lock that whoever appends an entry holds: the next one is sealed over it."""

_LONGEST = 200


def record(
    *,
    actor: User | None,
    action: str,
    subject: str = "",
    details: dict[str, Any] | None = None,
    now: datetime,
) -> AuditEntry:
    """Append what somebody did, in the caller's transaction.

    `action` is a past participle with its object, such as `published_model`.
    """
    with transaction.atomic():
        hold_others_back(_WRITING)
        last = AuditEntry.objects.order_by("-id").first()
        entry = AuditEntry(
            at=now,
            actor=actor,
            actor_name="" if actor is None else f"{actor.name} <{actor.email}>"[:_LONGEST],
            action=action,
            subject=subject[:_LONGEST],
            details=details or {},
            previous_hash="" if last is None else last.hash,
        )
        entry.hash = seal(entry)
        entry.save(force_insert=True)
    return entry


def seal(entry: AuditEntry) -> str:
    """The hash over an entry and the one before it."""
    content = [
        entry.previous_hash,
        entry.at.isoformat(),
        entry.actor_name,
        entry.action,
        entry.subject,
        entry.details,
    ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def broken_at() -> int | None:
    """The id of the first entry that does not fit its seal; None when the chain is whole."""
    previous = ""
    for entry in AuditEntry.objects.order_by("id").iterator():
        if entry.previous_hash != previous or entry.hash != seal(entry):
            return entry.pk
        previous = entry.hash
    return None
