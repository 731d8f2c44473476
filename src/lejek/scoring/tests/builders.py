"""What tests of scoring are made of; each builder takes only what matters to the test."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from lejek.capture.models import Touchpoint
from lejek.identity.models import Company, Contact, Lead
from lejek.kernel.ids import uuid7
from lejek.people.models import Role, User
from lejek.qualification.defaults import STAGES
from lejek.qualification.models import Stage
from lejek.scoring.models import ModelVersion
from lejek.scoring.versions import publish_model

NOW = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)

MODEL = """\
schema: 1
name: small
time_zone: Europe/Warsaw
dimensions:
  fit:
    min: 0
    max: 100
    bands: [{name: cold, from: 0}, {name: warm, from: 26}, {name: hot, from: 51}]
  engagement:
    min: 0
    max: 100
    bands: [{name: cold, from: 0}, {name: warm, from: 26}, {name: hot, from: 51}]
groups:
  email: {dimension: engagement, max: 20}
rules:
  - {id: director, dimension: fit, points: 40, when: {lead.seniority: {in: [owner, director]}}}
  - {id: large, dimension: fit, points: 15.5, when: {company.employees: {ge: 250}}}
  - {id: vip, dimension: fit, points: 5, when: {lead.vip: {eq: true}}}
  - {id: regular, dimension: fit, points: 3, when: {lead.since: {le: "2024-06-30"}}}
  - {id: may-mail, dimension: fit, points: 1, when: {consent.email: {eq: true}}}
  - {id: demo, dimension: engagement, points: 45, "on": demo_request, half_life: 30}
  - id: pricing
    dimension: engagement
    points: 15
    "on": page_view
    where: {page.category: {eq: pricing}}
    within: 90
    half_life: 14
    max_points: 45
  - {id: click, dimension: engagement, group: email, points: 2.5, "on": email_click, within: 30}
  - {id: burst, dimension: engagement, points: 10, "on": page_view, at_least: 3, within: 7}
  - {id: company-burst, dimension: engagement, points: 5, "on": page_view, scope: company, people: 2, within: 30}
  - {id: silence, dimension: engagement, points: -10, none_for: 30}
overall: {fit: 1, engagement: 2}
grade: {rows: fit, columns: engagement}
definitions:
  marketing_qualified:
    when: {all: [{score.fit: {ge: 30}}, {score.engagement: {ge: 40}}]}
    keep_while: {score.engagement: {ge: 30}}
"""  # noqa: E501 - a rule a line


def user(role: str = Role.MARKETING, email: str | None = None) -> User:
    """Somebody with a role."""
    return User.objects.create_user(
        email or f"{role}@example.pl", name=f"{role.title()} Nowak", role=role
    )


def published(
    document: str = MODEL, now: datetime = NOW, actor: User | None = None
) -> ModelVersion:
    """A version that scores."""
    return publish_model(document=document, note="first", actor=actor, now=now)


def stages() -> None:
    """The stages to begin with; tests with transactions of their own find none."""
    for key, position, label_pl, label_en, definition, is_working, is_won in STAGES:
        Stage.objects.get_or_create(
            key=key,
            defaults={
                "position": position,
                "label_pl": label_pl,
                "label_en": label_en,
                "definition": definition,
                "is_working": is_working,
                "is_won": is_won,
            },
        )


def company(name: str = "Energia SA", **fields: Any) -> Company:
    """A company."""
    made = fields.pop("created_at", NOW - timedelta(days=400))
    return Company.objects.create(
        name=name, name_key=name.casefold(), created_at=made, updated_at=made, **fields
    )


def lead(
    *,
    of: Company | None = None,
    owner: User | None = None,
    created_at: datetime = NOW - timedelta(days=400),
    closed_at: datetime | None = None,
    **fields: Any,
) -> Lead:
    """A lead with its contact; `fields` are those of the contact."""
    contact = Contact.objects.create(
        company=of,
        first_name=fields.pop("first_name", "Anna"),
        last_name=fields.pop("last_name", "Kowalska"),
        created_at=created_at,
        updated_at=created_at,
        **fields,
    )
    return Lead.objects.create(
        contact=contact,
        owner=owner,
        stage_since=created_at,
        created_at=created_at,
        closed_at=closed_at,
    )


def touchpoint(
    of: Lead,
    type_: str,
    at: datetime = NOW,
    properties: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Touchpoint:
    """Something that the person of a lead did."""
    return Touchpoint.objects.create(
        id=uuid7(at),
        type=type_,
        occurred_at=at,
        received_at=fields.pop("received_at", at),
        properties=dict(properties or {}),
        source="test",
        contact_id=of.contact_id,
        **fields,
    )


_TYPES = ("page_view", "page_view", "page_view", "email_click", "demo_request", "ebook_download")
_CATEGORIES: tuple[Any, ...] = ("pricing", "Pricing", "blog", "cennik", "", None, 7, True)


_ATTRIBUTES: tuple[dict[str, Any], ...] = (
    {},
    {"lead.vip": True},
    {"lead.vip": "yes"},
    {"lead.since": "2024-02-29"},
    {"lead.since": "20240229"},
    {"lead.since": "soon", "lead.vip": False},
)


def crowd(n_leads: int, *, seed: int = 7, now: datetime = NOW) -> list[Lead]:
    """Many leads with odd values and a year of touchpoints, the same for the same seed."""
    rng = random.Random(seed)
    companies = [
        company(f"Firma {n}", employees=rng.choice([None, 3, 250, 4000])) for n in range(9)
    ]
    leads = [
        lead(
            of=rng.choice([None, *companies]),
            email=f"osoba{number}@firma.pl",
            seniority=rng.choice(["", "owner", "DIRECTOR", "manager", "właściciel"]),
            attributes=rng.choice(_ATTRIBUTES),
        )
        for number in range(n_leads)
    ]
    for each in leads:
        for _ in range(rng.choice([0, 1, 4, 12])):
            at = now - timedelta(minutes=rng.randrange(0, 200 * 24 * 60))
            touchpoint(
                each,
                rng.choice(_TYPES),
                at,
                {"page.category": rng.choice(_CATEGORIES), "page.id": rng.randrange(9)},
                received_at=at + timedelta(minutes=rng.choice([0, 5, 3000])),
                is_machine=rng.random() < 0.1,
            )
    return leads
