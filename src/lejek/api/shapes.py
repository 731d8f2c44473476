"""What a lead, its person and its company look like from outside."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
)

from lejek.identity.models import Company, Contact, Lead
from lejek.people.models import User
from lejek.scoring.models import LeadScore

Scalar = str | int | float | bool | None
MILLI = "In thousandths of a point."
NO_NUL = "^[^\\x00]*$"
LONGEST, MOST = 500, 2**53
FIRST_MOMENT = datetime(1990, 1, 1, tzinfo=UTC)


def _only_text(value: object) -> object:
    if isinstance(value, str):
        return value
    raise ValueError("a moment in ISO 8601 with an offset, such as 2026-01-31T12:00:00+01:00")


def _plain(value: object) -> Scalar:
    if isinstance(value, str) and len(value) <= LONGEST:
        return value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float) and abs(value) < MOST:
        return value
    raise ValueError(
        f"a text of at most {LONGEST} characters, a number below 2^53, true, false, null"
    )


Plain = Annotated[
    Any,
    PlainValidator(_plain),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": LONGEST},
                {"type": "number", "exclusiveMinimum": -MOST, "exclusiveMaximum": MOST},
                {"type": "boolean"},
                {"type": "null"},
            ]
        }
    ),
]
"""A plain value that somebody says."""

Moment = Annotated[AwareDatetime, BeforeValidator(_only_text), Field(strict=False)]
"""A moment as text with an offset."""


class Said(BaseModel):
    """What a program says: every key is known, every value of its type."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Person(BaseModel):
    """Somebody who works with the product."""

    id: int
    name: str


class ContactShape(BaseModel):
    """The person behind a lead."""

    first_name: str
    last_name: str
    email: str | None
    phone: str
    position: str
    department: str
    seniority: str
    city: str
    country: str


class CompanyName(BaseModel):
    """A company, in short."""

    id: int
    name: str
    nip: str | None
    domain: str


class ScoreShape(BaseModel):
    """The score of a lead, in short."""

    version: int = Field(description="Number of the version of the scoring model.")
    as_of: datetime
    overall_millipoints: int = Field(description=MILLI)
    grade: str | None
    millipoints: dict[str, int] = Field(description=f"By dimension. {MILLI}")
    bands: dict[str, str] = Field(description="By dimension.")
    definitions: list[str] = Field(description="The definitions whose condition holds.")


class LeadShape(BaseModel):
    """A lead."""

    id: int
    contact: ContactShape
    company: CompanyName | None
    stage: str
    stage_since: datetime
    owner: Person | None
    channel: str
    direction: str
    created_at: datetime
    closed_at: datetime | None
    score: ScoreShape | None = Field(description="Null while it has not been scored.")


class LeadDetails(LeadShape):
    """A lead with what is known besides."""

    attributes: dict[str, Scalar] = Field(description="Free-form fields of person and company.")
    consents: dict[str, bool] = Field(description="By purpose.")


def person(user: User | None) -> Person | None:
    """A user as others see them."""
    return None if user is None else Person(id=user.pk, name=user.name)


def lead_shape(lead: Lead, score: LeadScore | None) -> LeadShape:
    """A lead; its contact, company, owner and the version of its score are there already."""
    return LeadShape.model_validate(_lead(lead, score))


def lead_details(lead: Lead, score: LeadScore | None, consents: dict[str, bool]) -> LeadDetails:
    """A lead with what is known besides."""
    company = lead.contact.company
    free = dict(lead.contact.attributes) | ({} if company is None else company.attributes)
    if lead.contact.other_email:
        free["lead.other_email"] = lead.contact.other_email
    return LeadDetails.model_validate(
        {**_lead(lead, score), "attributes": free, "consents": consents}
    )


def _lead(lead: Lead, score: LeadScore | None) -> dict[str, object]:
    return {
        "id": lead.pk,
        "contact": _contact(lead.contact),
        "company": company_name(lead.contact.company),
        "stage": lead.stage,
        "stage_since": lead.stage_since,
        "owner": person(lead.owner),
        "channel": lead.channel,
        "direction": lead.direction,
        "created_at": lead.created_at,
        "closed_at": lead.closed_at,
        "score": None if score is None else score_shape(score),
    }


def _contact(contact: Contact) -> ContactShape:
    return ContactShape.model_validate(contact, from_attributes=True)


def company_name(company: Company | None) -> CompanyName | None:
    """A company, in short."""
    if company is None:
        return None
    return CompanyName.model_validate(company, from_attributes=True)


def score_shape(score: LeadScore) -> ScoreShape:
    """The score of a lead, in short."""
    return ScoreShape(
        version=score.version.number,
        as_of=score.as_of,
        overall_millipoints=score.overall,
        grade=score.grade or None,
        millipoints=score.scores,
        bands=score.bands,
        definitions=met(score),
    )


def met(score: LeadScore) -> list[str]:
    """The definitions that a lead meets; whether it would keep one is not among them."""
    names = score.definitions
    return [
        name
        for name, is_met in names.items()
        if is_met and not (name.endswith("_kept") and name.removesuffix("_kept") in names)
    ]
