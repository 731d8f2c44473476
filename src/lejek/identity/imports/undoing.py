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

from lejek.capture.bulk import update_records
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
from lejek.identity.recording import COMPANY_LINK, place_of, put, stored
from lejek.identity.targets import Cell, Place
from lejek.kernel.events import emit

UNDO = "undo"
_PAGE = 2000

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

    Queries: four.
    """
    own = {"import_id": job.pk}
    return Reach(
        Lead.objects.filter(**own).count(),
        Contact.objects.filter(**own).count(),
        Company.objects.filter(**own).count(),
        job.counts.get("changed_records", 0),
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
    undone = _undone(job)
    _restore(Contact, job, undone, now)
    _restore(Company, job, undone, now)
    _remove(Lead, job, lambda ids: _needed_leads(ids, undone))
    _remove(Contact, job, lambda ids: _depended_on(Contact, ids, undone))
    _remove(Company, job, lambda ids: _depended_on(Company, ids, undone))
    with transaction.atomic():
        mine = Import.objects.filter(pk=job.pk, status=Import.Status.UNDOING)
        if mine.update(status=Import.Status.UNDONE, rows_done=0, message=""):
            emit("import_undone", {"import_id": job.pk}, now=now)


def _undone(job: Import) -> set[int]:
    """The imports whose facts no longer count: this one, and those that were undone before."""
    before = Import.objects.filter(status=Import.Status.UNDONE).values_list("id", flat=True)
    return {*before, job.pk}


def _remove_touchpoints(job: Import) -> None:
    own = Touchpoint.objects.filter(import_id=job.pk)
    while ids := list(own.values_list("id", flat=True)[:_PAGE]):
        with transaction.atomic():
            _delete(Touchpoint, ids)
            _count_down(job, len(ids))


def _count_down(job: Import, n_rows: int, *, n_kept: int = 0) -> None:
    """Let the page see how much is left."""
    job.rows_done = max(0, job.rows_done - n_rows)
    job.counts["kept"] = job.counts.get("kept", 0) + n_kept
    Import.objects.filter(pk=job.pk).update(rows_done=job.rows_done, counts=job.counts)


def _detach_visitors(job: Import) -> None:
    """Forget whose browsers it is that only the touchpoints of this import told."""
    own = KnownVisitor.objects.filter(import_id=job.pk)
    for ids in _pages(own):
        with transaction.atomic():
            visitors = dict(
                KnownVisitor.objects.filter(id__in=ids).values_list("visitor", "contact_id")
            )
            theirs = Touchpoint.objects.filter(contact_id__in=set(visitors.values()))
            _let_wait([row for row in theirs.iterator() if _is_known_by(row, visitors)])
            _delete(KnownVisitor, ids)


def _is_known_by(row: Touchpoint, visitors: Mapping[str, int]) -> bool:
    """Whether nothing but one of these browsers tells whose touchpoint it is."""
    visitor = row.identity.get("visitor", "")
    is_alone = keys_of(row.identity) == [f"visitor:{visitor}"]
    return is_alone and visitors.get(visitor) == row.contact_id


def _let_wait(rows: Sequence[Touchpoint]) -> None:
    """Touchpoints whose person is gone wait for the surest of their keys again."""
    for row in rows:
        row.contact_id, row.waits_for = None, next(iter(keys_of(row.identity)), None)
    update_records(Touchpoint, rows, ["contact_id", "waits_for"])


def _restore(model: type[Record], job: Import, undone: set[int], now: datetime) -> None:
    """Give records that were there before the values that the other facts say."""
    last = 0
    name = model.__name__.lower()
    is_older = models.Q(**{f"{name}__import_id__isnull": True})
    is_older |= ~models.Q(**{f"{name}__import_id": job.pk})
    own = AttributeChange.objects.filter(is_older, import_id=job.pk, **{f"{name}__isnull": False})
    while True:
        page = own.filter(id__gt=last).order_by("id").values_list("id", f"{name}_id")[:_PAGE]
        facts = list(page)
        if not facts:
            return
        last = facts[-1][0]
        with transaction.atomic():
            _restore_some(model, sorted({pk for _, pk in facts}), undone, job, now)


def _restore_some(
    model: type[Record], ids: Sequence[int], undone: set[int], job: Import, now: datetime
) -> None:
    manager: models.Manager[Any] = model._default_manager  # noqa: SLF001 - Django's public name
    name = model.__name__.lower()
    records: dict[int, Record] = manager.in_bulk(ids)
    leads = _leads_of(ids) if model is Contact else {}
    histories: dict[int, list[AttributeChange]] = defaultdict(list)
    for change in AttributeChange.objects.filter(**{f"{name}_id__in": ids}).order_by("id"):
        histories[getattr(change, f"{name}_id")].append(change)
    facts: list[AttributeChange] = []
    for pk, record in records.items():
        facts += _put_all_back(record, leads.get(pk), histories[pk], undone, job, now)
        record.updated_at = _confirmed_at(record, histories[pk], undone)
    update_records(model, list(records.values()))
    update_records(Lead, list(leads.values()), ["channel", "direction"])
    AttributeChange.objects.bulk_create(facts, batch_size=_PAGE)


def _put_all_back(
    record: Record,
    lead: Lead | None,
    history: Sequence[AttributeChange],
    undone: set[int],
    job: Import,
    now: datetime,
) -> Iterator[AttributeChange]:
    by_field: dict[str, list[AttributeChange]] = defaultdict(list)
    for change in history:
        by_field[change.field].append(change)
    for field, changes in by_field.items():
        if any(change.import_id == job.pk for change in changes):
            yield from _put_back(record, lead, field, _value_without(changes, undone), now)


def _leads_of(contact_ids: Sequence[int]) -> dict[int, Lead]:
    leads = Lead.objects.filter(contact_id__in=contact_ids, closed_at__isnull=True)
    return {lead.contact_id: lead for lead in leads}


def _value_without(history: Sequence[AttributeChange], undone: set[int]) -> Cell | None:
    """What the facts say of a field when imports that were undone are left out."""
    others = [c for c in history if c.import_id not in undone and c.source != UNDO]
    return others[-1].new if others else history[0].old


def _confirmed_at(record: Record, history: Sequence[AttributeChange], undone: set[int]) -> datetime:
    moments = (
        change.known_at
        for change in history
        if change.import_id not in undone and change.source != UNDO
    )
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
    model: type[models.Model], job: Import, needed: Callable[[Sequence[int]], set[int]]
) -> None:
    """Delete the records that an import brought and that nothing else needs.

    Those that stay are counted; they are no longer the import's, nor are the facts of them.
    """
    manager: models.Manager[Any] = model._default_manager  # noqa: SLF001 - Django's public name
    for ids in _pages(manager.filter(import_id=job.pk)):
        with transaction.atomic():
            stay = needed(ids)
            gone = [pk for pk in ids if pk not in stay]
            if model is Contact:
                _let_wait(list(Touchpoint.objects.filter(contact_id__in=gone)))
            _delete(model, gone)
            manager.filter(id__in=stay).update(import_id=None)
            _adopt_facts(model, stay, job)
            _count_down(job, len(ids) // 2, n_kept=len(stay))


def _delete(model: type[models.Model], ids: Sequence[Any]) -> None:
    """Delete records by their ids, and what hangs on them: a statement for each table.

    Django's own way loads each record first.
    """
    rows: Any = model._base_manager.filter(pk__in=ids)  # noqa: SLF001 - Django's public name
    for relation in model._meta.related_objects:  # noqa: SLF001 - Django's public name
        related: Any = relation.related_model
        hanging = related._base_manager.filter(**{f"{relation.field.name}__in": ids})  # noqa: SLF001
        if relation.on_delete is models.SET_NULL:
            hanging.update(**{relation.field.name: None})
        elif relation.on_delete is models.CASCADE and related._meta.related_objects:  # noqa: SLF001
            _delete(related, list(hanging.values_list("pk", flat=True)))
        elif relation.on_delete is models.CASCADE:
            hanging._raw_delete(hanging.db)  # noqa: SLF001
    rows._raw_delete(rows.db)  # noqa: SLF001 - nothing hangs on them any more


def _adopt_facts(model: type[models.Model], ids: Iterable[int], job: Import) -> None:
    name = model.__name__.lower()
    if name in ("contact", "company"):
        kept = AttributeChange.objects.filter(import_id=job.pk, **{f"{name}_id__in": list(ids)})
        kept.update(import_id=None)


def _needed_leads(ids: Sequence[int], undone: set[int]) -> set[int]:
    """Leads that people worked on, or whose person others told something about."""
    found = _depended_on(Lead, ids, undone)
    people = Lead.objects.filter(id__in=ids).values_list("contact_id", "id", "contact__import_id")
    own = {contact_id: pk for contact_id, pk, import_id in people if import_id in undone}
    told = _depended_on(Contact, list(own), undone, is_with_protected=False)
    return found | {own[contact_id] for contact_id in told}


def _depended_on(
    model: type[models.Model],
    ids: Sequence[int],
    undone: set[int],
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
            found.update(_told_by_others(rows, f"{name}_id", undone))
            continue
        elif "actor" in columns:
            rows = rows.exclude(actor=None)
        else:
            continue
        found.update(rows.values_list(f"{name}_id", flat=True))
    return found


def _told_by_others(rows: models.QuerySet[Any], column: str, undone: set[int]) -> set[int]:
    """Of whom something is told by a source that still counts."""
    # A row is cheaper to look at here than a condition is for the planner to misjudge.
    told = rows.values_list(column, "import_id", "source").distinct()
    return {pk for pk, import_id, source in told if import_id not in undone and source != UNDO}


def _pages(rows: models.QuerySet[Any]) -> Iterator[list[int]]:
    """The ids of rows, page by page."""
    last = 0
    while ids := list(rows.filter(id__gt=last).order_by("id").values_list("id", flat=True)[:_PAGE]):
        yield ids
        last = ids[-1]
