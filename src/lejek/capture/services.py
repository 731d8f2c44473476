"""Touchpoints are taken in: each once, however often it arrives."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lejek.capture.bulk import insert_missing
from lejek.capture.models import Repetition, Touchpoint

Scalar = str | int | float | bool | None

KEY_KINDS = ("email", "phone", "visitor")
"""By what somebody can be known, the surest first."""


@dataclass(frozen=True, slots=True)
class ReceivedTouchpoint:
    """A touchpoint as it arrived, its values read. `identity` is by kind of key."""

    type: str
    occurred_at: datetime
    identity: Mapping[str, str]
    properties: Mapping[str, Scalar] = field(default_factory=dict)
    id: str = ""
    received_at: datetime | None = None
    is_machine: bool = False

    @property
    def keys(self) -> list[str]:
        """The keys that its person can be known by, such as `email:a@b.pl`, the surest first."""
        return keys_of(self.identity)


def keys_of(identity: Mapping[str, str]) -> list[str]:
    """The keys of an identity, the surest first."""
    return [f"{kind}:{identity[kind]}"[:260] for kind in KEY_KINDS if identity.get(kind)]


def touchpoint_id(received: ReceivedTouchpoint) -> UUID:
    """The id that the sender gave, or one made of it, or one made of the content.

    The same content always gives the same id. An id made of content begins with the moment, so that
    a history in order of time goes to the end of the index.
    Source: RFC 9562, sections 5.7 (the leading moment) and 5.8 (custom ids).
    """
    if received.id:
        return _given_id(received.id)
    content = [
        received.type,
        received.occurred_at.isoformat(),
        dict(received.identity),
        dict(received.properties),
    ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    milliseconds = int(received.occurred_at.timestamp() * 1000) & ((1 << 48) - 1)
    return _marked(milliseconds << 80 | _digest(text) >> 48)


def contradictions(
    items: Sequence[ReceivedTouchpoint], earlier: Mapping[UUID, ReceivedTouchpoint] | None = None
) -> list[bool]:
    """For each touchpoint, whether the id that its sender gave is that of something else.

    That is kept already, or in `earlier`, or came before it among the items.
    Queries: one.
    """
    given = {touchpoint_id(item) for item in items if item.id}
    first: dict[UUID, ReceivedTouchpoint | Touchpoint] = dict(earlier or {})
    first |= Touchpoint.objects.in_bulk(list(given))
    return [
        bool(item.id) and _tells_otherwise(first.setdefault(touchpoint_id(item), item), item)
        for item in items
    ]


def _tells_otherwise(
    one: ReceivedTouchpoint | Touchpoint, other: ReceivedTouchpoint | Touchpoint
) -> bool:
    """Whether two are different things: another type or moment, or something both tell differs."""
    if (one.type, one.occurred_at) != (other.type, other.occurred_at):
        return True
    pairs = ((one.identity, other.identity), (one.properties, other.properties))
    return any(ours[key] != theirs[key] for ours, theirs in pairs for key in ours if key in theirs)


def _given_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return _marked(_digest(f"id:{text}"))


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")


def _marked(number: int) -> UUID:
    """A number as a UUID of version 8."""
    number &= ~(0xF << 76) & ~(0b11 << 62)
    return UUID(int=number | 0x8 << 76 | 0b10 << 62)


def record_touchpoints(
    items: Sequence[ReceivedTouchpoint],
    *,
    source: str,
    contacts: Mapping[str, int],
    now: datetime,
    import_id: int | None = None,
) -> list[Touchpoint]:
    """Keep touchpoints, in the caller's transaction.

    `contacts` says who is known by which key; a touchpoint of nobody known waits for its first key.
    Returns: those that were not kept before. Writes: Touchpoint; Repetition for one that another
    import had brought. Repeat: changes nothing.
    Queries: at most three.
    """
    by_id = {touchpoint_id(item): item for item in items}
    kept = Touchpoint.objects.filter(id__in=list(by_id)).values_list("id", "import_id")
    brought_by = dict(kept)
    rows = [
        _row(id_, item, source=source, contacts=contacts, now=now, import_id=import_id)
        for id_, item in by_id.items()
        if id_ not in brought_by
    ]
    names = [field.name for field in Touchpoint._meta.concrete_fields]  # noqa: SLF001 - public
    insert_missing(Touchpoint, names, ([getattr(row, name) for name in names] for row in rows))
    insert_missing(
        Repetition,
        ["touchpoint", "source", "import_id"],
        [(id_, source, import_id) for id_, by in brought_by.items() if by not in (None, import_id)],
    )
    return rows


def fresh_ids(ids: Sequence[UUID]) -> set[UUID]:
    """The ids that are not kept yet.

    Queries: one.
    """
    known = Touchpoint.objects.filter(id__in=ids).values_list("id", flat=True)
    return set(ids).difference(known)


def _row(
    id_: UUID,
    item: ReceivedTouchpoint,
    *,
    source: str,
    contacts: Mapping[str, int],
    now: datetime,
    import_id: int | None,
) -> Touchpoint:
    keys = item.keys
    contact_id = next((contacts[key] for key in keys if key in contacts), None)
    return Touchpoint(
        id=id_,
        type=item.type,
        occurred_at=item.occurred_at,
        received_at=item.received_at or now,
        properties=dict(item.properties),
        source=source,
        identity=dict(item.identity),
        is_machine=item.is_machine,
        contact_id=contact_id,
        waits_for=None if contact_id is not None else next(iter(keys), None),
        import_id=import_id,
    )
