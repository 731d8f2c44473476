"""Who is meant: people by e-mail, phone, NIP and name; firms by NIP, domain, name.

In: what a row says, and a record that shares a key with it. Out: whether it is meant. Pure.
"""

from __future__ import annotations

from functools import lru_cache

from lejek.identity.models import Company, Contact
from lejek.identity.normalise.email import is_shared
from lejek.identity.normalise.words import tokens
from lejek.identity.reading import LeadRow


def is_same_person(row: LeadRow, contact: Contact) -> bool:
    """Whether somebody who shares a phone is the person of the row.

    A switchboard's number is shared by many: names that differ are different people, and where a
    name is unknown, addresses that differ are.
    """
    theirs = name_of(contact.first_name, contact.last_name)
    ours = row_name(row)
    if ours and theirs:
        return ours == theirs
    email = row.text("contact.email")
    return not (email and contact.email and email != contact.email)


def is_somebody_else(row: LeadRow, contact: Contact) -> bool:
    """Whether a row with the address of an office names another person than one who has it."""
    theirs = set(name_of(contact.first_name, contact.last_name))
    ours = set(row_name(row))
    return is_shared(row.text("contact.email")) and not (ours <= theirs or theirs <= ours)


@lru_cache(maxsize=4_000)
def name_of(first_name: str, last_name: str) -> tuple[str, ...]:
    """A name without regard to case, diacritics and order."""
    return tuple(sorted(tokens(f"{first_name} {last_name}")))


def row_name(row: LeadRow) -> tuple[str, ...]:
    """The name that a row tells."""
    return name_of(row.text("contact.first_name"), row.text("contact.last_name"))


def is_other_company(row: LeadRow, company: Company) -> bool:
    """Whether a NIP says that a company with the same domain or name is another one."""
    nip = row.text("company.nip")
    return bool(nip and company.nip and nip != company.nip)


def is_without_keys(row: LeadRow) -> bool:
    """Whether a name at a firm of some name is all that is known of who it is."""
    keys = ("contact.email", "contact.phone", "company.nip")
    return not any(row.text(key) for key in keys) and bool(
        row.text("contact.last_name") and row.text("company.name")
    )
