"""An import is taken back: what it brought goes, what it changed is restored from the facts.

In: an import. Out: records as if it had not been, except where something else came to depend on
them. Each step is a short transaction and finds by itself what is left to do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction

from lejek.capture.models import Touchpoint
from lejek.capture.services import keys_of
from lejek.identity.models import (
    AttributeChange,
    Company,
    Contact,
    Import,
    KnownVisitor,
    Lead,
)
from lejek.identity.recording import COMPANY_LINK, place_of, put, stored, upsert
from lejek.identity.targets import Cell, Place
from lejek.kernel.events import emit

UNDO = "undo"
_BATCH = 500

Record = Contact | Company


@dataclass(frozen=True, slots=True)
class Reach:
    """What the undo of an import would touch."""

    n_leads: int
    n_contacts: int
    n_companies: int
    n_changed: int
    n_touchpoints: int


def reach(job: Import) -> Reach:
    """How many records an import brought and changed.

    Queries: six.
    """
    own = {"import_id": job.pk}
    facts = AttributeChange.objects.filter(**own)
    people = facts.filter(contact__isnull=False).exclude(contact__import_id=job.pk)
    firms = facts.filter(company__isnull=False).exclude(company__import_id=job.pk)
    return Reach(
        Lead.objects.filter(**own).count(),
        Contact.objects.filter(**own).count(),
        Company.objects.filter(**own).count(),
        people.values("contact").distinct().count() + firms.values("company").distinct().count(),
        Touchpoint.objects.filter(**own).count(),
    )


def undo(job: Import, *, now: datetime) -> None:
    """Take an import back.

    Writes: deletes what it brought, AttributeChange for what is restored, import_undone.
    Repeat: finds nothing left to do.
    """
    if job.status != Import.Status.UNDOING:
        return
    _remove_touchpoints(job)
    _detach_visitors(job)
    _restore(Contact, job, now)
    _restore(Company, job, now)
    kept = _remove(Lead, job, _needed_leads)
    kept += _remove(Contact, job, _needed_contacts)
    kept += _remove(Company, job, _needed_companies)
    with transaction.atomic():
        mine = Import.objects.filter(pk=job.pk, status=Import.Status.UNDOING)
        counts = {**job.counts, "kept": kept}
        if mine.update(status=Import.Status.UNDONE, counts=counts, message=""):
            emit("import_undone", {"import_id": job.pk}, now=now)


def _remove_touchpoints(job: Import) -> None:
    while ids := list(
        Touchpoint.objects.filter(import_id=job.pk).values_list("id", flat=True)[: 4 * _BATCH]
    ):
        Touchpoint.objects.filter(id__in=ids).delete()


def _detach_visitors(job: Import) -> None:
    """Forget whose browsers it is that only the touchpoints of this import told."""
    for visitor in KnownVisitor.objects.filter(import_id=job.pk):
        with transaction.atomic():
            theirs = Touchpoint.objects.filter(contact_id=visitor.contact_id)
            alone = [
                row
                for row in theirs
                if row.identity.get("visitor") == visitor.visitor
                and keys_of(row.identity) == [f"visitor:{visitor.visitor}"]
            ]
            _let_wait(alone)
            visitor.delete()


def _let_wait(rows: Sequence[Touchpoint]) -> None:
    """Touchpoints whose person is gone wait for the surest of their keys again."""
    for row in rows:
        row.contact_id, row.waits_for = None, next(iter(keys_of(row.identity)), None)
    Touchpoint.objects.bulk_update(rows, ["contact_id", "waits_for"], batch_size=_BATCH)


def _restore(model: type[Record], job: Import, now: datetime) -> None:
    """Give records that were there before the values that the other facts say."""
    name = model.__name__.lower()
    own = AttributeChange.objects.filter(import_id=job.pk, **{f"{name}__isnull": False})
    own = own.exclude(**{f"{name}__import_id": job.pk})
    undone = set(
        Import.objects.filter(status=Import.Status.UNDONE).values_list("id", flat=True)
    ) | {job.pk}
    for ids in _pages(own, f"{name}_id"):
        with transaction.atomic():
            _restore_some(model, ids, undone, job, now)


def _restore_some(
    model: type[Record], ids: Sequence[int], undone: set[int], job: Import, now: datetime
) -> None:
    manager: models.Manager[Any] = model._default_manager  # noqa: SLF001 - Django's public name
    name = model.__name__.lower()
    records: dict[int, Record] = manager.in_bulk(ids)
    leads = _leads_of(ids) if model is Contact else {}
    changes = AttributeChange.objects.filter(**{f"{name}_id__in": ids}).order_by("id")
    by_field: dict[tuple[int, str], list[AttributeChange]] = defaultdict(list)
    for change in changes:
        by_field[getattr(change, f"{name}_id"), change.field].append(change)
    facts: list[AttributeChange] = []
    for (pk, field), history in by_field.items():
        if any(change.import_id == job.pk for change in history):
            value = _value_without(history, undone)
            facts += _put_back(records[pk], leads.get(pk), field, value, now)
    for pk, record in records.items():
        record.updated_at = _confirmed_at(record, pk, by_field, undone)
    upsert(model, list(records.values()))
    Lead.objects.bulk_update(list(leads.values()), ["channel", "direction"], batch_size=_BATCH)
    AttributeChange.objects.bulk_create(facts, batch_size=_BATCH)


def _leads_of(contact_ids: Sequence[int]) -> dict[int, Lead]:
    leads = Lead.objects.filter(contact_id__in=contact_ids, closed_at__isnull=True)
    return {lead.contact_id: lead for lead in leads}


def _value_without(history: Sequence[AttributeChange], undone: set[int]) -> Cell | None:
    """What the facts say of a field when imports that were undone are left out."""
    others = [c for c in history if c.import_id not in undone and c.source != UNDO]
    return others[-1].new if others else history[0].old


def _confirmed_at(
    record: Record,
    pk: int,
    by_field: Mapping[tuple[int, str], Sequence[AttributeChange]],
    undone: set[int],
) -> datetime:
    moments = [
        change.known_at
        for (owner, _), history in by_field.items()
        for change in history
        if owner == pk and change.import_id not in undone and change.source != UNDO
    ]
    return max(moments, default=record.created_at)


def _put_back(
    record: Record, lead: Lead | None, field: str, value: Cell | None, now: datetime
) -> list[AttributeChange]:
    """Put a value back in memory; the fact that it was, when it was another."""
    place, column = place_of(field)
    keeper: models.Model | None = lead if place is Place.LEAD else record
    if keeper is None:
        return []
    if field == COMPANY_LINK and isinstance(record, Contact):
        old: Any = record.company_id
        is_there = value is not None and Company.objects.filter(pk=int(value)).exists()
        value = value if is_there else None
        record.company_id = value
    else:
        old = stored(keeper, field, column)
        put(keeper, field, column, value)
    if old == value:
        return []
    return [
        AttributeChange(
            contact=record if isinstance(record, Contact) else None,
            company=record if isinstance(record, Company) else None,
            field=field,
            old=old,
            new=value,
            known_at=now,
            source=UNDO,
        )
    ]


def _remove(
    model: type[models.Model], job: Import, needed: Callable[[Sequence[int], Import], set[int]]
) -> int:
    """Delete the records that an import brought and that nothing else needs.

    Returns: how many stay. They are no longer the import's, nor are the facts of them.
    """
    manager: models.Manager[Any] = model._default_manager  # noqa: SLF001 - Django's public name
    n_kept = 0
    for ids in _pages(manager.filter(import_id=job.pk), "id"):
        with transaction.atomic():
            stay = needed(ids, job)
            n_kept += len(stay)
            gone = [pk for pk in ids if pk not in stay]
            if model is Contact:
                _let_wait(list(Touchpoint.objects.filter(contact_id__in=gone)))
            manager.filter(id__in=gone).delete()
            manager.filter(id__in=stay).update(import_id=None)
            _adopt_facts(model, stay, job)
    return n_kept


def _adopt_facts(model: type[models.Model], ids: Iterable[int], job: Import) -> None:
    name = model.__name__.lower()
    if name in ("contact", "company"):
        kept = AttributeChange.objects.filter(import_id=job.pk, **{f"{name}_id__in": list(ids)})
        kept.update(import_id=None)


def _needed_leads(ids: Sequence[int], job: Import) -> set[int]:
    """Leads that people worked on, or whose person others told something about."""
    found = _depended_on(Lead, ids, job)
    people = dict(
        Lead.objects.filter(id__in=ids, contact__import_id=job.pk).values_list("contact_id", "id")
    )
    told = _depended_on(Contact, list(people), job, is_with_protected=False)
    return found | {people[contact_id] for contact_id in told}


def _needed_contacts(ids: Sequence[int], job: Import) -> set[int]:
    return _depended_on(Contact, ids, job)


def _needed_companies(ids: Sequence[int], job: Import) -> set[int]:
    return _depended_on(Company, ids, job)


def _depended_on(
    model: type[models.Model],
    ids: Sequence[int],
    job: Import,
    *,
    is_with_protected: bool = True,
) -> set[int]:
    """Records that something else depends on.

    Later rooms are asked through their foreign keys: what protects a record depends on it, and so
    does what somebody did (an actor) or what another source told. Scores and the like do not: they
    are made of the facts.
    """
    found: set[int] = set()
    for relation in model._meta.related_objects:  # noqa: SLF001 - Django's public name
        related: Any = relation.related_model
        name = relation.field.name
        rows = related._default_manager.filter(**{f"{name}__in": ids})  # noqa: SLF001
        columns = {field.name for field in related._meta.concrete_fields}  # noqa: SLF001
        if relation.on_delete is models.PROTECT:
            rows = rows if is_with_protected else rows.none()
        elif {"source", "import_id"} <= columns:
            rows = rows.exclude(import_id=job.pk).exclude(source=UNDO)
        elif "actor" in columns:
            rows = rows.exclude(actor=None)
        else:
            continue
        found.update(rows.values_list(f"{name}_id", flat=True))
    return found


def _pages(rows: models.QuerySet[Any], column: str) -> Iterator[list[int]]:
    """The distinct values of a column, page by page."""
    last = 0
    while True:
        page = rows.filter(**{f"{column}__gt": last}).order_by(column)
        ids = list(page.values_list(column, flat=True).distinct()[:_BATCH])
        if not ids:
            return
        yield ids
        last = ids[-1]
