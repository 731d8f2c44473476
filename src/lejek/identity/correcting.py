"""People say by hand what is known of a lead: a new one, or a value that was wrong or missing.

In: texts by field, as they were typed. Out: the records, with a fact for each value that changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from lejek.identity.book import Book, CompanyEntry, ContactEntry, Stored, open_book
from lejek.identity.models import Company, Contact, Lead
from lejek.identity.reading import Fault, LeadRow, read_correction
from lejek.identity.recording import Origin, Outcome, correct, place_of, record_alone, stored, write
from lejek.identity.services import (
    LeadRefused,
    Recorded,
    announce,
    current_conventions,
    keys_of,
    record_lead,
)
from lejek.identity.targets import WHO, Cell, Place
from lejek.identity.touchpoints import attach_waiting, tell_attached
from lejek.people import audit
from lejek.people.models import Role, User

BY_HAND = "person"


@transaction.atomic
def add_lead(told: Mapping[str, str], *, actor: User, now: datetime) -> Recorded:
    """Record a lead that somebody types in; a salesperson owns whom he brings.

    Writes: what `record_lead` writes, the owner, the audit log.
    Raises: LeadRefused with everything that cannot be read; nothing is kept then.
    """
    proof = {"stated_to": actor.pk}
    recorded = record_lead(told, source=BY_HAND, actor=actor, now=now, proof=proof)
    if recorded.faults:
        raise LeadRefused(recorded.faults)
    lead = recorded.lead
    if recorded.outcome is Outcome.NEW:
        if actor.role == Role.SALES:
            lead.owner = actor
            lead.save(update_fields=["owner"])
        audit.record(actor=actor, action="added_lead", subject=f"lead {lead.pk}", now=now)
    return recorded


@transaction.atomic
def correct_lead(*, lead: Lead, told: Mapping[str, str], actor: User, now: datetime) -> int:
    """Keep what somebody says of a lead, by field; an empty text empties the field.

    Values of the firm are those of all its people. What is not mentioned stays.
    Writes: Contact, Company, Lead, AttributeChange, attributes_changed, touchpoints_attached, the
    audit log. Returns: how many values changed.
    Raises: LeadRefused with everything that is wrong; nothing is kept then.
    """
    record_alone()
    row, faults = read_correction(told, current_conventions())
    emptied = {name for name, text in told.items() if not text.strip()}
    lead = Lead.objects.select_related("contact__company").get(pk=lead.pk)
    book, entry = _book_of(lead, row)
    faults += _taken(row, entry)
    if not faults and not _is_somebody(lead, row, emptied):
        faults.append(Fault("nobody_at_all", "", "", is_fatal=True))
    if faults:
        raise LeadRefused(faults)
    if "contact.email" in emptied:
        emptied.add("lead.email_kind")
    origin = Origin(BY_HAND, actor, now)
    correct(book, entry, row, emptied, origin, now)
    if not book.facts:
        return 0
    write(book, origin, now)
    announce(book, [entry], now)
    tell_attached(attach_waiting(keys_of([entry])), now)
    audit.record(
        actor=actor,
        action="corrected_lead",
        subject=f"lead {lead.pk}",
        details={"updated": len(book.facts)},
        now=now,
    )
    return len(book.facts)


def known_of(lead: Lead, name: str) -> Cell | None:
    """What is known of a field of a lead, of its person or of the firm, as it is kept."""
    place, column = place_of(name)
    contact = lead.contact
    keeper = {Place.CONTACT: contact, Place.COMPANY: contact.company, Place.LEAD: lead}[place]
    return None if keeper is None else stored(keeper, name, column)


def _book_of(lead: Lead, row: LeadRow) -> tuple[Book, ContactEntry]:
    """A book with the lead; without a firm, also the firms that the row may mean."""
    firm = lead.contact.company
    book = Book() if firm is not None else open_book([row], Stored())
    company = None if firm is None else book.add_company(CompanyEntry(firm))
    entry = ContactEntry(lead.contact, company, lead)
    book.contacts[:] = [entry]
    return book, entry


def _taken(row: LeadRow, entry: ContactEntry) -> list[Fault]:
    """Keys that belong to somebody else, and values of a firm that nobody names."""
    found = []
    email, nip = row.text("contact.email"), row.text("company.nip")
    others = Contact.objects.filter(email=email).exclude(pk=entry.record.pk)
    if email and others.exists():
        found.append(Fault("of_another_person", "contact.email", email, is_fatal=True))
    if nip and entry.company is not None:
        firms = Company.objects.filter(nip=nip).exclude(pk=entry.company.record.pk)
        if firms.exists():
            found.append(Fault("of_another_company", "company.nip", nip, is_fatal=True))
    if entry.company is None and not any(map(row.text, ("company.name", "company.nip"))):
        of_firm = [name for name in row.values if name.startswith("company.")]
        found += [Fault("no_company", name, row.text(name), is_fatal=True) for name in of_firm]
    return found


def _is_somebody(lead: Lead, row: LeadRow, emptied: set[str]) -> bool:
    """Whether anything still says who it is."""
    kept = [name for name in WHO if name not in emptied]
    return any(name in row.values or known_of(lead, name) is not None for name in kept)
