"""Touchpoints find their person; those of nobody known wait until somebody is.

In: touchpoints as received. Out: touchpoints of contacts, and the leads whose history grew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from lejek.capture.bulk import insert_missing, update_records
from lejek.capture.models import Touchpoint
from lejek.capture.services import ReceivedTouchpoint, record_touchpoints
from lejek.identity.models import Contact, KnownVisitor, Lead
from lejek.identity.recording import record_alone
from lejek.kernel.events import emit

_VISITOR = "visitor:"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of some touchpoints: those not seen before, and how many of them wait."""

    n_new: int
    n_waiting: int


def receive_touchpoints(
    items: Sequence[ReceivedTouchpoint],
    *,
    source: str,
    now: datetime,
    import_id: int | None = None,
    is_announced: bool = True,
) -> Taken:
    """Keep touchpoints and attach them to their people.

    Writes: Touchpoint, KnownVisitor, touchpoints_attached. Repeat: a touchpoint counts once.
    Queries: at most ten for a thousand.
    """
    with transaction.atomic():
        record_alone()
        contacts = contacts_by_key({key for item in items for key in item.keys})
        rows = record_touchpoints(
            items, source=source, contacts=contacts, now=now, import_id=import_id
        )
        grown = {row.contact_id for row in rows if row.contact_id is not None}
        grown |= learn_visitors(rows, import_id=import_id)
        if is_announced:
            tell_attached(grown, now)
    return Taken(len(rows), sum(row.contact_id is None for row in rows))


def contacts_by_key(keys: Iterable[str]) -> dict[str, int]:
    """The people that keys such as `email:a@b.pl` belong to.

    The other e-mail of one person is a key too, unless it is the first one of somebody; one that
    several have, or a shared phone, is nobody's.
    Queries: four.
    """
    told: dict[str, set[str]] = {"email": set(), "phone": set(), "visitor": set()}
    for key in keys:
        kind, _, value = key.partition(":")
        told[kind].add(value)
    found = {
        f"email:{email}": pk
        for pk, email in Contact.objects.filter(email__in=told["email"]).values_list("id", "email")
    }
    visitors = KnownVisitor.objects.filter(visitor__in=told["visitor"])
    found |= {
        f"{_VISITOR}{visitor}": pk for pk, visitor in visitors.values_list("contact_id", "visitor")
    }
    by_phone = Contact.objects.filter(phone__in=told["phone"])
    by_other = Contact.objects.filter(other_email__in=told["email"])
    return {
        **_unshared("email", by_other.values_list("other_email", "id")),
        **found,
        **_unshared("phone", by_phone.values_list("phone", "id")),
    }


def _unshared(kind: str, owners: Iterable[tuple[str | None, int]]) -> dict[str, int]:
    """Keys of one person each."""
    sharing: dict[str | None, list[int]] = {}
    for value, pk in owners:
        sharing.setdefault(value, []).append(pk)
    return {f"{kind}:{value}": pks[0] for value, pks in sharing.items() if len(pks) == 1}


def learn_visitors(rows: Iterable[Touchpoint], *, import_id: int | None) -> set[int]:
    """Learn whose browser it is from touchpoints that tell a person too; attach what waited for it.

    Returns: the people whose history grew by it.
    """
    told = {
        str(row.identity["visitor"])[:250]: row.contact_id
        for row in rows
        if row.contact_id is not None and row.identity.get("visitor")
    }
    if not told:
        return set()
    known = set(KnownVisitor.objects.filter(visitor__in=told).values_list("visitor", flat=True))
    fresh = {visitor: pk for visitor, pk in told.items() if visitor not in known}
    insert_missing(
        KnownVisitor,
        ["visitor", "contact", "import_id"],
        [(visitor, pk, import_id) for visitor, pk in fresh.items()],
    )
    return attach_waiting({f"{_VISITOR}{visitor}": pk for visitor, pk in fresh.items()})


def attach_waiting(contacts: Mapping[str, int]) -> set[int]:
    """Attach the touchpoints that waited for these keys, and those that these make known.

    Returns: the people whose history grew. Repeat: nothing waits any more.
    """
    waiting = list(Touchpoint.objects.filter(waits_for__in=list(contacts)))
    if not waiting:
        return set()
    for row in waiting:
        row.contact_id, row.waits_for = contacts[row.waits_for or ""], None
    update_records(Touchpoint, waiting, ["contact_id", "waits_for"])
    grown = {row.contact_id for row in waiting if row.contact_id is not None}
    return grown | learn_visitors(waiting, import_id=None)


def tell_attached(contact_ids: Iterable[int], now: datetime) -> None:
    """Say that the history of some people's open leads grew."""
    leads = Lead.objects.filter(contact_id__in=list(contact_ids), closed_at__isnull=True)
    if lead_ids := sorted(leads.values_list("id", flat=True)):
        emit("touchpoints_attached", {"lead_ids": lead_ids}, now=now)
