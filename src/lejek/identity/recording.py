"""What rows say is compared with the records, and kept: state, facts and events together.

In: rows, read. Out: for each, whether it brought a lead, changed one or said nothing new.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
from lejek.identity.models import AttributeChange, Company, Confirmation, Contact, Lead
from lejek.identity.normalise.company_name import name_key
from lejek.identity.normalise.words import folded
from lejek.identity.reading import Derived, Fault, LeadRow
from lejek.identity.targets import LEAD_TARGETS, Cell, Place
from lejek.kernel.locks import hold_others_back
from lejek.people.models import User

_RECORDING = 0x1EADB00C
COMPANY_LINK = "contact.company"
OTHER_EMAIL = "lead.other_email"
_COLUMNS_OF_OURS = {"lead.email_kind": "email_kind", OTHER_EMAIL: "other_email"}
_NAMES = ("contact.first_name", "contact.last_name")
_BASES = ("contact.email", "lead.position")
"""What says more of a person than itself."""


def record_alone() -> None:
    """Let nobody else tell or take back anything of people until this transaction ends.

    Two who bring the same person at the same time would each find nobody; a touchpoint and its
    person would pass each other by; an undo would overwrite what it had not seen. What is read from
    here on holds all that the others have told.
    """
    hold_others_back(_RECORDING)


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
    """A row, the person that it met, and what of it is left out for what is known of them."""

    outcome: Outcome
    contact: ContactEntry
    left_out: tuple[Fault, ...] = ()


@lru_cache(maxsize=2000)
def place_of(name: str) -> tuple[Place, str]:
    """Which record keeps a field, and in which column; without a column it is free-form."""
    if name in _COLUMNS_OF_OURS:
        return Place.CONTACT, _COLUMNS_OF_OURS[name]
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


def correct(
    book: Book,
    contact: ContactEntry,
    row: LeadRow,
    emptied: Collection[str],
    origin: Origin,
    now: datetime,
) -> None:
    """Enter into a book what somebody says of one person, in memory: what is told replaces.

    Values of the firm change the firm of the person; without one, they bring the firm they name.
    """
    for name in emptied:
        entry = contact.company if name.startswith("company.") else contact
        if entry is not None:
            _change(book, entry, name, None)
    _correct_company(book, contact, row, origin, now)
    before = {base: stored(contact.record, base, place_of(base)[1]) for base in _BASES}
    for name, value in row.values.items():
        if not name.startswith("company."):
            _change(book, contact, name, value)
    _change_derived(book, contact, row, "lead.", before)
    book.index_contact(contact)


def _correct_company(
    book: Book, contact: ContactEntry, row: LeadRow, origin: Origin, now: datetime
) -> None:
    told = {name: value for name, value in row.values.items() if name.startswith("company.")}
    if contact.company is None:
        if _names_company(row):
            _enter_company(book, row, contact, origin, now)
        return
    for name, value in told.items():
        _change(book, contact.company, name, value)
    if told:
        _change_derived(book, contact.company, row, "company.", {})


def _enter_company(
    book: Book, row: LeadRow, contact: ContactEntry, origin: Origin, now: datetime
) -> None:
    company = _company(book, row, contact, origin, now)
    if company is None:
        return
    company.is_met = True
    has_name = _has_name(company)
    for name, value in row.values.items():
        if not name.startswith("company."):
            continue
        if name == "company.name" and has_name:
            company.confirmed.update({name} if _is_spelling(company, value) else ())
        else:
            _change(book, company, name, value)
    _change_derived(book, company, row, "company.", {})
    if not company.record.name:
        name = company.record.domain or company.record.nip or ""
        _change(book, company, "company.name", name)
    book.index_company(company)
    if contact.company is not company:
        _move(book, contact, company)
    elif _names_company(row):
        contact.confirmed.add(COMPANY_LINK)


def _company(
    book: Book, row: LeadRow, contact: ContactEntry, origin: Origin, now: datetime
) -> CompanyEntry | None:
    """The firm of a row: a known one, that of the person, or a new one when the row names one."""
    # An address alone moves nobody who has a firm: groups and brands have several domains.
    if not _names_company(row) and (contact.company is not None or not domain_of(row)):
        return contact.company
    if found := book.company_of(row):
        return found
    record = Company(created_at=now, updated_at=now, import_id=origin.import_id)
    entry = CompanyEntry(record, is_new=True)
    book.companies.append(entry)
    return entry


def _names_company(row: LeadRow) -> bool:
    return any(row.text(f"company.{key}") for key in ("nip", "name", "domain"))


def _has_name(company: CompanyEntry) -> bool:
    """Whether a firm is called by a name, which it keeps however it is found, until corrected."""
    return company.record.name not in ("", company.record.domain, company.record.nip)


def _is_spelling(company: CompanyEntry, value: Cell) -> bool:
    return name_key(str(value)) == company.record.name_key


def _move(book: Book, contact: ContactEntry, company: CompanyEntry) -> None:
    """Let a person be at another firm."""
    before = contact.company
    past = book.past_of(contact.record, COMPANY_LINK)
    if past is None:
        contact.company = company
        contact.record.company = company.record
        contact.is_changed = True
        old = None if before is None else before.record.pk
        fact = Fact(contact.record, COMPANY_LINK, old, None)
    elif past.value == company.record.pk and not company.is_new:
        return
    else:
        fact = Fact(contact.record, COMPANY_LINK, past.value, None, past.next_id)
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
    before = {base: stored(contact.record, base, place_of(base)[1]) for base in _BASES}
    is_swapped = _is_swapped(row, contact.record)
    for name, value in row.values.items():
        if name.startswith("company."):
            continue
        if is_swapped and name in _NAMES:
            contact.confirmed.add(name)
            continue
        is_taken = contact.record.email not in (None, value) or book.is_anothers(
            row.text("contact.email"), contact
        )
        if name == "contact.email" and is_taken:
            # Met by another key, or one of several at an office: the first address stays as it is.
            _change(book, contact, OTHER_EMAIL, value)
            continue
        _change(book, contact, name, value)
    is_first = row.text("contact.email") == contact.record.email
    without = "" if is_first else "lead.email_kind"
    _change_derived(book, contact, row, "lead.", before, without=without)


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
        known = stored(entry.record, name, place_of(name)[1])
        is_past = book.past_of(entry.record, derived.base) is not None
        if is_past or known in (None, derived.value) or _is_new_base(entry, derived, before):
            _change(book, entry, name, derived.value)


def _is_new_base(
    entry: CompanyEntry | ContactEntry, derived: Derived, before: Mapping[str, Cell | None]
) -> bool:
    if derived.base not in before:
        return False
    return before[derived.base] != stored(entry.record, derived.base, place_of(derived.base)[1])


def _change(book: Book, entry: CompanyEntry | ContactEntry, name: str, value: Cell | None) -> None:
    """Keep a value and the fact that it became known; one that is known already is confirmed.

    Where something newer is known, the fact alone is kept.
    """
    if past := book.past_of(entry.record, name):
        if past.value != value:
            book.facts.append(Fact(entry.record, name, past.value, value, past.next_id))
            past.value = value
        return
    place, column = place_of(name)
    keeper: models.Model | None = entry.record
    if place is Place.LEAD and isinstance(entry, ContactEntry):
        keeper = entry.lead
    if keeper is None:
        return
    if (old := stored(keeper, name, column)) == value:
        entry.confirmed.add(name)
        return
    put(keeper, name, column, value)
    if keeper is entry.record:
        entry.is_changed = True
    elif isinstance(entry, ContactEntry):
        entry.is_lead_changed = True
    book.facts.append(Fact(entry.record, name, old, value))


def write(book: Book, origin: Origin, now: datetime) -> None:
    """Write what changed in a book, in the caller's transaction.

    Queries: at most ten, however many records (a statement for each thousand).
    """
    _write_confirmations(book, origin)
    _write_records(Company, book.companies, now)
    for entry in book.contacts:
        if entry.company is not None:
            entry.record.company_id = entry.company.record.pk
    _write_records(Contact, book.contacts, now)
    _write_leads(book.contacts)
    for fact, company in book.moves:
        fact.new = company.record.pk
    _write_facts(book.facts, origin)
    for fact in book.facts:
        if fact.next_id is not None:
            AttributeChange.objects.filter(pk=fact.next_id).update(old=fact.new)


def _write_confirmations(book: Book, origin: Origin) -> None:
    """Keep who told again what was known, so that the undo of whoever told it first loses nothing.

    What an import says again of records that it brought itself saves nobody.
    """
    entries: list[ContactEntry | CompanyEntry] = [*book.contacts, *book.companies]
    again = [
        (entry.record, " ".join(sorted(entry.confirmed)))
        for entry in entries
        if entry.confirmed and not entry.is_new and not _is_brought_by(entry.record, origin)
    ]
    if not again:
        return
    if origin.import_id is None:
        # A program may say the same every day; one row of it is enough.
        for record, fields in again:
            of_record = {type(record).__name__.lower(): record}
            Confirmation.objects.filter(**of_record, source=origin.source, fields=fields).delete()
    after = AttributeChange.objects.aggregate(last=models.Max("id"))["last"] or 0
    insert_rows(
        Confirmation,
        ["contact", "company", "fields", "after", "known_at", "source", "import_id"],
        (
            (*_ids(record), fields, after, origin.known_at, origin.source, origin.import_id)
            for record, fields in again
        ),
    )


def _is_brought_by(record: Contact | Company, origin: Origin) -> bool:
    return origin.import_id is not None and record.import_id == origin.import_id


def _ids(record: Contact | Company) -> tuple[int | None, int | None]:
    """A record as a contact's id and a company's id, of which it has one."""
    return (record.pk, None) if isinstance(record, Contact) else (None, record.pk)


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
                *_ids(fact.record),
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
