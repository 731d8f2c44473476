"""What consent does when something happened elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lejek.consent.services import StatedConsent, record_consents, take_back_import
from lejek.identity.models import Import
from lejek.people.models import User


def record_stated(content: dict[str, Any], *, now: datetime) -> None:
    """A lead came in and said what its person allows."""
    actor_id = content.get("actor_id")
    proof = content["proof"] | _proof_of_import(content.get("import_id"))
    record_consents(
        [_stated(proof, *each) for each in content["consents"]],
        source=content["source"],
        at=datetime.fromisoformat(content["at"]),
        actor=None if actor_id is None else User.objects.filter(pk=actor_id).first(),
        import_id=content.get("import_id"),
        now=now,
    )


def _proof_of_import(import_id: int | None) -> dict[str, Any]:
    """Which file said it."""
    job = None if import_id is None else Import.objects.filter(pk=import_id).first()
    return {} if job is None else {"import": job.pk, "file": job.file_name}


def _stated(
    proof: Mapping[str, Any],
    contact_id: int,
    purpose: str,
    is_given: bool,
    given_at: str | None = None,
    row: int | None = None,
) -> StatedConsent:
    told = {"row": row, "given_at": given_at}
    return StatedConsent(
        contact_id,
        purpose,
        is_given,
        {**proof, **{name: value for name, value in told.items() if value is not None}},
        None if given_at is None else datetime.fromisoformat(given_at),
    )


def forget_import(content: dict[str, Any], *, now: datetime) -> None:
    """An import was undone."""
    take_back_import(import_id=content["import_id"], now=now)
