"""The people of the demo organisation and those who might buy from it.

In: a seed, a moment, how many leads. Out: users, and in an empty database firms, contacts and leads
with what they did and what became of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from gettext import gettext
from random import Random

from django.db import transaction

from lejek.demo.history import Histories
from lejek.demo.names import POSITIONS, Firm, firms, person, plain
from lejek.identity.models import Company, Contact, Lead
from lejek.identity.normalise.company_name import name_key
from lejek.people.models import Role, Team, User

SEED = 20_26
MONTHS_DAYS = 548
SALES = ("Agata Wrona", "Bartosz Lis", "Celina Maj", "Damian Sowa")
CHANNELS = ("content", "google_ads", "linkedin", "webinar", "referral", "cold_email", "fair")

Report = Callable[[str], None]


def make_users() -> dict[str, User]:
    """The people who use the demo, by role; salespeople under their names.

    Repeat: those that exist already are left as they are.
    """
    team, _ = Team.objects.get_or_create(name="Sprzedaż")
    wanted = [
        ("marketing@lejek.example", "Marta Marketing", Role.MARKETING, None),
        ("szefowa@lejek.example", "Sylwia Szef", Role.MANAGER, team),
        ("admin@lejek.example", "Adam Admin", Role.ADMINISTRATOR, None),
        ("audyt@lejek.example", "Alina Audyt", Role.AUDITOR, None),
    ]
    wanted += [(f"{plain(name)}@lejek.example", name, Role.SALES, team) for name in SALES]
    found: dict[str, User] = {}
    for email, name, role, team_ in wanted:
        user = User.objects.filter(email=email).first() or User.objects.create_user(
            email, None, name=name, role=role, team=team_, is_demo=True
        )
        found[name if role == Role.SALES else role] = user
    return found


class Author:
    """Makes up leads and what became of them."""

    def __init__(self, now: datetime, users: dict[str, User], seed: int = SEED) -> None:
        self._now = now
        self._chance = Random(seed)  # noqa: S311 - made-up people need no secrets
        self._sellers = [users[name] for name in SALES]

    @transaction.atomic
    def write(self, n_leads: int, report: Report) -> None:
        """Write made-up leads with their history."""
        companies = self._companies(max(20, n_leads // 4))
        Company.objects.bulk_create(companies, batch_size=500)
        contacts = [self._contact(number, companies) for number in range(n_leads)]
        Contact.objects.bulk_create(contacts, batch_size=500)
        leads = [self._lead(contact) for contact in contacts]
        Lead.objects.bulk_create(leads, batch_size=500)
        histories = Histories(self._now, self._chance)
        for lead in leads:
            histories.tell(lead)
        histories.write()
        counts = {"leads": len(leads), "touchpoints": len(histories.touchpoints)}
        report(gettext("leads: %(leads)d, touchpoints: %(touchpoints)d") % counts)

    def _companies(self, count: int) -> list[Company]:
        begin = self._now - timedelta(days=MONTHS_DAYS)
        return [_company(firm, begin) for firm in firms(self._chance, count)]

    def _contact(self, number: int, companies: Sequence[Company]) -> Contact:
        chance = self._chance
        company = chance.choice(companies)
        first, last = person(chance)
        position, department, seniority, _ = chance.choices(
            POSITIONS, weights=[common for *_, common in POSITIONS]
        )[0]
        is_free = chance.random() < 0.18
        host = "poczta.example" if is_free else company.domain
        at = self._now - timedelta(
            days=chance.random() ** 1.15 * (MONTHS_DAYS - 3), hours=chance.random() * 8
        )
        return Contact(
            company=company,
            first_name=first,
            last_name=last,
            email=f"{plain(first)}.{plain(last)}{number}@{host}",
            email_kind="free" if is_free else "company",
            phone=f"+48{chance.randint(500_000_000, 799_999_999)}",
            position=position,
            department=department,
            seniority=seniority,
            city=company.city,
            country="PL",
            attributes=self._answers(),
            created_at=at,
            updated_at=at,
        )

    def _answers(self) -> dict[str, object]:
        """What some people say about budget and timing."""
        if self._chance.random() < 0.6:
            return {}
        return {
            "bant.budget": self._chance.choice([8_000, 25_000, 60_000, 120_000, 250_000]),
            "bant.months_to_purchase": self._chance.choice([1, 2, 3, 6, 12, 24]),
            "bant.authority": self._chance.random() < 0.5,
            "bant.need": self._chance.random() < 0.7,
        }

    def _lead(self, contact: Contact) -> Lead:
        chance = self._chance
        channel = chance.choice(CHANNELS)
        return Lead(
            contact=contact,
            stage="lead",
            stage_since=contact.created_at,
            owner=chance.choice(self._sellers) if chance.random() < 0.8 else None,
            channel=channel,
            direction="outbound" if channel == "cold_email" else "inbound",
            created_at=contact.created_at,
        )


def _company(firm: Firm, at: datetime) -> Company:
    return Company(
        name=firm.name,
        name_key=name_key(firm.name),
        nip=firm.nip,
        domain=firm.domain,
        industry=firm.industry,
        employees=firm.employees,
        revenue=firm.revenue,
        country="PL",
        city=firm.city,
        created_at=at,
        updated_at=at,
    )
