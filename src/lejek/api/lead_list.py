"""Open leads from hottest to coldest, page by page; those without a score come last.

A condition is held against leads in their order, `SCAN` of them at most for one page: a page may
hold fewer rows than were asked for, even none, while there are more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat
from typing import Annotated

from django.db.models import Q, QuerySet
from pydantic import Field

from lejek.api.conditions import Row, Where
from lejek.api.paging import Paging, Place, cursor_of, place_of
from lejek.api.shapes import NO_NUL
from lejek.identity.models import Lead
from lejek.identity.search import stands_in
from lejek.people.access import for_user
from lejek.people.models import User
from lejek.scoring.models import LeadScore

SCAN, BATCH = 5_000, 500
MINE, NOBODYS = "me", "nobody"


class LeadFilters(Paging):
    """Which leads, and which page of them."""

    stage: Annotated[str, Field(max_length=40, pattern=NO_NUL)] = ""
    grade: Annotated[
        str,
        Field(pattern="^([A-Z][0-9]{0,2})?$", description="A grade such as A1, or its letter."),
    ] = ""
    owner: Annotated[
        str,
        Field(
            pattern="^(me|nobody|[1-9][0-9]{0,17})?$",
            description="The id of a user, `me`, or `nobody`.",
        ),
    ] = ""
    q: Annotated[
        str,
        Field(max_length=100, pattern=NO_NUL, description="Words of name, e-mail or company."),
    ] = ""
    where: Annotated[
        str,
        Field(
            max_length=4_000,
            description="A condition as JSON, in the language of the scoring model, over "
            "attributes, `stage`, `score.*` (in points), `band.*`, `grade` and definitions; "
            'such as `{"all": [{"score.fit": {"ge": 30}}, {"company.employees": {"gt": 250}}]}`. '
            "It is held against 5,000 leads at most for one page, so a page may be short, even "
            "empty, while `next` is not null.",
        ),
    ] = ""


@dataclass(frozen=True, slots=True)
class LeadRows:
    """A page of leads and the cursor of the next one."""

    rows: list[Row]
    next: str | None


def lead_rows(user: User, filters: LeadFilters, where: Where | None) -> LeadRows:
    """A page of the leads that somebody may see.

    Queries: at most two without a condition; with one, at most three for each `BATCH` of leads.
    """
    after = place_of(filters.cursor, (int, type(None)), int)
    size = filters.limit + 1 if where is None else BATCH
    found: list[Row] = []
    n_seen = 0
    while True:
        batch = _batch(user, filters, after, size)
        answers: Iterable[bool] = repeat(True) if where is None else where.answers(batch)
        for row, fits in zip(batch, answers, strict=False):
            if len(found) == filters.limit:
                return LeadRows(found, cursor_of(after or []))
            after, n_seen = _place(row), n_seen + 1
            if fits:
                found.append(row)
        if len(batch) < size:
            return LeadRows(found, None)
        if n_seen >= SCAN:
            return LeadRows(found, cursor_of(after or []))


def _place(row: Row) -> Place:
    lead, score = row
    return [None if score is None else score.overall, lead.pk]


def _batch(user: User, filters: LeadFilters, after: Place | None, size: int) -> list[Row]:
    """The leads that follow a place."""
    rows: list[Row] = []
    if after is None or after[0] is not None:
        rows = [(score.lead, score) for score in _scored(user, filters, after)[:size]]
        after = None
    if len(rows) < size and not filters.grade:
        rest = _unscored(user, filters, 0 if after is None else int(after[1] or 0))
        rows += [(lead, None) for lead in rest[: size - len(rows)]]
    return rows


def _scored(user: User, filters: LeadFilters, after: Place | None) -> QuerySet[LeadScore]:
    scores = for_user(LeadScore.objects.all(), user, path="lead__")
    scores = scores.filter(_narrowed("lead__", user, filters), lead__closed_at__isnull=True)
    if len(filters.grade) == 1:
        scores = scores.filter(grade__startswith=filters.grade)
    elif filters.grade:
        scores = scores.filter(grade=filters.grade)
    if after is not None:
        # The first condition alone says where the index begins to be read.
        scores = scores.filter(overall__lte=after[0]).filter(
            Q(overall__lt=after[0]) | Q(lead_id__gt=after[1])
        )
    return scores.select_related("lead__contact__company", "lead__owner", "version").order_by(
        "-overall", "lead_id"
    )


def _unscored(user: User, filters: LeadFilters, after: int) -> QuerySet[Lead]:
    leads = for_user(Lead.objects.filter(score__isnull=True, closed_at__isnull=True), user)
    leads = leads.filter(_narrowed("", user, filters), pk__gt=after)
    return leads.select_related("contact__company", "owner").order_by("pk")


def _narrowed(path: str, user: User, filters: LeadFilters) -> Q:
    """The simple filters; `path` leads from the rows to the lead."""
    found = Q()
    if filters.stage:
        found &= Q((f"{path}stage", filters.stage))
    if filters.owner == MINE:
        found &= Q((f"{path}owner", user))
    elif filters.owner == NOBODYS:
        found &= Q((f"{path}owner__isnull", True))
    elif filters.owner:
        found &= Q((f"{path}owner_id", int(filters.owner)))
    for word in filters.q.split():
        of_person, of_firm = f"{path}contact__search_key", f"{path}contact__company__search_key"
        found &= stands_in(word, of_person, of_firm)
    return found
