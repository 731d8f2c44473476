"""Leads: the list, one of them, what it scores and why; and recording one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from lejek.api.conditions import read_where
from lejek.api.contract import Made, get, post
from lejek.api.failures import Problem, Refusal, invalid, problem
from lejek.api.keys import LEADS_EDIT, LEADS_READ, Caller, caller_of
from lejek.api.lead_list import LeadFilters, lead_rows
from lejek.api.paging import Id
from lejek.api.shapes import (
    FIRST_MOMENT,
    MILLI,
    LeadDetails,
    LeadShape,
    Moment,
    Plain,
    Said,
    Scalar,
    lead_details,
    lead_shape,
    met,
)
from lejek.consent.selectors import consents_of
from lejek.identity.models import FieldDefinition, Lead
from lejek.identity.reading import Fault
from lejek.identity.services import LeadRefused, record_lead
from lejek.identity.targets import LEAD_TARGETS
from lejek.kernel import clock
from lejek.people.access import for_user
from lejek.qualification.selectors import standings
from lejek.scoring.models import LeadScore
from lejek.scoring.selectors import explain_lead

router = Router()

SOURCE = "api"
MOST_FIELDS = 200


class LeadPage(BaseModel):
    """A page of leads."""

    leads: list[LeadShape]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


@get(router, "/leads", LEADS_READ, LeadPage)
def list_leads(request: HttpRequest, filters: Query[LeadFilters]) -> LeadPage:
    """Open leads, hottest first.

    Leads without a score come last. A lead whose score changes while one reads may come twice or
    not at all; all others come once.
    """
    where = read_where(filters.where) if filters.where else None
    found = lead_rows(caller_of(request).user, filters, where)
    return LeadPage(leads=[lead_shape(lead, score) for lead, score in found.rows], next=found.next)


def visible_lead(caller: Caller, lead_id: int) -> Lead:
    """A lead that somebody may see, with its person, company and owner.

    Raises: Http404 when there is none, or it is another's.
    """
    leads = Lead.objects.select_related("contact__company", "owner")
    lead = for_user(leads, caller.user).filter(pk=lead_id).first()
    if lead is None:
        raise Http404
    return lead


def score_of(lead: Lead) -> LeadScore | None:
    """The score of a lead, when it has one."""
    return LeadScore.objects.select_related("version").filter(lead=lead).first()


@get(router, "/leads/{lead_id}", LEADS_READ, LeadDetails)
def read_lead(request: HttpRequest, lead_id: Path[Id]) -> LeadDetails:
    """One lead, open or closed."""
    return _details(visible_lead(caller_of(request), lead_id))


def _details(lead: Lead) -> LeadDetails:
    consents = consents_of([lead.contact_id]).get(lead.contact_id, {})
    return lead_details(lead, score_of(lead), consents)


class LeadSaid(Said):
    """What a program knows of a lead."""

    fields: Annotated[
        dict[str, Plain],
        Field(
            min_length=1,
            max_length=MOST_FIELDS,
            description="Values by field: `contact.email`, `contact.phone`, `contact.first_name`, "
            "`contact.last_name`, `lead.position`, `company.name`, `company.nip`, `consent.email` "
            "and so on, and the free-form fields of the organisation. A consent is of now, or of "
            "`consent.given_at`; it does not bring back one that was withdrawn later. A person is "
            "known by "
            "`contact.email`, else by `contact.phone`, else by `company.nip` with a name; one of "
            "these is needed. Null says nothing.",
            examples=[{"contact.email": "anna.nowak@firma.example", "company.name": "Firma SA"}],
        ),
    ]
    known_at: Annotated[
        Moment | None, Field(description="When this became known; now when it is not said.")
    ] = None


class LeadRecorded(BaseModel):
    """What became of a lead that was said."""

    outcome: Literal["new", "updated", "unchanged"]
    left_out: list[Problem] = Field(description="Values that were left out, and why.")
    lead: LeadDetails


@post(router, "/leads", LEADS_EDIT, {200: LeadRecorded, 201: LeadRecorded})
def record(request: HttpRequest, body: LeadSaid) -> Made:
    """Create a lead, or update the one that is meant.

    A person who is known is met again and never refused; what is not mentioned stays as it is.
    201 when there is a new lead, 200 otherwise.
    """
    caller = caller_of(request)
    _check_names(body.fields)
    if body.known_at is not None and not FIRST_MOMENT <= body.known_at <= caller.now:
        accepted = f"a moment from {FIRST_MOMENT.date()} on that is not in the future"
        raise invalid([problem("body.known_at", body.known_at, accepted)])
    try:
        recorded = record_lead(
            body.fields,
            source=SOURCE,
            actor=caller.user,
            now=caller.now,
            known_at=body.known_at,
        )
    except LeadRefused as refused:
        raise invalid([_problem(fault) for fault in refused.faults]) from None
    lead = for_user(Lead.objects.all(), caller.user).filter(pk=recorded.lead.pk).first()
    if lead is None:
        # The whole request is taken back: one does not write what one may not read.
        raise Refusal(403, "This person is a lead of somebody else.", code="not_yours")
    answer = LeadRecorded(
        outcome=recorded.outcome.value,
        left_out=[_problem(fault) for fault in recorded.faults],
        lead=_details(visible_lead(caller, lead.pk)),
    )
    return Made(answer, 201 if answer.outcome == "new" else 200)


def _check_names(fields: dict[str, Scalar]) -> None:
    known = {*LEAD_TARGETS, *FieldDefinition.objects.values_list("name", flat=True)}
    unknown = [name for name in fields if name not in known]
    if unknown:
        accepted = f"one of: {', '.join(sorted(known))}"
        raise invalid([problem(f"body.fields.{name[:100]}", name, accepted) for name in unknown])


_WANTED = {
    "nobody_at_all": "an e-mail, a phone, a name or a company",
    "too_long": "a shorter text",
    "a_range": "one number, not a range",
    "two_readings": "a number of JSON, or text that shows whether the sign groups thousands",
    "out_of_range": "a number within reason",
    "in_future": "a moment that is not in the future",
    "withdrawn": "a consent that was given after the person withdrew it (consent.given_at)",
}


def _problem(fault: Fault) -> Problem:
    wanted = _WANTED.get(fault.code) or fault.code.removeprefix("not_").replace("_", " ")
    path = f"body.fields.{fault.field}" if fault.field else "body.fields"
    return problem(path, fault.found, wanted)


class Contribution(BaseModel):
    """What one rule gave, or one cap changed."""

    rule_id: str
    kind: Literal["rule", "group_cap", "dimension_cap"]
    label: str = Field(description="The rule in a sentence, in the language that was asked for.")
    times: int
    latest_on: date | None
    millipoints_raw: int = Field(description="Before the rule's own cap. " + MILLI)
    millipoints: int = Field(description="What counts. " + MILLI)


class DimensionScore(BaseModel):
    """One dimension; its contributions add up to its points exactly."""

    name: str
    label: str
    millipoints: int = Field(description=MILLI)
    band: str
    band_label: str
    contributions: list[Contribution]


class OverallTerm(BaseModel):
    """One term of the overall score: weight times the points of a dimension."""

    dimension: str
    weight: int
    millipoints: int = Field(description=MILLI)


class DefinitionShape(BaseModel):
    """A definition of the model, and whether the lead meets it."""

    name: str
    label: str
    condition: str = Field(description="What it asks, in a sentence.")
    is_met: bool = Field(description="Whether the condition holds.")
    is_held: bool = Field(
        description="Whether the lead counts as meeting it: the condition holds, or it held before "
        "and the weaker one still does under which the definition is kept."
    )
    kept_while: str | None = Field(
        description="That weaker condition, where the lead has the definition by it alone."
    )


class LeadScoreShape(BaseModel):
    """The score of a lead and why it is what it is."""

    lead_id: int
    lang: Literal["pl", "en"]
    version: int
    as_of: datetime
    scored_at: datetime
    overall_millipoints: int = Field(description=MILLI)
    overall_terms: list[OverallTerm]
    grade: str | None
    dimensions: list[DimensionScore]
    definitions: list[DefinitionShape]
    definitions_met: list[str] = Field(description="Those whose condition holds.")


class Language(BaseModel):
    """In which language to explain."""

    lang: Literal["pl", "en"] = "en"


@get(router, "/leads/{lead_id}/score", LEADS_READ, LeadScoreShape)
def read_score(request: HttpRequest, lead_id: Path[Id], asked: Query[Language]) -> LeadScoreShape:
    """The score of a lead with the contributions that add up to it.

    404 also while the lead has not been scored, or must not be.
    """
    score = score_of(visible_lead(caller_of(request), lead_id))
    if score is None:
        raise Refusal(404, "This lead has no score.", code="not_scored")
    why = explain_lead(score, asked.lang)
    return LeadScoreShape(
        lead_id=score.lead_id,
        lang=asked.lang,
        version=score.version.number,
        as_of=score.as_of,
        scored_at=score.scored_at,
        overall_millipoints=score.overall,
        overall_terms=[
            OverallTerm(dimension=term.dimension, weight=term.weight, millipoints=term.milli)
            for term in why.overall_terms
        ],
        grade=score.grade or None,
        dimensions=[
            DimensionScore(
                name=part.name,
                label=part.label,
                millipoints=part.milli,
                band=part.band,
                band_label=part.band_label,
                contributions=[
                    Contribution(
                        rule_id=line.rule_id,
                        kind=line.kind.value,
                        label=line.label,
                        times=line.times,
                        latest_on=line.latest_on,
                        millipoints_raw=line.raw_milli,
                        millipoints=line.milli,
                    )
                    for line in part.lines
                ],
            )
            for part in why.dimensions
        ],
        definitions=[
            DefinitionShape(
                name=each.name,
                label=each.label,
                condition=each.condition,
                is_met=each.is_met,
                is_held=each.is_held,
                kept_while=each.kept_while or None,
            )
            for each in standings(score, why, clock.now())
        ],
        definitions_met=met(score),
    )
