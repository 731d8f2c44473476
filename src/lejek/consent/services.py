"""Permissions are recorded, with their proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from lejek.consent.models import ConsentChange
from lejek.consent.selectors import consents_of
from lejek.identity.models import Contact, Lead
from lejek.kernel.events import emit
from lejek.people.models import User


@dataclass(frozen=True, slots=True)
class StatedConsent:
    """What somebody said about one purpose."""

    contact_id: int
    purpose: str
    is_given: bool
    proof: Mapping[str, Any] = field(default_factory=dict)


def record_consent(
    *,
    contact: Contact,
    purpose: str,
    is_given: bool,
    source: str,
    actor: User | None,
    now: datetime,
    at: datetime | None = None,
    proof: Mapping[str, Any] | None = None,
) -> bool:
    """Record what a person allowed or took back.

    Returns: whether it differs from what was known. Writes: ConsentChange, consent_changed.
    Repeat: saying the same again changes nothing.
    """
    stated = StatedConsent(contact.pk, purpose, is_given, proof or {})
    return bool(record_consents([stated], source=source, at=at or now, actor=actor, now=now))


def record_consents(
    stated: Sequence[StatedConsent],
    *,
    source: str,
    at: datetime,
    now: datetime,
    actor: User | None = None,
    import_id: int | None = None,
) -> int:
    """Record what several people allowed or took back; the later of two statements counts.

    Returns: how many differ from what was known. Writes: ConsentChange, consent_changed.
    Repeat: saying the same again changes nothing; people who are gone are passed over.
    """
    with transaction.atomic():
        known = consents_of({each.contact_id for each in stated})
        there = set(
            Contact.objects.filter(id__in={each.contact_id for each in stated}).values_list(
                "id", flat=True
            )
        )
        rows = []
        for each in stated:
            before = known.setdefault(each.contact_id, {})
            if each.contact_id not in there or before.get(each.purpose) is each.is_given:
                continue
            before[each.purpose] = each.is_given
            rows.append(
                ConsentChange(
                    contact_id=each.contact_id,
                    purpose=each.purpose,
                    is_given=each.is_given,
                    at=at,
                    source=source,
                    proof=dict(each.proof),
                    actor=actor,
                    import_id=import_id,
                )
            )
        ConsentChange.objects.bulk_create(rows, batch_size=1000)
        _tell({row.contact_id for row in rows}, now)
    return len(rows)


def take_back_import(*, import_id: int, now: datetime) -> int:
    """Take away what an import said people allowed.

    Returns: how many statements. Writes: ConsentChange, consent_changed. Repeat: nothing is left.
    """
    with transaction.atomic():
        changes = ConsentChange.objects.filter(import_id=import_id)
        people = set(changes.values_list("contact_id", flat=True))
        n_taken, _ = changes.delete()
        _tell(people, now)
    return n_taken


def _tell(contact_ids: set[int], now: datetime) -> None:
    leads = Lead.objects.filter(contact_id__in=contact_ids, closed_at__isnull=True)
    if lead_ids := sorted(leads.values_list("id", flat=True)):
        emit("consent_changed", {"lead_ids": lead_ids}, now=now)
