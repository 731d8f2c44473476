"""Companies: the list, and one of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from lejek.api.contract import get
from lejek.api.keys import LEADS_READ, Caller, caller_of
from lejek.api.paging import Id, Paging, page_by_id
from lejek.api.shapes import NO_NUL, Scalar
from lejek.identity.models import Company, Lead
from lejek.identity.search import stands_in
from lejek.people.access import for_user
from lejek.people.rules import SCOPES, Scope

router = Router()


class CompanyShape(BaseModel):
    """A company."""

    id: int
    name: str
    nip: str | None
    regon: str
    krs: str
    domain: str
    industry: str
    pkd: str
    employees: int | None
    revenue: int | None = Field(description="A year, in PLN.")
    country: str
    city: str
    attributes: dict[str, Scalar] = Field(description="Free-form fields.")
    created_at: datetime
    updated_at: datetime


class CompanyPage(BaseModel):
    """A page of companies."""

    companies: list[CompanyShape]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class CompanyFilters(Paging):
    """Which companies, and which page of them."""

    q: Annotated[str, Field(max_length=100, pattern=NO_NUL, description="Words of the name.")] = ""
    nip: Annotated[str, Field(pattern="^([0-9]{10})?$")] = ""
    domain: Annotated[str, Field(max_length=253, pattern=NO_NUL)] = ""


@get(router, "/companies", LEADS_READ, CompanyPage)
def list_companies(request: HttpRequest, filters: Query[CompanyFilters]) -> CompanyPage:
    """Companies, in the order in which they became known."""
    rows = _visible(caller_of(request))
    for word in filters.q.split():
        rows = rows.filter(stands_in(word, "search_key"))
    if filters.nip:
        rows = rows.filter(nip=filters.nip)
    if filters.domain:
        rows = rows.filter(domain=filters.domain.lower())
    shown, following = page_by_id(rows, filters)
    return CompanyPage(companies=[_shape(row) for row in shown], next=following)


@get(router, "/companies/{company_id}", LEADS_READ, CompanyShape)
def read_company(request: HttpRequest, company_id: Path[Id]) -> CompanyShape:
    """One company."""
    company = _visible(caller_of(request)).filter(pk=company_id).first()
    if company is None:
        raise Http404
    return _shape(company)


def _visible(caller: Caller) -> QuerySet[Company]:
    """The companies that somebody may see: those of the leads that they may see."""
    if SCOPES.get(caller.user.role) is Scope.ALL:
        return Company.objects.all()
    leads = for_user(Lead.objects.all(), caller.user)
    return Company.objects.filter(pk__in=leads.values("contact__company_id"))


def _shape(company: Company) -> CompanyShape:
    return CompanyShape.model_validate(company, from_attributes=True)
