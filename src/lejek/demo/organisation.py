"""The demo organisation, written into an empty database.

In: a seed, a moment, how many leads. Out: users, leads with facts, verdicts, deals, two published
versions of the model and the scores that they gave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from gettext import gettext
from importlib.resources import files
from random import Random

from django.db import transaction

from lejek.capture.models import Touchpoint
from lejek.consent.models import ConsentChange
from lejek.deals.models import Opportunity
from lejek.demo.effects import Nature
from lejek.demo.names import POSITIONS, Firm, firms, person, plain
from lejek.identity.models import AttributeChange, Company, Contact, Lead
from lejek.kernel.ids import uuid7
from lejek.people.models import Role, Team, User

SEED = 20_26
MONTHS_DAYS = 548
SALES = ("Agata Wrona", "Bartosz Lis", "Celina Maj", "Damian Sowa")
CHANNELS = ("content", "google_ads", "linkedin", "webinar", "referral", "cold_email", "fair")
_TARGET = ("energy", "manufacturing", "logistics")
_DECIDES = ("owner", "c_level", "director")

Report = Callable[[str], None]


@dataclass(slots=True)
class _Made:
    """What was made up, on its way into the database."""

    companies: list[Company] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    touchpoints: list[Touchpoint] = field(default_factory=list)
    changes: list[AttributeChange] = field(default_factory=list)
    consents: list[ConsentChange] = field(default_factory=list)
    deals: list[Opportunity] = field(default_factory=list)
    late: set[int] = field(default_factory=set)
    won: set[int] = field(default_factory=set)


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
        self._made = _Made()

    @transaction.atomic
    def write(self, n_leads: int, report: Report) -> _Made:
        """Write made-up leads with their history."""
        made = self._made
        self._make_companies(max(20, n_leads // 4))
        Company.objects.bulk_create(made.companies, batch_size=500)
        for number in range(n_leads):
            self._make_contact(number)
        Contact.objects.bulk_create(made.contacts, batch_size=500)
        for contact in made.contacts:
            self._make_lead(contact)
        Lead.objects.bulk_create(made.leads, batch_size=500)
        for lead in made.leads:
            self._make_history(lead)
        Touchpoint.objects.bulk_create(made.touchpoints, batch_size=500)
        AttributeChange.objects.bulk_create(made.changes, batch_size=500)
        ConsentChange.objects.bulk_create(made.consents, batch_size=500)
        Opportunity.objects.bulk_create(made.deals, batch_size=500)
        counts = {"leads": len(made.leads), "touchpoints": len(made.touchpoints)}
        report(gettext("leads: %(leads)d, touchpoints: %(touchpoints)d") % counts)
        return made

    def _make_companies(self, count: int) -> None:
        begin = self._now - timedelta(days=MONTHS_DAYS)
        for firm in firms(self._chance, count):
            self._made.companies.append(_company(firm, begin))

    def _make_contact(self, number: int) -> None:
        chance = self._chance
        company = chance.choice(self._made.companies)
        first, last = person(chance)
        position, department, seniority, _ = chance.choices(
            POSITIONS, weights=[common for *_, common in POSITIONS]
        )[0]
        is_free = chance.random() < 0.18
        host = "poczta.example" if is_free else company.domain
        at = self._now - timedelta(
            days=chance.random() ** 1.15 * (MONTHS_DAYS - 3), hours=chance.random() * 8
        )
        self._made.contacts.append(
            Contact(
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

    def _make_lead(self, contact: Contact) -> None:
        chance = self._chance
        channel = chance.choice(CHANNELS)
        self._made.leads.append(
            Lead(
                contact=contact,
                stage="lead",
                stage_since=contact.created_at,
                owner=chance.choice(self._sellers) if chance.random() < 0.8 else None,
                channel=channel,
                direction="outbound" if channel == "cold_email" else "inbound",
                created_at=contact.created_at,
            )
        )

    def _make_history(self, lead: Lead) -> None:
        """Touchpoints, consents, and what became of the lead by the planted effects."""
        chance, contact = self._chance, lead.contact
        company = contact.company
        if company is None:
            raise TypeError("a made-up contact has a company")
        asked = chance.random() < 0.16
        burst = chance.random() < 0.14
        webinar = chance.random() < 0.22
        self._wander(lead, asked=asked, burst=burst, webinar=webinar)
        self._consent(lead)
        for name, value in (
            ("lead.seniority", contact.seniority),
            ("lead.position", contact.position),
        ):
            self._made.changes.append(
                AttributeChange(
                    contact=contact, field=name, new=value, known_at=lead.created_at, source="form"
                )
            )
        late = chance.random() < 0.4
        nature = Nature(
            contact.seniority in _DECIDES,
            company.industry in _TARGET,
            (company.employees or 0) >= 250,
            asked,
            burst,
            webinar,
            contact.email_kind == "free",
            late,
        )
        self._decide(lead, nature)

    def _wander(self, lead: Lead, *, asked: bool, burst: bool, webinar: bool) -> None:
        chance = self._chance
        begin = lead.created_at
        span = max(1.0, min(150.0, (self._now - begin).total_seconds() / 86_400))
        self._touch(lead, "form_submitted", begin, {"form.name": "contact"})
        for _ in range(min(60, int(chance.expovariate(1 / 9)) + 1)):
            at = begin + timedelta(days=chance.random() ** 1.6 * span)
            page = chance.choices(
                ("blog", "product", "pricing", "case_study", "documentation", "career"),
                (34, 24, 9, 12, 14, 7),
            )[0]
            self._touch(lead, "page_view", at, {"page.category": page})
        for _ in range(int(chance.expovariate(1 / 4))):
            at = begin + timedelta(days=chance.random() * span)
            self._touch(lead, "email_open", at, {}, is_machine=chance.random() < 0.35)
            if chance.random() < 0.3:
                self._touch(lead, "email_click", at + timedelta(minutes=3), {})
        if chance.random() < 0.3:
            self._touch(lead, "ebook_download", begin + timedelta(days=chance.random() * span), {})
        middle = begin + timedelta(days=min(span * 0.6, 40))
        if webinar:
            self._touch(lead, "webinar_attended", middle, {})
        if burst:
            for hours in (0, 20, 45, 70):
                at = middle + timedelta(hours=hours)
                self._touch(lead, "page_view", at, {"page.category": "pricing"})
        if asked:
            self._touch(lead, "demo_request", middle + timedelta(hours=80), {})

    def _touch(
        self,
        lead: Lead,
        type_: str,
        at: datetime,
        properties: dict[str, object],
        *,
        is_machine: bool = False,
    ) -> None:
        if at >= self._now:
            return
        self._made.touchpoints.append(
            Touchpoint(
                id=uuid7(at),
                type=type_,
                occurred_at=at,
                received_at=at + timedelta(seconds=2),
                properties=properties,
                source="demo",
                identity={"email": lead.contact.email},
                is_machine=is_machine,
                contact_id=lead.contact.pk,
            )
        )

    def _consent(self, lead: Lead) -> None:
        for purpose, share in (("email", 0.85), ("phone", 0.6)):
            self._made.consents.append(
                ConsentChange(
                    contact=lead.contact,
                    purpose=purpose,
                    is_given=self._chance.random() < share,
                    at=lead.created_at,
                    source="form",
                    proof={"form": "contact", "text": "2025-05"},
                )
            )

    def _decide(self, lead: Lead, nature: Nature) -> None:
        chance = self._chance
        won = chance.random() < nature.chance()
        closes_at = lead.created_at + timedelta(days=chance.lognormvariate(3.7, 0.5))
        if nature.was_touched_late:
            self._made.late.add(lead.pk)
        is_worked = won or chance.random() < 0.45
        if not is_worked or closes_at >= self._now:
            return
        self._made.deals.append(
            Opportunity(
                lead=lead,
                name=f"{lead.contact.company}",
                amount=chance.randint(6, 90) * 100_000,
                outcome="won" if won else "lost",
                opened_at=lead.created_at + (closes_at - lead.created_at) * 0.4,
                closed_at=closes_at,
            )
        )
        if won:
            self._made.won.add(lead.pk)


def _company(firm: Firm, at: datetime) -> Company:
    return Company(
        name=firm.name,
        name_key=plain(firm.name),
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


def shipped_document() -> str:
    """The scoring model that the product comes with."""
    return (files("leadscore") / "models" / "b2b-default.yaml").read_text(encoding="utf-8")
