"""The records that some rows are about: found together, changed in memory, written together.

In: rows. Out: for each, its person and firm, found or new. One book serves one batch of rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from lejek.identity.matching import is_other_company, is_same_person, name_of, row_name
from lejek.identity.models import Company, Contact, Lead
from lejek.identity.normalise.company_name import name_key
from lejek.identity.reading import LeadRow
from lejek.identity.targets import Cell


@dataclass(eq=False, slots=True)
class CompanyEntry:
    """A firm of the book."""

    record: Company
    is_new: bool = False
    is_changed: bool = False
    is_met: bool = False


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


@dataclass(eq=False, slots=True)
class Fact:
    """A value that became known of a record of the book."""

    record: Contact | Company
    field: str
    old: Cell | None
    new: Cell | None


@dataclass(slots=True)
class Book:
    """Records by their keys; those of rows seen so far included."""

    contacts: list[ContactEntry] = field(default_factory=list)
    companies: list[CompanyEntry] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    moves: list[tuple[Fact, CompanyEntry]] = field(default_factory=list)
    _by_email: dict[str, ContactEntry] = field(default_factory=dict)
    _by_phone: dict[str, list[ContactEntry]] = field(default_factory=lambda: defaultdict(list))
    _by_nip: dict[str, list[ContactEntry]] = field(default_factory=lambda: defaultdict(list))
    _company_by_id: dict[int, CompanyEntry] = field(default_factory=dict)
    _company_by_nip: dict[str, CompanyEntry] = field(default_factory=dict)
    _by_domain: dict[str, list[CompanyEntry]] = field(default_factory=lambda: defaultdict(list))
    _by_name: dict[str, list[CompanyEntry]] = field(default_factory=lambda: defaultdict(list))

    def contact_of(self, row: LeadRow) -> ContactEntry | None:
        """The person of a row: by e-mail, else by phone, else by NIP and name."""
        if found := self._by_email.get(row.text("contact.email")):
            return found
        for entry in self._by_phone.get(row.text("contact.phone"), ()):
            if is_same_person(row, entry.record):
                return entry
        ours = row_name(row)
        for entry in self._by_nip.get(row.text("company.nip"), ()) if ours else ():
            if name_of(entry.record.first_name, entry.record.last_name) == ours:
                return entry
        return None

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
        if record.phone and entry not in self._by_phone[record.phone]:
            self._by_phone[record.phone].append(entry)
        nip = entry.company.record.nip if entry.company else None
        if nip and entry not in self._by_nip[nip]:
            self._by_nip[nip].append(entry)

    def company_by_id(self, company_id: int | None) -> CompanyEntry | None:
        """A firm by its id."""
        return None if company_id is None else self._company_by_id.get(company_id)


def domain_of(row: LeadRow) -> str:
    """The domain by which the firm of a row is known: told, or that of the address."""
    derived = row.derived.get("company.domain")
    return row.text("company.domain") or ("" if derived is None else str(derived.value))


def open_book(rows: Sequence[LeadRow]) -> Book:
    """A book of the records that share a key with some rows.

    Queries: eight, however many rows.
    """
    book = Book()
    people = list(_people(rows))
    firms = {firm.pk: firm for firm in _firms(rows)}
    missing = {each.company_id for each in people if each.company_id} - firms.keys()
    firms |= Company.objects.in_bulk(missing)
    for _, firm in sorted(firms.items()):
        book.add_company(CompanyEntry(firm))
    leads = Lead.objects.filter(contact__in=[each.pk for each in people], closed_at__isnull=True)
    open_leads = {lead.contact_id: lead for lead in leads}
    for person in people:
        company = book.company_by_id(person.company_id)
        book.add_contact(ContactEntry(person, company, open_leads.get(person.pk)))
    return book


def _people(rows: Sequence[LeadRow]) -> Iterable[Contact]:
    found: dict[int, Contact] = {}
    emails = _told(rows, "contact.email")
    phones = _told(rows, "contact.phone")
    named = [row for row in rows if row.text("company.nip") and row.text("contact.last_name")]
    nips = _told(named, "company.nip")
    # Either word may be the last name, in any case: what is found is compared with care later.
    words = _told(named, "contact.last_name") | _told(named, "contact.first_name")
    names = {variant for word in words for variant in (word, word.title(), word.upper())}
    for query in (
        Contact.objects.filter(email__in=emails),
        Contact.objects.filter(phone__in=phones),
        Contact.objects.filter(company__nip__in=nips, last_name__in=names),
    ):
        found.update((each.pk, each) for each in query)
    return (found[key] for key in sorted(found))


def _firms(rows: Sequence[LeadRow]) -> Iterable[Company]:
    nips = _told(rows, "company.nip")
    domains = {domain_of(row) for row in rows} - {""}
    names = {name_key(row.text("company.name")) for row in rows} - {""}
    yield from Company.objects.filter(nip__in=nips)
    yield from Company.objects.filter(domain__in=domains)
    yield from Company.objects.filter(name_key__in=names)


def _told(rows: Sequence[LeadRow], name: str) -> set[str]:
    return {row.text(name) for row in rows} - {""}
