"""The one way in for leads, from files, programs and pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction

from lejek.identity.book import Book, ContactEntry, Stored, open_book
from lejek.identity.consents import without_withdrawn
from lejek.identity.models import FieldDefinition, Lead, PositionWord
from lejek.identity.normalise.vocabulary import with_own_words
from lejek.identity.reading import Conventions, Fault, LeadRow, conventions, read_lead
from lejek.identity.recording import Entered, Origin, Outcome, enter, record_alone, write
from lejek.identity.targets import CONSENTS, FREE_READERS
from lejek.identity.touchpoints import attach_waiting, tell_attached
from lejek.kernel.events import emit
from lejek.people.models import User

_ATTEMPTS = 3


class LeadRefused(ValueError):
    """What was said of a lead cannot be kept; `faults` says all that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.code}" for fault in faults))
        self.faults = list(faults)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A lead that was recorded, and values that were left out."""

    lead: Lead
    outcome: Outcome
    faults: list[Fault]


def current_conventions() -> Conventions:
    """How this organisation reads values: its time zone, vocabulary and free-form fields.

    Queries: two.
    """
    words = PositionWord.objects.values_list("word", "department", "seniority")
    fields = FieldDefinition.objects.values_list("name", "type")
    free = {name: FREE_READERS[kind] for name, kind in fields if kind in FREE_READERS}
    return conventions(ZoneInfo(settings.TIME_ZONE), with_own_words(words), free)


def record_lead(
    cells: Mapping[str, object],
    *,
    source: str,
    actor: User | None,
    now: datetime,
    known_at: datetime | None = None,
    proof: Mapping[str, Any] | None = None,
) -> Recorded:
    """Record what one source says of a lead, by field: `contact.email`, `company.nip`, and so on.

    A person who is known is met again, never refused; what is not mentioned stays, and so does what
    became known after `known_at`: of that only the history grows.
    Writes: Company, Contact, Lead, AttributeChange, lead_created, attributes_changed,
    touchpoints_attached, consents_stated. Repeat: changes nothing.
    Raises: LeadRefused.
    """
    told = {
        name: value if isinstance(value, str | int | float) else str(value)
        for name, value in cells.items()
        if value is not None
    }
    row, faults = read_lead(told, current_conventions(), latest=now)
    if row is None:
        raise LeadRefused(faults)
    origin = Origin(source, actor, known_at or now)
    (entered,) = record_leads([row], origin=origin, now=now, proof=proof)
    lead = entered.contact.lead
    if lead is None:
        raise AssertionError("a recorded person has a lead")
    return Recorded(lead, entered.outcome, [*faults, *entered.left_out])


def record_leads(
    rows: Sequence[LeadRow],
    *,
    origin: Origin,
    now: datetime,
    proof: Mapping[str, Any] | None = None,
    is_announced: bool = True,
) -> list[Entered]:
    """Record what rows say; later rows meet what earlier ones brought.

    Without `is_announced` the leads are not named in events: there are too many.
    Writes, Repeat: as `record_lead`. Queries: some twenty for a thousand rows.
    """
    for attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                return _record(rows, origin, now, proof or {}, is_announced=is_announced)
        except IntegrityError:
            # Somebody else brought the same person a moment ago: the next attempt meets them.
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _record(
    rows: Sequence[LeadRow],
    origin: Origin,
    now: datetime,
    proof: Mapping[str, Any],
    *,
    is_announced: bool,
) -> list[Entered]:
    record_alone()
    book = open_book(rows, Stored(), origin.known_at)
    entered = [enter(book, row, origin, now) for row in rows]
    write(book, origin, now)
    entered = without_withdrawn(rows, entered, origin)
    met = {id(each.contact): each.contact for each in entered}
    grown = attach_waiting(keys_of(met.values()))
    _state_consents(rows, entered, origin, proof, now)
    if is_announced:
        announce(book, list(met.values()), now)
        tell_attached(grown, now)
    return entered


def keys_of(contacts: Iterable[ContactEntry]) -> dict[str, int]:
    """The keys by which touchpoints may have waited for people who are new or changed."""
    found: dict[str, int] = {}
    for entry in contacts:
        record = entry.record
        if not (entry.is_new or entry.is_changed):
            continue
        if record.email:
            found[f"email:{record.email}"] = record.pk
        if record.other_email:
            found.setdefault(f"email:{record.other_email}", record.pk)
        if record.phone:
            found.setdefault(f"phone:{record.phone}", record.pk)
    return found


def _state_consents(
    rows: Sequence[LeadRow],
    entered: Sequence[Entered],
    origin: Origin,
    proof: Mapping[str, Any],
    now: datetime,
) -> None:
    """Tell the room of consents what people allowed, when, and in which row of a file."""
    stated = [
        [
            each.contact.record.pk,
            purpose,
            is_given,
            row.consented_at and row.consented_at.isoformat(),
            row.number,
        ]
        for row, each in zip(rows, entered, strict=True)
        for purpose, is_given in row.consents.items()
        if f"{CONSENTS}{purpose}" not in {fault.field for fault in each.left_out}
    ]
    if not stated:
        return
    content = {
        "consents": stated,
        "source": origin.source,
        "at": origin.known_at.isoformat(),
        "actor_id": None if origin.actor is None else origin.actor.pk,
        "import_id": origin.import_id,
        "proof": dict(proof),
    }
    emit("consents_stated", content, now=now)


def announce(book: Book, met: Sequence[ContactEntry], now: datetime) -> None:
    """Tell of the leads that are new, and of those of whom something else is known now."""
    created = sorted(e.lead.pk for e in met if e.is_lead_new and e.lead is not None)
    if created:
        emit("lead_created", {"lead_ids": created}, now=now)
    changed = {
        entry.lead.pk
        for entry in met
        if entry.lead is not None and (entry.is_changed or entry.is_lead_changed)
    }
    firms = [each.record.pk for each in book.companies if each.is_changed and not each.is_new]
    changed.update(
        Lead.objects.filter(contact__company__in=firms, closed_at__isnull=True).values_list(
            "id", flat=True
        )
    )
    if changed := changed.difference(created):
        emit("attributes_changed", {"lead_ids": sorted(changed)}, now=now)
