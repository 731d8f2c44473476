"""Permissions are recorded, with their proof."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Any

from django.db import transaction

from lejek.consent.models import ConsentChange
from lejek.identity.consents import given_at, is_overruled
from lejek.identity.models import Contact, Lead
from lejek.kernel.events import emit
from lejek.people.models import User


@dataclass(frozen=True, slots=True)
class StatedConsent:
    """What somebody said about one purpose; `given_at` is when, where that is told."""

    contact_id: int
    purpose: str
    is_given: bool
    proof: Mapping[str, Any] = field(default_factory=dict)
    given_at: datetime | None = None


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
    """Record what several people allowed or took back, at the moment `at`.

    A no ends whatever was allowed so far. A yes that is not known to be later than a no is passed
    over; what a file says has no date unless it tells one.
    What was said before is kept again only where the undo of an import may take that away.

    Returns: how many differ from what was known. Writes: ConsentChange, consent_changed.
    Repeat: saying the same again changes nothing; people who are gone are passed over.
    """
    with transaction.atomic():
        people = {each.contact_id for each in stated}
        there = set(Contact.objects.filter(id__in=people).values_list("id", flat=True))
        history: dict[tuple[int, str], list[ConsentChange]] = defaultdict(list)
        for change in ConsentChange.objects.filter(contact_id__in=there).order_by("at", "id"):
            history[change.contact_id, change.purpose].append(change)
        rows, changed = [], []
        for each in stated:
            if each.contact_id not in there:
                continue
            known = history[each.contact_id, each.purpose]
            row = ConsentChange(
                contact_id=each.contact_id,
                purpose=each.purpose,
                is_given=each.is_given,
                at=_counts_from(each, at, known),
                source=source,
                proof=dict(each.proof),
                actor=actor,
                import_id=import_id,
            )
            if not _is_kept(row, known, given_at(each.given_at, at, import_id)):
                continue
            if not known or known[-1].is_given is not row.is_given:
                changed.append(row)
            rows.append(row)
            known.append(row)
        ConsentChange.objects.bulk_create(rows, batch_size=1000)
        _tell({row.contact_id for row in changed}, now)
    return len(changed)


def _counts_from(each: StatedConsent, at: datetime, known: Sequence[ConsentChange]) -> datetime:
    """From when a statement counts: a withdrawal after everything that is known."""
    if each.is_given:
        return each.given_at or at
    return max(at, known[-1].at) if known else at


def _is_kept(row: ConsentChange, known: Sequence[ConsentChange], told_at: datetime | None) -> bool:
    """Whether a statement is kept beside those that are known, the newest of them last. Pure."""
    if not known:
        return True
    newest = known[-1]
    if newest.is_given is row.is_given:
        same = takewhile(lambda each: each.is_given is row.is_given, reversed(known))
        return not any(each.import_id in (None, row.import_id) for each in same)
    withdrawn_at = None if newest.is_given else newest.at
    return not is_overruled(is_given=row.is_given, given_at=told_at, withdrawn_at=withdrawn_at)


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
