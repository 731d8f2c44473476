"""Lists in pages that keep their place.

A cursor says after which row the next page begins, so rows that come or go meanwhile shift nothing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from django.db.models import Model, QuerySet
from pydantic import BaseModel, ConfigDict, Field

from lejek.api.failures import invalid, problem

LIMIT, MOST = 50, 200
MAX_ID = 2**63 - 1

Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Cursor = Annotated[
    str,
    Field(
        default="",
        max_length=300,
        pattern="^[A-Za-z0-9_-]*$",
        description="`next` of the page before; without it, the first page.",
    ),
]

M = TypeVar("M", bound=Model)
Place = list[int | str | None]


class Paging(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(LIMIT, ge=1, le=MOST, description="Rows on the page.")
    cursor: Cursor


def cursor_of(place: Place) -> str:
    """A place in a list, as text that means nothing to others."""
    text = json.dumps(place, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def place_of(cursor: str, *kinds: type | tuple[type, ...]) -> Place | None:
    """The place that a cursor means; None for the beginning.

    Raises: Refusal when it is none of this list.
    """
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        place = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        place = None
    if not isinstance(place, list) or len(place) != len(kinds):
        raise _unknown(cursor)
    if not all(_is(part, kind) for part, kind in zip(place, kinds, strict=True)):
        raise _unknown(cursor)
    return place


def _is(part: object, kind: type | tuple[type, ...]) -> bool:
    if isinstance(part, bool) or (isinstance(part, int) and abs(part) > MAX_ID):
        return False
    return isinstance(part, kind)


def _unknown(cursor: str) -> Exception:
    return invalid([problem("query.cursor", cursor, "`next` of a page of this list, or none")])


def page_by_id(
    rows: QuerySet[M], paging: Paging, *, is_newest_first: bool = False
) -> tuple[Sequence[M], str | None]:
    """A page of rows in the order of their ids, and the cursor of the next one.

    Queries: one.
    """
    place = place_of(paging.cursor, int)
    if place is not None and is_newest_first:
        rows = rows.filter(pk__lt=place[0])
    elif place is not None:
        rows = rows.filter(pk__gt=place[0])
    found = list(rows.order_by("-pk" if is_newest_first else "pk")[: paging.limit + 1])
    return cut(found, paging.limit, lambda row: [row.pk])


def cut(
    rows: Sequence[M], limit: int, place: Callable[[M], Place]
) -> tuple[Sequence[M], str | None]:
    """The rows of a page, and the cursor of the next one when there is one row too many."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], cursor_of(place(rows[limit - 1]))
