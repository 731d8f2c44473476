"""Touchpoints: those of a lead, and many new ones at once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from lejek.api.contract import get, post
from lejek.api.failures import Problem, invalid, problem, problem_of
from lejek.api.keys import LEADS_READ, TOUCHPOINTS_WRITE, caller_of
from lejek.api.leads import SOURCE, visible_lead
from lejek.api.paging import Id, Paging, cut, place_of
from lejek.api.shapes import FIRST_MOMENT, Moment, Plain, Said, Scalar
from lejek.capture.models import QuarantinedItem, Touchpoint
from lejek.capture.services import (
    ReceivedTouchpoint,
    contradictions,
    fresh_ids,
    touchpoint_id,
)
from lejek.identity.normalise.reasons import Unreadable
from lejek.identity.normalise.words import tidy
from lejek.identity.targets import TOUCHPOINT_TARGETS
from lejek.identity.touchpoints import receive_touchpoints

router = Router()

MOST = 1_000
AHEAD = timedelta(days=1)
"""How far a sender's clock may be ahead."""


class TouchpointShape(BaseModel):
    """One thing that somebody did."""

    id: str
    type: str
    occurred_at: datetime
    received_at: datetime
    properties: dict[str, Scalar]
    source: str
    is_machine: bool = Field(description="Whether a machine did it; then it never counts.")


class TouchpointPage(BaseModel):
    """A page of touchpoints."""

    touchpoints: list[TouchpointShape]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


@get(router, "/leads/{lead_id}/touchpoints", LEADS_READ, TouchpointPage)
def list_touchpoints(
    request: HttpRequest, lead_id: Path[Id], paging: Query[Paging]
) -> TouchpointPage:
    """What the person of a lead did, newest first."""
    lead = visible_lead(caller_of(request), lead_id)
    rows = Touchpoint.objects.filter(contact_id=lead.contact_id)
    if place := place_of(paging.cursor, str, str):
        at, id_ = _place(paging.cursor, place)
        rows = rows.filter(occurred_at__lte=at).filter(Q(occurred_at__lt=at) | Q(id__lt=id_))
    found = list(rows.order_by("-occurred_at", "-id")[: paging.limit + 1])
    shown, following = cut(
        found, paging.limit, lambda row: [row.occurred_at.isoformat(), str(row.id)]
    )
    return TouchpointPage(touchpoints=[_shape(row) for row in shown], next=following)


def _place(cursor: str, place: Sequence[object]) -> tuple[datetime, UUID]:
    try:
        at = datetime.fromisoformat(str(place[0])).astimezone(UTC)
        return at, UUID(str(place[1]))
    except (ValueError, OverflowError):
        raise invalid([problem("query.cursor", cursor, "`next` of a page of this list")]) from None


def _shape(row: Touchpoint) -> TouchpointShape:
    return TouchpointShape(
        id=str(row.id),
        type=row.type,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        properties=row.properties,
        source=row.source,
        is_machine=row.is_machine,
    )


class IdentitySaid(Said):
    """By what somebody is known; the surest key that is known counts."""

    email: Annotated[str, Field(max_length=254)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    visitor: Annotated[str, Field(max_length=200)] = ""


_NAME = "^[^\\x00-\\x1f\\x7f-\\x9f]+$"


def _visible(name: str) -> str:
    if not tidy(name):
        raise ValueError("text that can be seen")
    return name


Name = Annotated[str, Field(min_length=1, max_length=100, pattern=_NAME), AfterValidator(_visible)]


class TouchpointSaid(Said):
    """A touchpoint as a program says it."""

    id: Annotated[str, Field(max_length=200)] = ""
    type: Name
    occurred_at: Moment
    identity: IdentitySaid
    properties: Annotated[dict[Name, Plain], Field(max_length=100)] = {}  # noqa: RUF012
    is_machine: bool = False


_ITEM = {
    "type": "object",
    "description": "`type`, `occurred_at` (ISO 8601 with an offset), `identity` with at least one "
    "of `email`, `phone` and `visitor`; optionally `id` (by which a second arrival is known; with "
    "another content it goes into quarantine; without it, equal content is one touchpoint), "
    "`properties` (flat: texts, numbers, true, "
    "false, null) and `is_machine`. An item that is not like this is put into quarantine and does "
    "not stop the others.",
    "example": {
        "id": "web-7431",
        "type": "page_view",
        "occurred_at": "2026-01-31T12:00:00+01:00",
        "identity": {"email": "anna.nowak@firma.example"},
        "properties": {"page.category": "pricing"},
    },
}


class TouchpointsSaid(Said):
    """Some touchpoints."""

    touchpoints: Annotated[
        list[Annotated[dict[str, Any], Field(json_schema_extra=_ITEM)]],
        Field(min_length=1, max_length=MOST),
    ]


class TouchpointAnswer(BaseModel):
    """What became of one touchpoint, in the order in which they were sent."""

    status: Literal["accepted", "duplicate", "quarantined"]
    id: str | None = Field(description="Under which id it is kept; null in quarantine.")
    problems: list[Problem]


class TouchpointAnswers(BaseModel):
    """What became of some touchpoints."""

    accepted: int
    duplicate: int
    quarantined: int
    results: list[TouchpointAnswer]


@post(router, "/touchpoints", TOUCHPOINTS_WRITE, {200: TouchpointAnswers})
def record_touchpoints(request: HttpRequest, body: TouchpointsSaid) -> TouchpointAnswers:
    """Record up to 1,000 touchpoints.

    Each is kept once, however often it arrives. Those of people who are not known yet wait for
    them. An answer comes after everything is written.
    """
    now = caller_of(request).now
    read = _with_ids_of_their_own(
        [_read(item, number, now) for number, item in enumerate(body.touchpoints)]
    )
    taken = [each for each in read if isinstance(each, ReceivedTouchpoint)]
    fresh = fresh_ids([touchpoint_id(each) for each in taken])
    receive_touchpoints(taken, source=SOURCE, now=now)
    results = []
    refused = []
    for item, each in zip(body.touchpoints, read, strict=True):
        if not isinstance(each, ReceivedTouchpoint):
            refused.append(_quarantined(item, each, now))
            results.append(TouchpointAnswer(status="quarantined", id=None, problems=each))
            continue
        id_ = touchpoint_id(each)
        status: Literal["accepted", "duplicate"] = "accepted" if id_ in fresh else "duplicate"
        fresh.discard(id_)
        results.append(TouchpointAnswer(status=status, id=str(id_), problems=[]))
    QuarantinedItem.objects.bulk_create(refused)
    counts = Counter(result.status for result in results)
    return TouchpointAnswers(
        accepted=counts["accepted"],
        duplicate=counts["duplicate"],
        quarantined=counts["quarantined"],
        results=results,
    )


def _read(item: dict[str, Any], number: int, now: datetime) -> ReceivedTouchpoint | list[Problem]:
    """A touchpoint, or everything that is wrong with it."""
    path = f"body.touchpoints[{number}]"
    try:
        said = TouchpointSaid.model_validate(item)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        return [problem_of(path, each["loc"], each) for each in faults]
    problems: list[Problem] = []
    identity = _identity(said.identity, path, problems)
    if not FIRST_MOMENT <= said.occurred_at <= now + AHEAD:
        span = f"a moment from {FIRST_MOMENT.date()} on that is not in the future"
        problems.append(problem(f"{path}.occurred_at", said.occurred_at.isoformat(), span))
    if problems:
        return problems
    return ReceivedTouchpoint(
        type=said.type,
        occurred_at=said.occurred_at.astimezone(UTC),
        identity=identity,
        properties=said.properties,
        id=said.id,
        is_machine=said.is_machine,
    )


def _with_ids_of_their_own(
    read: Sequence[ReceivedTouchpoint | list[Problem]],
) -> list[ReceivedTouchpoint | list[Problem]]:
    """Touchpoints whose ids nothing else has; of the others, that something has."""
    taken = [each for each in read if isinstance(each, ReceivedTouchpoint)]
    is_other = iter(contradictions(taken))
    accepted = "an id that no other touchpoint has"
    return [
        [problem(f"body.touchpoints[{number}].id", each.id, accepted)]
        if isinstance(each, ReceivedTouchpoint) and next(is_other)
        else each
        for number, each in enumerate(read)
    ]


def _identity(said: IdentitySaid, path: str, problems: list[Problem]) -> dict[str, str]:
    """The keys of a person, normalised as everywhere."""
    zone = ZoneInfo(settings.TIME_ZONE)
    found: dict[str, str] = {}
    for kind, text in said.model_dump().items():
        if not text.strip():
            continue
        try:
            if value := str(TOUCHPOINT_TARGETS[kind].read(text, zone)):
                found[kind] = value
        except Unreadable as error:
            wanted = str(error.reason).removeprefix("not_").replace("_", " ")
            problems.append(problem(f"{path}.identity.{kind}", text, wanted))
    if not found and not problems:
        problems.append(problem(f"{path}.identity", None, "at least one of email, phone, visitor"))
    return found


def _quarantined(item: dict[str, Any], problems: list[Problem], now: datetime) -> QuarantinedItem:
    reason = "; ".join(
        f"{each.path}: {each.found} (accepted: {each.accepted})" for each in problems
    )
    body = json.dumps(item, ensure_ascii=False)
    return QuarantinedItem(body=body, source=SOURCE, reason=reason[:2000], received_at=now)
