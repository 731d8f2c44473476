"""What consent does when something happened elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lejek.consent.services import StatedConsent, record_consents, take_back_import
from lejek.people.models import User


def record_stated(content: dict[str, Any], *, now: datetime) -> None:
    """A lead came in and said what its person allows."""
    actor_id = content.get("actor_id")
    record_consents(
        [
            StatedConsent(contact_id, purpose, is_given, content["proof"])
            for contact_id, purpose, is_given in content["consents"]
        ],
        source=content["source"],
        at=datetime.fromisoformat(content["at"]),
        actor=None if actor_id is None else User.objects.filter(pk=actor_id).first(),
        import_id=content.get("import_id"),
        now=now,
    )


def forget_import(content: dict[str, Any], *, now: datetime) -> None:
    """An import was undone."""
    take_back_import(import_id=content["import_id"], now=now)
