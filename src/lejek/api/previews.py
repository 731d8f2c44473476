"""What a draft would change, as programs read it: the same content as the page.

In: a PreviewRun that is done, who asks. Out: shapes; names only of those whom the caller may see.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from lejek.api.shapes import MILLI, Person, person
from lejek.people.models import User
from lejek.scoring.models import PreviewRun
from lejek.scoring.preview_page import leads_seen, loads_of, weeks_of
from lejek.scoring.versions import read_document

Plain = Mapping[str, Any]


class BandMoves(BaseModel):
    """How leads move between the bands of a dimension."""

    dimension: str
    before: list[str] = Field(description="The bands of the active version, the coldest first.")
    after: list[str] = Field(description="The bands of the draft, the coldest first.")
    counts: list[list[int]] = Field(
        description="counts[i][j] leads are in before[i] and would be in after[j]."
    )
    changed: int = Field(description="Leads whose band would have another name.")


class DefinitionMoves(BaseModel):
    """How many leads meet a definition; null for a model that has none of that name."""

    name: str
    before: int | None
    after: int | None
    entered: int | None
    left: int | None


class LeadSide(BaseModel):
    """A lead as one of the models scores it."""

    overall_millipoints: int = Field(description=MILLI)
    grade: str | None
    bands: dict[str, str] = Field(description="By dimension.")
    definitions: list[str] = Field(description="The definitions that are met.")


class MovedLead(BaseModel):
    """One of the leads that move most; id, name and company are null for who may not see it."""

    id: int | None
    name: str | None
    company: str | None
    before: LeadSide
    after: LeadSide


class WeekCounts(BaseModel):
    """The leads of a week under one of the models."""

    new: int = Field(description="They began to meet the definition in this week.")
    met: int = Field(description="They met it at the end of the week.")


class WeekShape(BaseModel):
    """A week under both models; null for a model without the definition."""

    until: date = Field(description="The Sunday on which it ends.")
    before: WeekCounts | None
    after: WeekCounts | None


class LoadShape(BaseModel):
    """By week, how many leads of a salesperson began to meet the definition.

    Without a person they are leads that nobody owns, or, with `is_others`, those of all
    salespeople whom the caller may not see.
    """

    person: Person | None = Field(description="Who owns the leads today.")
    is_others: bool
    before: list[int] | None
    after: list[int] | None


class QualifiedShape(BaseModel):
    """A definition that leads into a stage, week by week, by what was known then."""

    definition: str
    weeks: list[WeekShape] = Field(description="The earliest first.")
    salespeople: list[LoadShape] = Field(description="Their counts are in the order of the weeks.")


class Interval(BaseModel):
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float


class RatedShape(BaseModel):
    """What became of the leads of a band, or of those that met a definition."""

    name: str
    leads: int
    conversions: int
    rate: Interval | None = Field(description="Null where there are too few leads.")


class RatedDimension(BaseModel):
    """The bands of a dimension."""

    name: str
    bands: list[RatedShape] = Field(description="The coldest first.")


class RankingShape(BaseModel):
    """How well a score orders leads; null where there are too few."""

    score: str = Field(description="overall, or a dimension.")
    auc: Interval | None
    lift: float | None = Field(description="Of the best fifth of the leads.")


class LookBack(BaseModel):
    """A model against what became of leads.

    Each lead counts once, at the end of the first month in which it was known and had no deal won
    or lost; for a definition, at the end of the first month in which it met it. It converts when a
    deal of it is won within `horizon_days` of that day. Leads whose days are not over are left out.
    """

    horizon_days: int
    leads: int
    conversions: int
    dimensions: list[RatedDimension]
    definitions: list[RatedShape]
    rankings: list[RankingShape]
    warnings: list[str]


class LookBacks(BaseModel):
    """Both models against the same past."""

    before: LookBack
    after: LookBack


class PreviewShape(BaseModel):
    """What the draft would change: `before` is the active version, `after` the draft.

    All but the first four are null until it is done. Customers and leads that are out do not count.
    """

    id: int
    status: Literal["waiting", "running", "done"]
    compared_with: int = Field(description="The version that it is held against.")
    as_of: datetime
    n_leads: int | None = None
    n_changed: int | None = Field(None, description="Leads that change band, grade or definition.")
    bands: list[BandMoves] | None = Field(None, description="By dimension that both models have.")
    definitions: list[DefinitionMoves] | None = None
    leads: list[MovedLead] | None = Field(None, description="Those that move most.")
    qualified: list[QualifiedShape] | None = Field(
        None,
        description="The last 12 weeks of each definition that leads into a stage; empty where "
        "none does.",
    )
    backtest: LookBacks | None = Field(None, description="Null too where no deal is recorded.")


def preview_shape(asked: PreviewRun, viewer: User) -> PreviewShape:
    """A preview as far as it is worked out. Queries: at most two, and one for each definition."""
    shape = PreviewShape.model_validate(
        {
            "id": asked.pk,
            "status": asked.status,
            "compared_with": asked.version.number,
            "as_of": asked.as_of,
        }
    )
    if asked.status != PreviewRun.Status.DONE:
        return shape
    found: Plain = asked.result
    told = {
        **{name: found[name] for name in ("n_leads", "n_changed", "bands", "definitions")},
        "leads": _leads(found, viewer),
        "qualified": _qualified(found, asked.document, viewer),
        "backtest": _backtest(found["backtest"]),
    }
    return PreviewShape.model_validate({**shape.model_dump(), **told})


def _leads(found: Plain, viewer: User) -> list[Plain]:
    seen = leads_seen(found["leads"], viewer)
    lines: list[Plain] = []
    for row in found["leads"]:
        lead = seen.get(row["lead_id"])
        company = lead.contact.company if lead else None
        lines.append(
            {
                "id": lead and lead.pk,
                "name": lead and lead.contact.full_name,
                "company": company and company.name,
                "before": _side(row["before"]),
                "after": _side(row["after"]),
            }
        )
    return lines


def _side(row: Plain) -> Plain:
    return {**row, "overall_millipoints": row["overall"], "grade": row["grade"] or None}


def _qualified(found: Plain, document: str, viewer: User) -> list[Plain]:
    model = read_document(document)
    return [
        {
            "definition": part["name"],
            "weeks": [
                {**week, "until": shown.until}
                for week, shown in zip(part["weeks"], weeks_of(part, model), strict=True)
            ],
            "salespeople": [
                {
                    "person": person(load.person),
                    "is_others": load.is_others,
                    "before": load.before,
                    "after": load.after,
                }
                for load in loads_of(part, viewer)
            ],
        }
        for part in found["qualified"]
    ]


def _backtest(found: Plain | None) -> Plain | None:
    if found is None:
        return None
    return {
        side: {**found[side], "warnings": found[side]["warnings"]["en"]}
        for side in ("before", "after")
    }
