"""A file goes in chunk by chunk: first to see what would happen, then for good.

In: an import with its mapping. Out: counts, the rejects file, and the records.
Each chunk is one transaction that also moves `rows_done`; a run that was interrupted goes on there,
and of two runs at once only one moves it.
"""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from lejek.capture.services import (
    ReceivedTouchpoint,
    contradictions,
    fresh_ids,
    touchpoint_id,
)
from lejek.identity.book import CompanyEntry, ContactEntry, open_book
from lejek.identity.consents import without_withdrawn
from lejek.identity.imports.columns import (
    REASON_HEADERS,
    ColumnMapping,
    from_json,
    groupings,
)
from lejek.identity.imports.files import CHUNK_ROWS, Rejects, Row, Table, new_path, rejects_path
from lejek.identity.imports.rehearsing import Rehearsed, notes
from lejek.identity.imports.texts import as_kept, faults_text
from lejek.identity.models import Import
from lejek.identity.reading import (
    Conventions,
    Fault,
    LeadRow,
    read_lead,
    read_touchpoint,
)
from lejek.identity.recording import Entered, Origin, enter
from lejek.identity.services import current_conventions, record_leads
from lejek.identity.touchpoints import contacts_by_key, receive_touchpoints
from lejek.kernel.events import emit
from lejek.people import audit

NAMED_ROWS = 1000
"""Up to so many rows, leads are named in events and scored at once; more wait for a full run."""

_EXAMPLES = 20
_NAMES_OF_PEOPLE = ("email", "phone")
Progress = Callable[[int, int], None]
_ReadRow = tuple[Row, ReceivedTouchpoint, Sequence[Fault]]


@dataclass(slots=True)
class Tally:
    """What became of the rows of a chunk."""

    counts: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    rejects: list[tuple[Row, Sequence[Fault]]] = field(default_factory=list)
    left_out_examples: dict[str, Fault] = field(default_factory=dict)

    def refuse(self, row: Row, faults: Sequence[Fault]) -> None:
        """A row is refused; all that is wrong with it is said at once, as in the preview."""
        self.counts["rejected"] += 1
        self.rejects.append((row, faults))

    def leave_out(self, faults: Sequence[Fault]) -> None:
        """A row is taken without some values."""
        self.counts["rows_left_out"] += bool(faults)
        for fault in faults:
            self.left_out[fault.field] += 1
            self.left_out_examples.setdefault(fault.field, fault)


class Seen:
    """What was seen so far in a file, on disk when it is much."""

    def __init__(self) -> None:
        self._notes = notes("CREATE TABLE seen (id BLOB PRIMARY KEY, what BLOB) WITHOUT ROWID;")

    def add(self, id_: bytes, what: object = None) -> bool:
        """Remember an id and what it was; gives whether it is the first time."""
        kept = None if what is None else pickle.dumps(what)
        done = self._notes.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (id_, kept))
        return bool(done.rowcount)

    def touchpoints(self, items: Iterable[ReceivedTouchpoint]) -> dict[UUID, ReceivedTouchpoint]:
        """What was seen under the ids that the senders of some touchpoints gave."""
        found = {}
        for id_ in {touchpoint_id(item) for item in items if item.id}:
            query = "SELECT what FROM seen WHERE id = ? AND what IS NOT NULL"
            for (what,) in self._notes.execute(query, (id_.bytes,)):
                # What is unpacked was packed by this process.
                found[id_] = pickle.loads(what)  # noqa: S301
        return found

    def close(self) -> None:
        """Forget everything."""
        self._notes.close()


class Handler(Protocol):
    """What is done with the rows of a chunk that can be read."""

    def take(self, chunk: Sequence[Row], tally: Tally) -> None:
        """Handle the rows of a chunk."""


@dataclass(slots=True)
class Leads:
    """Rows that are leads."""

    table: Table
    mapping: ColumnMapping
    conventions: Conventions
    origin: Origin
    now: datetime
    seen: Seen
    rehearsed: Rehearsed | None
    is_announced: bool = False

    def take(self, chunk: Sequence[Row], tally: Tally) -> None:
        """Rehearse or record the leads of a chunk."""
        rows, left_out = [], []
        for row in chunk:
            cells = cells_of(self.table, self.mapping, row)
            lead, faults = read_lead(cells, self.conventions, latest=self.now, number=row.number)
            if lead is None:
                tally.refuse(row, faults)
                continue
            left_out.append(faults)
            rows.append(lead)
        entered = self._entered(rows)
        for faults, each in zip(left_out, entered, strict=True):
            tally.leave_out([*faults, *each.left_out])
        tally.counts.update(str(each.outcome) for each in entered)
        tally.counts["changed_records"] += _n_changed(entered, self.origin.import_id)
        tally.counts["repeated"] += len(entered) - self._n_met_first(entered)

    def _n_met_first(self, entered: Sequence[Entered]) -> int:
        """How many people no earlier chunk of the file was about; other rows repeat these."""
        met = {id(each.contact): each.contact for each in entered}.values()
        return sum(
            # Those whom an earlier chunk brought need no note: they are this import's.
            each.is_new
            or (
                each.record.import_id != self.origin.import_id
                and self.seen.add(b"%d" % each.record.pk)
            )
            for each in met
        )

    def _entered(self, rows: Sequence[LeadRow]) -> list[Entered]:
        if self.rehearsed is None:
            return record_leads(
                rows, origin=self.origin, now=self.now, is_announced=self.is_announced
            )
        book = open_book(rows, self.rehearsed, self.origin.known_at)
        entered = [enter(book, row, self.origin, self.now) for row in rows]
        self.rehearsed.keep(book)
        return without_withdrawn(rows, entered, self.origin)


def _n_changed(entered: Sequence[Entered], import_id: int | None) -> int:
    """How many people and firms that the import did not bring are told something new."""
    met: dict[int, ContactEntry | CompanyEntry] = {}
    for each in entered:
        met[id(each.contact)] = each.contact
        if each.contact.company is not None:
            met[id(each.contact.company)] = each.contact.company
    return sum(e.is_changed and e.record.import_id != import_id for e in met.values())


@dataclass(slots=True)
class Touchpoints:
    """Rows that are touchpoints."""

    table: Table
    mapping: ColumnMapping
    conventions: Conventions
    source: str
    import_id: int
    now: datetime
    seen: Seen | None
    is_announced: bool = False

    def take(self, chunk: Sequence[Row], tally: Tally) -> None:
        """Rehearse or record the touchpoints of a chunk."""
        read: list[_ReadRow] = []
        for row in chunk:
            item, faults = read_touchpoint(
                cells_of(self.table, self.mapping, row),
                self.conventions.zone,
                constant_type=self.mapping.constant_type,
                latest=self.now,
            )
            if item is None:
                tally.refuse(row, faults)
            else:
                read.append((row, item, faults))
        unknown = strangers([item for _, item, _ in read])
        read = _without_refused(read, unknown, tally)
        told = [item for _, item, _ in read]
        earlier = None if self.seen is None else self.seen.touchpoints(told)
        taken_ids = [
            Fault("id_of_another", "id", item.id, is_fatal=True) if is_other else None
            for item, is_other in zip(told, contradictions(told, earlier), strict=True)
        ]
        read = _without_refused(read, taken_ids, tally)
        for _, _, left_out in read:
            tally.leave_out(left_out)
        items = [item for _, item, _ in read]
        n_new, n_waiting = self._taken(items)
        tally.counts.update(new=n_new, unchanged=len(items) - n_new, waiting=n_waiting)

    def _taken(self, items: Sequence[ReceivedTouchpoint]) -> tuple[int, int]:
        if self.seen is None:
            taken = receive_touchpoints(
                items,
                source=self.source,
                now=self.now,
                import_id=self.import_id,
                is_announced=self.is_announced,
            )
            return taken.n_new, taken.n_waiting
        by_id = {touchpoint_id(item): item for item in items}
        fresh = [
            id_
            for id_ in fresh_ids(list(by_id))
            if self.seen.add(id_.bytes, by_id[id_] if by_id[id_].id else None)
        ]
        known = contacts_by_key({key for id_ in fresh for key in by_id[id_].keys})
        n_waiting = sum(not known.keys() & set(by_id[id_].keys) for id_ in fresh)
        return len(fresh), n_waiting


def _without_refused(
    read: Sequence[_ReadRow], faults: Sequence[Fault | None], tally: Tally
) -> list[_ReadRow]:
    """The rows without a fault; the others are refused."""
    for (row, _, _), fault in zip(read, faults, strict=True):
        if fault is not None:
            tally.refuse(row, [fault])
    return [each for each, fault in zip(read, faults, strict=True) if fault is None]


def strangers(items: Sequence[ReceivedTouchpoint]) -> list[Fault | None]:
    """For each touchpoint what is wrong when it names somebody whom nobody knows.

    One that tells only a browser may wait until it is known whose that is.
    Queries: three.
    """
    told = [
        {f"{kind}:{item.identity[kind]}" for kind in _NAMES_OF_PEOPLE if kind in item.identity}
        for item in items
    ]
    known = contacts_by_key(set().union(*told)).keys()
    return [
        Fault("unknown_lead", "", ", ".join(item.identity.values()), is_fatal=True)
        if keys and not keys & known
        else None
        for item, keys in zip(items, told, strict=True)
    ]


def cells_of(table: Table, mapping: ColumnMapping, row: Row) -> dict[str, str]:
    """The cells of a row by the field that each means."""
    return {
        name: row.cells[place]
        for place, column in enumerate(table.columns)
        if (name := mapping.columns.get(column))
    }


def conventions_of(table: Table, mapping: ColumnMapping) -> Conventions:
    """How the organisation reads values, and how a file writes numbers, as its first rows show.

    Queries: two.
    """
    known = current_conventions()
    rows = [row.cells for row in table.first(CHUNK_ROWS)]
    return replace(known, groupings=groupings(mapping, table.columns, rows, known.free_fields))


def fault_of(row: Row) -> Fault:
    """Why a row cannot be read at all."""
    return Fault(row.fault, "", str(row.line), is_fatal=True)


def source_of(job: Import) -> str:
    """What the facts of an import name as their source."""
    return f"import:{job.pk}"


def check(job: Import, *, now: datetime, progress: Progress | None = None) -> None:
    """See what an import would do; nothing but its counts and the rejects file is written.

    Repeat: begins anew; of two at once only one comes to an end, and one whose columns are chosen
    anew meanwhile does not.
    """
    if job.status != Import.Status.CHECKING:
        return
    if not _as_found(job).update(rows_done=0, counts={}, message=""):
        return
    with closing(Rehearsed()) as rehearsed, closing(Seen()) as seen, _in_language_of(job):
        table, handler = _handler(job, now, seen, rehearsed)
        # A file of its own: that of the import may be another check's by now, or the run's.
        own = new_path(".rejects.csv")
        rejects = Rejects(table, _reason_header(), REASON_HEADERS, n_bytes=0, path=own)
        try:
            _check(job, table, handler, rejects, progress)
        finally:
            own.unlink(missing_ok=True)


def _check(
    job: Import, table: Table, handler: Handler, rejects: Rejects, progress: Progress | None
) -> None:
    total = Tally()
    n_done = 0
    for chunk in table.chunks():
        if not _move(job, n_done, n_done + len(chunk)):
            return
        _handle(handler, chunk, total, rejects, table)
        n_done += len(chunk)
        if progress is not None:
            progress(n_done, job.rows_total)
    with transaction.atomic():
        if _held(job, n_done).update(
            status=Import.Status.CHECKED,
            rows_done=0,
            rows_total=n_done,
            counts=_kept({}, total, rejects),
        ):
            rejects.path.replace(rejects_path(table.path))


def run(job: Import, *, now: datetime, progress: Progress | None = None) -> None:
    """Take an import in for good; its file is gone then, but for the rejects.

    Writes: everything that `record_leads` or `receive_touchpoints` writes, import_finished, an
    audit entry. Repeat: goes on after the last chunk that was committed.
    """
    if job.status != Import.Status.RUNNING:
        return
    with closing(Seen()) as seen, _in_language_of(job):
        table, handler = _handler(job, now, seen)
        counts: dict[str, Any] = dict(job.counts)
        rejects = Rejects(
            table, _reason_header(), REASON_HEADERS, n_bytes=counts.get("rejects_bytes", 0)
        )
        n_done = job.rows_done
        for chunk in table.chunks(skip=n_done):
            with transaction.atomic():
                if not _move(job, n_done, n_done + len(chunk)):
                    return
                tally = Tally()
                _handle(handler, chunk, tally, rejects, table)
                counts = _kept(counts, tally, rejects)
                Import.objects.filter(pk=job.pk).update(counts=counts)
            n_done += len(chunk)
            if progress is not None:
                progress(n_done, job.rows_total)
        _finish(job, n_done, now)


def _held(job: Import, n_done: int) -> QuerySet[Import]:
    """An import while nobody else took it over: as it was found, and as far as we left it."""
    return _as_found(job).filter(rows_done=n_done)


def _as_found(job: Import) -> QuerySet[Import]:
    """An import while nobody has moved it on, or chosen its columns anew."""
    return Import.objects.filter(
        pk=job.pk, status=job.status, mapping=job.mapping, header_row=job.header_row
    )


def _move(job: Import, old: int, new: int) -> bool:
    """Claim a chunk: whether `rows_done` still was where we left it."""
    return bool(_held(job, old).update(rows_done=new))


def _finish(job: Import, n_done: int, now: datetime) -> None:
    with transaction.atomic():
        if not _held(job, n_done).update(
            status=Import.Status.DONE, finished_at=now, rows_total=n_done, message=""
        ):
            return
        job.refresh_from_db()
        emit("import_finished", {"import_id": job.pk}, now=now)
        audit.record(
            actor=job.actor,
            action="imported_file",
            subject=job.file_name,
            details={"import_id": job.pk, **plain_counts(job.counts)},
            now=now,
        )
    # Nothing goes on from here: an undo reads the facts.
    Path(job.path).unlink(missing_ok=True)


def plain_counts(counts: Mapping[str, Any]) -> dict[str, int]:
    """The counts of rows alone."""
    names = ("new", "updated", "unchanged", "rejected", "waiting")
    return {name: counts[name] for name in names if counts.get(name)}


def _handler(
    job: Import, now: datetime, seen: Seen, rehearsed: Rehearsed | None = None
) -> tuple[Table, Handler]:
    table = Table(Path(job.path), job.header_row)
    mapping = from_json(job.mapping)
    conventions = conventions_of(table, mapping)
    is_announced = job.rows_total <= NAMED_ROWS
    if job.kind == Import.Kind.LEADS:
        origin = Origin(source_of(job), job.actor, now, job.pk)
        return table, Leads(table, mapping, conventions, origin, now, seen, rehearsed, is_announced)
    seen_by_check = None if rehearsed is None else seen
    return table, Touchpoints(
        table,
        mapping,
        conventions,
        source_of(job),
        job.pk,
        now,
        seen_by_check,
        is_announced,
    )


def _handle(
    handler: Handler, chunk: Sequence[Row], tally: Tally, rejects: Rejects, table: Table
) -> None:
    n_before = len(tally.rejects)
    for row in chunk:
        if row.fault:
            tally.refuse(row, [fault_of(row)])
    handler.take([row for row in chunk if not row.fault], tally)
    fresh = sorted(tally.rejects[n_before:], key=lambda each: each[0].number)
    kept = [place for place, name in enumerate(table.columns) if name not in REASON_HEADERS]
    rejects.add(
        [*(row.cells[place] for place in kept), faults_text(faults)] for row, faults in fresh
    )
    # Of the refused rows only examples stay in memory; all are in the file.
    tally.rejects[n_before:] = fresh[: max(0, _EXAMPLES - n_before)]


def _kept(before: Mapping[str, Any], tally: Tally, rejects: Rejects) -> dict[str, Any]:
    """Counts as they are kept on the import: those before and a tally's."""
    counts = Counter({k: v for k, v in before.items() if isinstance(v, int)})
    counts.update(tally.counts)
    left_out = Counter(before.get("left_out", {}))
    left_out.update(tally.left_out)
    examples = [*before.get("examples", [])]
    examples += [[row.number, as_kept(faults)] for row, faults in tally.rejects]
    left_out_examples = {name: as_kept([each]) for name, each in tally.left_out_examples.items()}
    return {
        **counts,
        "rejects_bytes": rejects.n_bytes,
        "left_out": dict(left_out),
        "left_out_examples": {**left_out_examples, **before.get("left_out_examples", {})},
        "examples": examples[:_EXAMPLES],
    }


def _reason_header() -> str:
    return REASON_HEADERS[0 if (translation.get_language() or "pl").startswith("pl") else 1]


def _in_language_of(job: Import) -> translation.override:
    """The language of who brought the file in: that of the terminal, when it was nobody."""
    spoken = translation.get_language() or settings.LANGUAGE_CODE
    return translation.override(spoken if job.actor is None else job.actor.language)
