"""How far a record can be trusted: what it lacks, and when it was last confirmed.

In: the values of a lead and the moment of the last confirmation. Out: a share, the gaps, the age.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lejek.identity.models import Lead
from lejek.identity.recording import place_of, stored
from lejek.identity.targets import Place

CORE_FIELDS = (
    "contact.email",
    "contact.phone",
    "contact.last_name",
    "lead.position",
    "lead.department",
    "lead.seniority",
    "company.name",
    "company.nip",
    "company.industry",
    "company.employees",
)
"""What a salesperson needs and most models ask for."""

STALE_AFTER_DAYS = 365
"""People change jobs: about a fifth of business contacts are out of date after a year."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many of the asked fields are known, and which are not."""

    n_known: int
    n_asked: int
    missing: Sequence[str]

    @property
    def share(self) -> float:
        """The known part, in [0, 1]; one when nothing is asked."""
        return self.n_known / self.n_asked if self.n_asked else 1.0


@dataclass(frozen=True, slots=True)
class Quality:
    """Completeness and age of a lead's record."""

    completeness: Completeness
    confirmed_at: datetime
    age_days: int

    @property
    def is_stale(self) -> bool:
        """Whether nobody has confirmed the record for too long."""
        return self.age_days > STALE_AFTER_DAYS


def completeness(values: Mapping[str, object], asked: Sequence[str]) -> Completeness:
    """How many of the asked fields have a value. Pure."""
    missing = [name for name in asked if values.get(name) in (None, "")]
    return Completeness(len(asked) - len(missing), len(asked), missing)


def quality_of(lead: Lead, *, now: datetime, fields: Sequence[str] = CORE_FIELDS) -> Quality:
    """Completeness and age of a lead's record; `fields` are those that matter.

    It is as old as the older of its two parts, the contact and the company.
    Queries: none when the lead was read with `contact__company`.
    """
    contact, company = lead.contact, lead.contact.company
    keepers = {Place.CONTACT: contact, Place.COMPANY: company, Place.LEAD: lead}
    values: dict[str, object] = {}
    for name in fields:
        place, column = place_of(name)
        keeper = keepers.get(place)
        values[name] = None if keeper is None else stored(keeper, name, column)
    confirmed_at = contact.updated_at
    if company is not None:
        confirmed_at = min(confirmed_at, company.updated_at)
    return Quality(completeness(values, fields), confirmed_at, (now - confirmed_at).days)
