"""What rows say is compared with the records, and kept: state, facts and events together.

In: rows, read. Out: for each, whether it brought a lead, changed one or said nothing new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from django.db import models

from lejek.capture.bulk import insert_records, insert_rows, update_records
from lejek.identity.book import (
    Book,
    CompanyEntry,
    ContactEntry,
    Fact,
    domain_of,
)
from lejek.identity.matching import name_of, row_name
from lejek.identity.models import AttributeChange, Company, Contact, Lead
from lejek.identity.normalise.company_name import name_key
from lejek.identity.normalise.words import folded
from lejek.identity.reading import Derived, LeadRow
from lejek.identity.targets import LEAD_TARGETS, Cell, Place
from lejek.people.models import User

COMPANY_LINK = "contact.company"
OTHER_EMAIL = "lead.other_email"
_NAMES = ("contact.first_name", "contact.last_name")


class Outcome(StrEnum):
    """What became of a row."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from; it stands at each fact."""

    source: str
    actor: User | None
    known_at: datetime
    import_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """A row and the person that it met."""

    outcome: Outcome
    contact: ContactEntry


@lru_cache(maxsize=2000)
def place_of(name: str) -> tuple[Place, str]:
    """Which record keeps a field, and in which column; without a column it is free-form."""
    if name == "lead.email_kind":
        return Place.CONTACT, "email_kind"
    target = LEAD_TARGETS.get(name)
    if target is not None and target.place is not Place.NOWHERE:
        return target.place, target.column
    return (Place.COMPANY if name.startswith("company.") else Place.CONTACT), ""


def stored(record: models.Model, name: str, column: str) -> Cell | None:
    """The value of a field as it is kept; None where nothing is known."""
    attributes: Mapping[str, Any] = getattr(record, "attributes", {})
    value = getattr(record, column) if column else attributes.get(name)
    return None if value == "" else value


def put(record: models.Model, name: str, column: str, value: Cell | None) -> None:
    """Keep the value of a field in memory; None empties it."""
    if not column:
        attributes: dict[str, Any] = getattr(record, "attributes")  # noqa: B009
        attributes.pop(name, None)
        if value is not None:
            attributes[name] = value
        return
    setattr(
        record, column, "" if value is None and not _is_nullable(type(record), column) else value
    )
    if isinstance(record, Company) and column == "name":
        record.name_key = name_key(record.name)


@cache
def _is_nullable(model: type[models.Model], column: str) -> bool:
    return bool(model._meta.get_field(column).null)  # noqa: SLF001 - Django's public name


def enter(book: Book, row: LeadRow, origin: Origin, now: datetime) -> Entered:
    """Enter a row into a book, in memory."""
    contact = book.contact_of(row)
    if contact is None:
        contact = ContactEntry(
            Contact(created_at=now, updated_at=now, import_id=origin.import_id), is_new=True
        )
        book.contacts.append(contact)
    contact.is_met = True
    n_facts = len(book.facts)
    has_lead = contact.lead is not None
    _enter_company(book, row, contact, origin, now)
    _enter_lead(contact, row, origin, now)
    _enter_contact(book, row, contact)
    book.index_contact(contact)
    if not has_lead:
        return Entered(Outcome.NEW, contact)
    changed = len(book.facts) > n_facts
    return Entered(Outcome.UPDATED if changed else Outcome.UNCHANGED, contact)


def _enter_company(
    book: Book, row: LeadRow, contact: ContactEntry, origin: Origin, now: datetime
) -> None:
    company = _company(book, row, contact, origin, now)
    if company is None:
        return
    company.is_met = True
    for name, value in row.values.items():
        if name.startswith("company.") and not _keeps(company, name, value, row):
            _change(book, company, name, value)
    _change_derived(book, company, row, "company.", {})
    if not company.record.name:
        name = company.record.domain or company.record.nip or ""
        _change(book, company, "company.name", name)
    book.index_company(company)
    _move(book, contact, company)


def _company(
    book: Book, row: LeadRow, contact: ContactEntry, origin: Origin, now: datetime
) -> CompanyEntry | None:
    """The firm of a row: a known one, that of the person, or a new one when the row names one."""
    is_named = any(row.text(f"company.{key}") for key in ("nip", "name", "domain"))
    # An address alone moves nobody who has a firm: groups and brands have several domains.
    if not is_named and (contact.company is not None or not domain_of(row)):
        return contact.company
    if found := book.company_of(row):
        return found
    record = Company(created_at=now, updated_at=now, import_id=origin.import_id)
    entry = CompanyEntry(record, is_new=True)
    book.companies.append(entry)
    return entry


def _keeps(company: CompanyEntry, name: str, value: Cell, row: LeadRow) -> bool:
    """Whether a firm keeps its name: this is another spelling, or a firm with the same domain."""
    record = company.record
    if name != "company.name" or not record.name or record.name in (record.domain, record.nip):
        return False
    is_spelling = name_key(str(value)) == record.name_key
    is_sure = bool(record.nip) and row.text("company.nip") == record.nip
    return is_spelling or not is_sure


def _move(book: Book, contact: ContactEntry, company: CompanyEntry) -> None:
    """Let a person be at a firm."""
    before = contact.company
    if before is company:
        return
    contact.company = company
    contact.record.company = company.record
    contact.is_changed = True
    old = None if before is None else before.record.pk
    fact = Fact(contact.record, COMPANY_LINK, old, None)
    book.facts.append(fact)
    book.moves.append((fact, company))


def _enter_lead(contact: ContactEntry, row: LeadRow, origin: Origin, now: datetime) -> None:
    if contact.lead is not None:
        return
    since = row.created_at or now
    contact.is_lead_new = True
    contact.lead = Lead(
        contact=contact.record, created_at=since, stage_since=since, import_id=origin.import_id
    )


def _enter_contact(book: Book, row: LeadRow, contact: ContactEntry) -> None:
    before = {
        base: stored(contact.record, base, place_of(base)[1])
        for base in ("contact.email", "lead.position")
    }
    is_swapped = _is_swapped(row, contact.record)
    for name, value in row.values.items():
        if name.startswith("company.") or (is_swapped and name in _NAMES):
            continue
        if name == "contact.email" and contact.record.email not in (None, value):
            # Met by phone or by NIP and name: the address that is known stays the key.
            _change(book, contact, OTHER_EMAIL, value)
            continue
        _change(book, contact, name, value)
    if (
        OTHER_EMAIL in contact.record.attributes
        and row.text("contact.email") != contact.record.email
    ):
        _change_derived(book, contact, row, "lead.", before, without="lead.email_kind")
        return
    _change_derived(book, contact, row, "lead.", before)


def _is_swapped(row: LeadRow, record: Contact) -> bool:
    """Whether a row tells the known name with the last name first."""
    is_same = row_name(row) == name_of(record.first_name, record.last_name)
    return is_same and folded(row.text("contact.last_name")) != folded(record.last_name)


def _change_derived(
    book: Book,
    entry: CompanyEntry | ContactEntry,
    row: LeadRow,
    prefix: str,
    before: Mapping[str, Cell | None],
    *,
    without: str = "",
) -> None:
    """Keep what a value says besides, where nothing is known or the value itself is new."""
    for name, derived in row.derived.items():
        if not name.startswith(prefix) or name == without:
            continue
        is_empty = stored(entry.record, name, place_of(name)[1]) is None
        if is_empty or _is_new_base(entry, derived, before):
            _change(book, entry, name, derived.value)


def _is_new_base(
    entry: CompanyEntry | ContactEntry, derived: Derived, before: Mapping[str, Cell | None]
) -> bool:
    if derived.base not in before:
        return False
    return before[derived.base] != stored(entry.record, derived.base, place_of(derived.base)[1])


def _change(book: Book, entry: CompanyEntry | ContactEntry, name: str, value: Cell) -> None:
    """Keep a value and the fact that it became known, unless it is known already."""
    place, column = place_of(name)
    keeper: models.Model | None = entry.record
    if place is Place.LEAD and isinstance(entry, ContactEntry):
        keeper = entry.lead
    if keeper is None or (old := stored(keeper, name, column)) == value:
        return
    put(keeper, name, column, value)
    if keeper is entry.record:
        entry.is_changed = True
    elif isinstance(entry, ContactEntry):
        entry.is_lead_changed = True
    book.facts.append(Fact(entry.record, name, old, value))


def write(book: Book, origin: Origin, now: datetime) -> None:
    """Write what changed in a book, in the caller's transaction.

    Queries: at most eight, however many records (a statement for each thousand).
    """
    _write_records(Company, book.companies, now)
    for entry in book.contacts:
        if entry.company is not None:
            entry.record.company_id = entry.company.record.pk
    _write_records(Contact, book.contacts, now)
    _write_leads(book.contacts)
    for fact, company in book.moves:
        fact.new = company.record.pk
    _write_facts(book.facts, origin)


def _write_facts(facts: Sequence[Fact], origin: Origin) -> None:
    names = [
        "contact",
        "company",
        "field",
        "old",
        "new",
        "known_at",
        "source",
        "actor",
        "import_id",
    ]
    actor_id = None if origin.actor is None else origin.actor.pk
    insert_rows(
        AttributeChange,
        names,
        (
            (
                fact.record.pk if isinstance(fact.record, Contact) else None,
                fact.record.pk if isinstance(fact.record, Company) else None,
                fact.field,
                fact.old,
                fact.new,
                origin.known_at,
                origin.source,
                actor_id,
                origin.import_id,
            )
            for fact in facts
        ),
    )


def _write_records(
    model: type[Company] | type[Contact],
    entries: Sequence[CompanyEntry] | Sequence[ContactEntry],
    now: datetime,
) -> None:
    """Write new records, changed ones, and that the others were confirmed."""
    insert_records(model, [entry.record for entry in entries if entry.is_new])
    changed = [entry.record for entry in entries if entry.is_changed and not entry.is_new]
    for record in changed:
        record.updated_at = now
    update_records(model, changed)
    manager: models.Manager[Any] = model._default_manager  # noqa: SLF001 - Django's public name
    same = [e.record.pk for e in entries if e.is_met and not e.is_changed and not e.is_new]
    manager.filter(id__in=same).update(updated_at=now)


def _write_leads(entries: Sequence[ContactEntry]) -> None:
    fresh = [entry.lead for entry in entries if entry.is_lead_new and entry.lead is not None]
    for lead in fresh:
        lead.contact_id = lead.contact.pk
    insert_records(Lead, fresh)
    changed = [
        entry.lead
        for entry in entries
        if entry.is_lead_changed and not entry.is_lead_new and entry.lead is not None
    ]
    # Only these columns: the stage and the owner are other rooms' to move meanwhile.
    update_records(Lead, changed, ["channel", "direction"])
