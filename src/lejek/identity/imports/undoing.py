"""An import is taken back: what it brought goes, what it changed is restored from the facts.

In: an import. Out: records as if it had not been, except where something else came to depend on
them. Each step is a short transaction in which nobody else records anything, and finds by itself
what is left to do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import Any, Protocol

from django.db import models, transaction

from lejek.capture.bulk import update_records
from lejek.capture.models import Repetition, Touchpoint
from lejek.capture.services import keys_of
from lejek.identity.models import (
    AttributeChange,
    Company,
    Confirmation,
    Contact,
    Import,
    KnownVisitor,
    Lead,
)
from lejek.identity.recording import COMPANY_LINK, place_of, put, record_alone, stored
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
    Repeat: finds nothing left to do; of two at once each goes on from what the other left.
    """
    for step in _STEPS:
        last: int | None = 0
        while last is not None:
            with transaction.atomic():
                record_alone()
                # Somebody else may have undone more of it meanwhile, or all.
                job.refresh_from_db(fields=["status", "rows_done", "counts"])
                if job.status != Import.Status.UNDOING:
                    return
                last = step(job, _undone(), last, now)


class Step(Protocol):
    """Undoes a page of something of an import, from the id after `last` on.

    Gives the last id of the page; None when there was nothing left.
    """

    def __call__(self, job: Import, undone: set[int], last: int, now: datetime, /) -> int | None:
        """Undo a page, in the caller's transaction."""


def _undone() -> set[int]:
    """The imports whose facts no longer count."""
    gone = [Import.Status.UNDOING, Import.Status.UNDONE]
    return set(Import.objects.filter(status__in=gone).values_list("id", flat=True))


def _end(job: Import, _undone: set[int], _last: int, now: datetime) -> None:
    Import.objects.filter(pk=job.pk).update(status=Import.Status.UNDONE, rows_done=0, message="")
    emit("import_undone", {"import_id": job.pk}, now=now)


def _remove_touchpoints(job: Import, undone: set[int], last: int, _now: datetime) -> int | None:
    """Delete the touchpoints that only this import brought."""
    own = Touchpoint.objects.filter(import_id=job.pk)
    if not (ids := list(own.values_list("id", flat=True)[:_PAGE])):
        return None
    again = Repetition.objects.filter(touchpoint__in=ids)
    heirs = {
        pk: import_id
        for pk, import_id in again.values_list("touchpoint_id", "import_id")
        if import_id not in undone
    }
    _hand_over(Touchpoint, heirs)
    _delete(Touchpoint, [pk for pk in ids if pk not in heirs])
    _count_down(job, len(ids), n_kept=len(heirs))
    return last


def _hand_over(model: type[models.Model], heirs: Mapping[Any, int | None]) -> None:
    """Let records be those of other imports, or of none, from now on."""
    manager: models.Manager[Any] = model._default_manager  # noqa: SLF001 - Django's public name
    for heir, ids in _by_heir(heirs).items():
        manager.filter(pk__in=ids).update(import_id=heir)


def _by_heir(heirs: Mapping[Any, int | None]) -> dict[int | None, list[Any]]:
    found: dict[int | None, list[Any]] = defaultdict(list)
    for pk, heir in heirs.items():
        found[heir].append(pk)
    return found


def _count_down(job: Import, n_rows: int, *, n_kept: int = 0) -> None:
    """Let the page see how much is left."""
    job.rows_done = max(0, job.rows_done - n_rows)
    job.counts["kept"] = job.counts.get("kept", 0) + n_kept
    Import.objects.filter(pk=job.pk).update(rows_done=job.rows_done, counts=job.counts)


def _detach_visitors(job: Import, _undone: set[int], last: int, _now: datetime) -> int | None:
    """Forget whose browsers it is that only the touchpoints of this import told."""
    own = KnownVisitor.objects.filter(import_id=job.pk, id__gt=last).order_by("id")
    if not (known := list(own[:_PAGE])):
        return None
    visitors = {each.visitor: each for each in known}
    people = {each.contact_id for each in known}
    rows = Touchpoint.objects.filter(contact_id__in=people).iterator()
    theirs = [row for row in rows if _is_of(row, visitors)]
    heirs = {
        visitors[row.identity["visitor"]].pk: row.import_id
        for row in theirs
        if len(keys_of(row.identity)) > 1
    }
    gone = {name: each for name, each in visitors.items() if each.pk not in heirs}
    _let_wait([row for row in theirs if row.identity["visitor"] in gone])
    _hand_over(KnownVisitor, heirs)
    _delete(KnownVisitor, [each.pk for each in gone.values()])
    return known[-1].pk


def _is_of(row: Touchpoint, visitors: Mapping[str, KnownVisitor]) -> bool:
    """Whether a touchpoint is of one of these browsers, and of the person who has it."""
    visitor = visitors.get(row.identity.get("visitor", ""))
    return visitor is not None and visitor.contact_id == row.contact_id


def _let_wait(rows: Sequence[Touchpoint]) -> None:
    """Touchpoints whose person is gone wait for the surest of their keys again."""
    for row in rows:
        row.contact_id, row.waits_for = None, next(iter(keys_of(row.identity)), None)
    update_records(Touchpoint, rows, ["contact_id", "waits_for"])


def _restore(
    model: type[Record], job: Import, undone: set[int], last: int, now: datetime
) -> int | None:
    """Give records that were there before the values that the other facts say."""
    name = model.__name__.lower()
    is_older = models.Q(**{f"{name}__import_id__isnull": True})
    is_older |= ~models.Q(**{f"{name}__import_id": job.pk})
    own = AttributeChange.objects.filter(is_older, import_id=job.pk, **{f"{name}__isnull": False})
    page = own.filter(id__gt=last).order_by("id").values_list("id", f"{name}_id")[:_PAGE]
    if not (facts := list(page)):
        return None
    _restore_some(model, sorted({pk for _, pk in facts}), undone, job, now)
    return int(facts[-1][0])


def _restore_some(
    model: type[Record], ids: Sequence[int], undone: set[int], job: Import, now: datetime
) -> None:
    manager: models.Manager[Any] = model._default_manager  # noqa: SLF001 - Django's public name
    name = model.__name__.lower()
    records: dict[int, Record] = manager.in_bulk(ids)
    leads = _leads_of(ids) if model is Contact else {}
    histories: dict[int, list[AttributeChange]] = defaultdict(list)
    changes = AttributeChange.objects.filter(**{f"{name}_id__in": ids})
    for change in changes.order_by("known_at", "id"):
        histories[getattr(change, f"{name}_id")].append(change)
    again: dict[int, list[Confirmation]] = defaultdict(list)
    for each in Confirmation.objects.filter(**{f"{name}_id__in": ids}):
        if each.import_id not in undone:
            again[getattr(each, f"{name}_id")].append(each)
    facts: list[AttributeChange] = []
    heirs: dict[int, int | None] = {}
    for pk, record in records.items():
        told = Told(histories[pk], again[pk], undone)
        for field in {each.field: None for each in told.history if each.import_id == job.pk}:
            last = told.last(field)
            facts += _put_back(record, leads.get(pk), field, last.value, now)
            if last.fact and last.again and last.fact.import_id == job.pk:
                heirs[last.fact.pk] = last.again.import_id
        record.updated_at = told.at or record.created_at
    _hand_over(AttributeChange, heirs)
    update_records(model, list(records.values()))
    update_records(Lead, list(leads.values()), ["channel", "direction"])
    AttributeChange.objects.bulk_create(facts, batch_size=_PAGE)


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of a record: its facts in their order, and what was told again."""

    history: Sequence[AttributeChange]
    again: Sequence[Confirmation]
    undone: set[int]

    @property
    def at(self) -> datetime | None:
        """When something was last told by somebody who still counts."""
        facts = (each.known_at for each in self.history if self._counts(each))
        return max([*facts, *(each.known_at for each in self.again)], default=None)

    def last(self, field: str) -> Last:
        """What was told of a field last by somebody who still counts."""
        facts = [each for each in self.history if each.field == field]
        before = Last(facts[0].old)
        told = [
            ((each.known_at, each.pk), Last(each.new, each)) for each in facts if self._counts(each)
        ]
        for again in self.again:
            if field in again.fields.split():
                known = [fact for fact in facts if fact.pk <= again.after]
                last = Last(known[-1].new, known[-1], again) if known else before
                told.append(((again.known_at, again.after), last))
        return max(told, key=itemgetter(0))[1] if told else before

    def _counts(self, change: AttributeChange) -> bool:
        return change.import_id not in self.undone and change.source != UNDO


@dataclass(frozen=True, slots=True)
class Last:
    """The value of a field, the fact that it is of, and who told it again when that is why."""

    value: Cell | None
    fact: AttributeChange | None = None
    again: Confirmation | None = None


def _leads_of(contact_ids: Sequence[int]) -> dict[int, Lead]:
    leads = Lead.objects.filter(contact_id__in=contact_ids, closed_at__isnull=True)
    return {lead.contact_id: lead for lead in leads}


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
    model: type[models.Model], job: Import, undone: set[int], last: int, _now: datetime
) -> int | None:
    """Delete the records that an import brought and that nothing else needs.

    Those that stay are counted. They and the facts of them are another import's from now on, whose
    undo may take them away; or nobody's, when no import told of them and none holds them.
    """
    manager: models.Manager[Any] = model._default_manager  # noqa: SLF001 - Django's public name
    own = manager.filter(import_id=job.pk, id__gt=last).order_by("id")
    ids: list[int] = list(own.values_list("id", flat=True)[:_PAGE])
    if not ids:
        return None
    is_lead = model is Lead
    stay = _needed_leads(ids, job, undone) if is_lead else _depended_on(model, ids, undone)
    gone = [pk for pk in ids if pk not in stay]
    if model is Contact:
        _let_wait(list(Touchpoint.objects.filter(contact_id__in=gone)))
    _delete(model, gone)
    heirs = _heirs(model, stay, undone)
    if not is_lead:
        heirs |= _held(model, [pk for pk, heir in heirs.items() if heir is None], undone)
    _hand_over(model, heirs)
    _hand_over_facts(model, heirs, job)
    _count_down(job, len(ids) // 2, n_kept=len(stay))
    return ids[-1]


_STEPS: Sequence[Step] = (
    _remove_touchpoints,
    _detach_visitors,
    partial(_restore, Contact),
    partial(_restore, Company),
    partial(_remove, Lead),
    partial(_remove, Contact),
    partial(_remove, Company),
    _end,
)


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


def _heirs(
    model: type[models.Model], ids: Iterable[int], undone: set[int]
) -> dict[int, int | None]:
    """Of which import records are from now on: the first other one that told of them, or none."""
    if model is Lead:
        people = dict(Lead.objects.filter(id__in=list(ids)).values_list("id", "contact_id"))
        heirs = _heirs(Contact, people.values(), undone)
        return {pk: heirs[contact_id] for pk, contact_id in people.items()}
    found: dict[int, int | None] = dict.fromkeys(ids)
    column = f"{model.__name__.lower()}_id"
    told: set[tuple[int, int]] = set()
    for facts in _tellings(**{f"{column}__in": list(found)}, import_id__isnull=False):
        told.update(facts.values_list(column, "import_id").distinct())
    later_first = sorted(told, key=itemgetter(1), reverse=True)
    return found | {pk: import_id for pk, import_id in later_first if import_id not in undone}


def _held(model: type[models.Model], ids: Sequence[int], undone: set[int]) -> dict[int, int]:
    """Of records that nobody inherits, those that only wait for another undo, and whose that is.

    It has yet to take away a lead of the person, or a person of the firm, and looks at these later.
    """
    holder, name = (Lead, "contact_id") if model is Contact else (Contact, "company_id")
    manager: models.Manager[Any] = holder._default_manager  # noqa: SLF001 - Django's public name
    held = manager.filter(**{f"{name}__in": ids}, import_id__in=undone)
    return dict(held.values_list(name, "import_id"))


def _tellings(**asked: object) -> tuple[models.QuerySet[Any], models.QuerySet[Any]]:
    """What was told for the first time, and what was told again."""
    return AttributeChange.objects.filter(**asked), Confirmation.objects.filter(**asked)


def _hand_over_facts(
    model: type[models.Model], heirs: Mapping[int, int | None], job: Import
) -> None:
    if model is Lead:
        return
    name = f"{model.__name__.lower()}_id__in"
    for heir, ids in _by_heir(heirs).items():
        AttributeChange.objects.filter(import_id=job.pk, **{name: ids}).update(import_id=heir)


def _needed_leads(ids: Sequence[int], job: Import, undone: set[int]) -> set[int]:
    """Leads that people worked on, or whose person others told something about.

    Of a person who was there before, only what was told since the import counts: it met the lead.
    """
    found = _depended_on(Lead, ids, undone)
    people = Lead.objects.filter(id__in=ids).values_list("contact_id", "id", "contact__import_id")
    own = {contact_id: pk for contact_id, pk, import_id in people if import_id in undone}
    older = {contact_id: pk for contact_id, pk, _ in people if contact_id not in own}
    told = _depended_on(Contact, list(own), undone, is_with_protected=False)
    found |= {own[contact_id] for contact_id in told}
    for facts in _tellings(contact_id__in=list(older), known_at__gte=job.created_at):
        found |= {older[each] for each in _told_by_others(facts, "contact_id", undone)}
    return found


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
