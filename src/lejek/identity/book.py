"""The records that some rows are about: found together, changed in memory, written together.

In: rows. Out: for each, its person and firm, found or new. One book serves one batch of rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Protocol

from lejek.identity.matching import (
    is_other_company,
    is_same_person,
    is_somebody_else,
    is_without_keys,
    name_of,
    row_name,
)
from lejek.identity.models import AttributeChange, Company, Contact, Lead
from lejek.identity.normalise.company_name import name_key
from lejek.identity.normalise.email import is_shared
from lejek.identity.reading import LeadRow
from lejek.identity.targets import Cell


@dataclass(eq=False, slots=True)
class CompanyEntry:
    """A firm of the book; `confirmed` are the fields that rows tell as they are known."""

    record: Company
    is_new: bool = False
    is_changed: bool = False
    is_met: bool = False
    confirmed: set[str] = field(default_factory=set)


@dataclass(eq=False, slots=True)
class ContactEntry:
    """A person of the book, with the open lead."""

    record: Contact
    company: CompanyEntry | None = None
    lead: Lead | None = None
    is_new: bool = False
    is_changed: bool = False
    is_met: bool = False
    is_lead_new: bool = False
    is_lead_changed: bool = False
    confirmed: set[str] = field(default_factory=set)


@dataclass(eq=False, slots=True)
class Fact:
    """A value that became known of a record of the book; `next_id` is the fact that it precedes."""

    record: Contact | Company
    field: str
    old: Cell | None
    new: Cell | None
    next_id: int | None = None


@dataclass(slots=True)
class Past:
    """What was known of a field at the moment of the rows, and the first fact from after it."""

    value: Cell | None
    next_id: int


_FieldOf = tuple[type[Contact | Company], int, str]


@dataclass(slots=True)
class Book:
    """Records by their keys; those of rows seen so far included.

    `past` are the fields of which something is known from after the moment of the rows.
    """

    past: Mapping[_FieldOf, Past] = field(default_factory=dict)

    contacts: list[ContactEntry] = field(default_factory=list)
    companies: list[CompanyEntry] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    moves: list[tuple[Fact, CompanyEntry]] = field(default_factory=list)
    _by_email: dict[str, ContactEntry] = field(default_factory=dict)
    _by_other_email: dict[str, list[ContactEntry]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _by_phone: dict[str, list[ContactEntry]] = field(default_factory=lambda: defaultdict(list))
    _by_nip: dict[str, list[ContactEntry]] = field(default_factory=lambda: defaultdict(list))
    _keyless: dict[tuple[str, tuple[str, ...]], ContactEntry] = field(default_factory=dict)
    _company_by_id: dict[int, CompanyEntry] = field(default_factory=dict)
    _company_by_nip: dict[str, CompanyEntry] = field(default_factory=dict)
    _by_domain: dict[str, list[CompanyEntry]] = field(default_factory=lambda: defaultdict(list))
    _by_name: dict[str, list[CompanyEntry]] = field(default_factory=lambda: defaultdict(list))

    def contact_of(self, row: LeadRow) -> ContactEntry | None:
        """The person of a row: by e-mail, else by phone, else by NIP and name.

        The other e-mail of one person is a key too, unless it is the first one of somebody; that of
        an office is a key together with the name. A row without any of these meets only a record
        without any, of that name at that firm.
        """
        email = row.text("contact.email")
        if (found := self._by_email.get(email)) and not is_somebody_else(row, found.record):
            return found
        others = self._by_other_email.get(email, ())
        others = [each for each in others if not is_somebody_else(row, each.record)]
        if len(others) == 1:
            return others[0]
        for entry in self._by_phone.get(row.text("contact.phone"), ()):
            if is_same_person(row, entry.record):
                return entry
        ours = row_name(row)
        for entry in self._by_nip.get(row.text("company.nip"), ()) if ours else ():
            if name_of(entry.record.first_name, entry.record.last_name) == ours:
                return entry
        return self._keyless.get(_keyless_key(row)) if is_without_keys(row) else None

    def company_of(self, row: LeadRow) -> CompanyEntry | None:
        """The firm of a row: by NIP, else by domain, else by name."""
        if found := self._company_by_nip.get(row.text("company.nip")):
            return found
        same_domain = self._by_domain.get(domain_of(row), ())
        same_name = self._by_name.get(name_key(row.text("company.name")), ())
        for entry in chain(same_domain, same_name):
            if not is_other_company(row, entry.record):
                return entry
        return None

    def add_company(self, entry: CompanyEntry) -> CompanyEntry:
        """Take a firm into the book."""
        self.companies.append(entry)
        if entry.record.pk is not None:
            self._company_by_id[entry.record.pk] = entry
        self.index_company(entry)
        return entry

    def index_company(self, entry: CompanyEntry) -> None:
        """Let a firm be found by the keys that it has by now."""
        record = entry.record
        if record.nip:
            self._company_by_nip.setdefault(record.nip, entry)
        for key, index in ((record.domain, self._by_domain), (record.name_key, self._by_name)):
            if key and entry not in index[key]:
                index[key].append(entry)

    def add_contact(self, entry: ContactEntry) -> ContactEntry:
        """Take a person into the book."""
        self.contacts.append(entry)
        self.index_contact(entry)
        return entry

    def index_contact(self, entry: ContactEntry) -> None:
        """Let a person be found by the keys that they have by now."""
        record = entry.record
        if record.email:
            self._by_email.setdefault(record.email, entry)
        if record.other_email and entry not in self._by_other_email[record.other_email]:
            self._by_other_email[record.other_email].append(entry)
        if record.phone and entry not in self._by_phone[record.phone]:
            self._by_phone[record.phone].append(entry)
        if (firm := entry.company) is None:
            return
        if (nip := firm.record.nip) and entry not in self._by_nip[nip]:
            self._by_nip[nip].append(entry)
        if not (record.email or record.phone):
            name = name_of(record.first_name, record.last_name)
            self._keyless.setdefault((firm.record.name_key, name), entry)

    def is_anothers(self, email: str, entry: ContactEntry) -> bool:
        """Whether an address is the first one of somebody else."""
        return self._by_email.get(email, entry) is not entry

    def past_of(self, record: Contact | Company, name: str) -> Past | None:
        """What was known of a field at the moment of the rows, where something newer is known."""
        return self.past.get((type(record), record.pk, name)) if self.past else None

    def company_by_id(self, company_id: int | None) -> CompanyEntry | None:
        """A firm by its id."""
        return None if company_id is None else self._company_by_id.get(company_id)


def _keyless_key(row: LeadRow) -> tuple[str, tuple[str, ...]]:
    return name_key(row.text("company.name")), row_name(row)


def domain_of(row: LeadRow) -> str:
    """The domain by which the firm of a row is known: told, or that of the address."""
    derived = row.derived.get("company.domain")
    return row.text("company.domain") or ("" if derived is None else str(derived.value))


class Records(Protocol):
    """Where the records are that rows may mean."""

    def people(self, rows: Sequence[LeadRow]) -> Sequence[Contact]:
        """The people whom some rows may mean, the oldest first."""
        ...

    def firms(self, rows: Sequence[LeadRow], ids: Iterable[int]) -> Sequence[Company]:
        """The firms that some rows may mean, and those of the ids, the oldest first."""
        ...

    def open_leads(self, people: Sequence[Contact]) -> Mapping[int, Lead]:
        """The open leads of people, by person."""
        ...


def open_book(rows: Sequence[LeadRow], records: Records, known_at: datetime | None = None) -> Book:
    """A book of the records that share a key with some rows.

    The rows tell what was known at a moment; without one, what is known now.
    Queries: twelve, however many rows.
    """
    people = records.people(rows)
    firms = records.firms(rows, {each.company_id for each in people if each.company_id})
    past: dict[_FieldOf, Past] = {}
    if known_at is not None:
        past = _past(Contact, people, known_at) | _past(Company, firms, known_at)
    book = Book(past)
    for firm in firms:
        book.add_company(CompanyEntry(firm))
    leads = records.open_leads(people)
    for person in people:
        company = book.company_by_id(person.company_id)
        book.add_contact(ContactEntry(person, company, leads.get(person.pk)))
    return book


def _past(
    model: type[Contact | Company], records: Sequence[Contact | Company], known_at: datetime
) -> dict[_FieldOf, Past]:
    """The fields of some records of which something is known from after a moment."""
    name = f"{model.__name__.lower()}_id"
    ids = [each.pk for each in records if each.pk > 0]
    newer = AttributeChange.objects.filter(**{f"{name}__in": ids}, known_at__gt=known_at)
    found: dict[_FieldOf, Past] = {}
    facts = newer.order_by("known_at", "id").values_list("id", name, "field", "old")
    for pk, record_id, field_, old in facts:
        found.setdefault((model, record_id, field_), Past(old, pk))
    return found


class Stored:
    """The records of the database."""

    def people(self, rows: Sequence[LeadRow]) -> Sequence[Contact]:
        """The people whom some rows may mean. A surer key makes the others idle."""
        people = Contact.objects
        by_email = dict(
            people.filter(email__in=_told(rows, "contact.email")).values_list("email", "id")
        )
        rest = [
            row
            for row in rows
            if (email := row.text("contact.email")) not in by_email or is_shared(email)
        ]
        by_other = people.filter(other_email__in=_told(rest, "contact.email"))
        by_phone = people.filter(phone__in=_told(rest, "contact.phone"))
        found = {
            *by_email.values(),
            *by_other.values_list("id", flat=True),
            *by_phone.values_list("id", flat=True),
            *_named_at_firms(rest),
            *_named_without_keys(rest),
        }
        return [person for _, person in sorted(people.in_bulk([*found]).items())]

    def firms(self, rows: Sequence[LeadRow], ids: Iterable[int]) -> Sequence[Company]:
        """The firms that some rows may mean, and those of the ids."""
        domains = {domain_of(row) for row in rows} - {""}
        names = {name_key(row.text("company.name")) for row in rows} - {""}
        found = set(ids)
        for query in (
            Company.objects.filter(nip__in=_told(rows, "company.nip")),
            Company.objects.filter(domain__in=domains),
            Company.objects.filter(name_key__in=names),
        ):
            found.update(query.values_list("id", flat=True))
        return [firm for _, firm in sorted(Company.objects.in_bulk([*found]).items())]

    def open_leads(self, people: Sequence[Contact]) -> Mapping[int, Lead]:
        """The open leads of people, by person."""
        ids = [each.pk for each in people]
        leads = Lead.objects.filter(contact__in=ids, closed_at__isnull=True)
        return {lead.contact_id: lead for lead in leads}


def _named_at_firms(rows: Sequence[LeadRow]) -> Iterable[int]:
    """The people who have the name of a row, at the firm with its NIP."""
    named = [row for row in rows if row.text("company.nip") and row.text("contact.last_name")]
    wanted = {(row.text("company.nip"), row_name(row)) for row in named}
    found = Contact.objects.filter(
        company__nip__in=_told(named, "company.nip"), last_name__in=_spellings(named)
    ).values_list("id", "company__nip", "first_name", "last_name")
    return (pk for pk, nip, first, last in found if (nip, name_of(first, last)) in wanted)


def _named_without_keys(rows: Sequence[LeadRow]) -> Iterable[int]:
    """The people without any key who have the name of such a row, at the firm of its name."""
    named = [row for row in rows if is_without_keys(row)]
    wanted = {(name_key(row.text("company.name")), row_name(row)) for row in named}
    found = Contact.objects.filter(
        email=None,
        phone="",
        company__name_key__in={name for name, _ in wanted},
        last_name__in=_spellings(named),
    ).values_list("id", "company__name_key", "first_name", "last_name")
    return (pk for pk, firm, first, last in found if (firm, name_of(first, last)) in wanted)


def _spellings(rows: Sequence[LeadRow]) -> set[str]:
    """Last names as they may be written; what is found by them is compared with care."""
    # Either word may be the last name, in any case.
    words = _told(rows, "contact.last_name") | _told(rows, "contact.first_name")
    return {variant for word in words for variant in (word, word.title(), word.upper())}


def _told(rows: Sequence[LeadRow], name: str) -> set[str]:
    return {row.text(name) for row in rows} - {""}
