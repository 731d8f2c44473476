"""What the pages of an import show.

In: an import. Out: plain values for its templates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leadscore.language.catalogue import VALUES
from leadscore.language.words import number_text
from lejek.capture.services import ReceivedTouchpoint
from lejek.identity.imports import starting
from lejek.identity.imports.brought import leads_of
from lejek.identity.imports.columns import (
    NEW_FIELD,
    REASON_HEADERS,
    ColumnMapping,
    slug,
    targets_of,
)
from lejek.identity.imports.files import Table, rejects_path
from lejek.identity.imports.running import cells_of, conventions_of, fault_of, strangers
from lejek.identity.imports.texts import fault_text, faults_text, kept_text, label_of, refusal_text
from lejek.identity.models import FieldDefinition, Import
from lejek.identity.reading import LeadRow, read_lead, read_touchpoint
from lejek.identity.services import current_conventions
from lejek.identity.targets import FREE_READERS, PROPERTY
from lejek.kernel import clock
from lejek.kernel.models import Job
from lejek.people.access import can
from lejek.people.models import User

PREVIEW_ROWS = 8
_SAMPLES = 3
_SHOWN = 80
"""Characters of a row that may be the header."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its name, some of its values, and what it means so far."""

    name: str
    samples: Sequence[str]
    chosen: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows as they would be stored: under each field its value, and what is wrong."""

    fields: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str], str, bool]]


@dataclass(frozen=True, slots=True)
class HeaderChoice:
    """Which row is taken for the header, 0 for none; those that may be it, and if any is above."""

    number: int
    rows: Sequence[tuple[int, str]]
    is_below_titles: bool


def columns_page(job: Import, mapping: ColumnMapping) -> dict[str, Any]:
    """The page on which columns are chosen."""
    table = Table(Path(job.path), job.header_row)
    rows = table.first(PREVIEW_ROWS)
    columns = [
        Column(
            name,
            [row.cells[place][:60] for row in rows if not row.fault and row.cells[place]][
                :_SAMPLES
            ],
            mapping.columns.get(name, ""),
        )
        for place, name in enumerate(table.columns)
    ]
    return {
        "job": job,
        "columns": columns,
        "choices": _choices(job.kind, table.columns),
        "constant_type": mapping.constant_type,
        "is_touchpoints": job.kind == Import.Kind.TOUCHPOINTS,
        "preview": _preview(job, table, mapping),
        "header": _header_choice(table),
    }


def _header_choice(table: Table) -> HeaderChoice:
    first_rows = table.first_rows
    return HeaderChoice(
        table.header_row,
        [(row.number, " · ".join(row.told)[:_SHOWN]) for row in first_rows],
        any(row.number < table.header_row for row in first_rows),
    )


def _choices(kind: str, columns: Sequence[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column can mean, in groups."""
    targets = targets_of(kind)
    if kind != Import.Kind.LEADS:
        told = [name for name in columns if name not in REASON_HEADERS]
        properties = [(f"{PROPERTY}{slug(name)}", slug(name)) for name in told]
        known = [(name, str(target.label)) for name, target in targets.items()]
        return [(_("Touchpoint"), known), (_("Property"), properties)]
    groups: dict[str, list[tuple[str, str]]] = {
        _("Person"): [],
        _("Company"): [],
        _("BANT and consents"): [],
    }
    names = list(groups)
    for name, target in targets.items():
        place = 1 if name.startswith("company.") else 2 if name[:4] in ("bant", "cons") else 0
        groups[names[place]].append((name, str(target.label)))
    free = FieldDefinition.objects.order_by("name").values_list("name", f"label_{_language()}")
    groups[_("Own fields")] = [(name, f"{label} ({name})") for name, label in free]
    person, company = NEW_FIELD
    groups[_("Own fields")] += [
        (person, _("new field of the person")),
        (company, _("new field of the company")),
    ]
    return list(groups.items())


def _preview(job: Import, table: Table, mapping: ColumnMapping) -> Preview:
    read = _read_leads if job.kind == Import.Kind.LEADS else _read_touchpoints
    found = read(table, mapping)
    fields = list(dict.fromkeys(name for _, values, _, _ in found for name in values))
    return Preview(
        [label_of(name) for name in fields],
        [
            (number, [values.get(name, "") for name in fields], problem, is_fatal)
            for number, values, problem, is_fatal in found
        ],
    )


_Found = list[tuple[int, Mapping[str, str], str, bool]]


def _read_leads(table: Table, mapping: ColumnMapping) -> _Found:
    conventions = conventions_of(table, mapping)
    # A field that is yet to be made is shown as text.
    free = {**conventions.free_fields, **dict.fromkeys(NEW_FIELD, FREE_READERS["text"])}
    conventions = replace(conventions, free_fields=free)
    found: _Found = []
    for row in table.first(PREVIEW_ROWS):
        if row.fault:
            found.append((row.number, {}, fault_text(fault_of(row)), True))
            continue
        lead, faults = read_lead(cells_of(table, mapping, row), conventions, latest=clock.now())
        found.append((row.number, _lead_values(lead), faults_text(faults), lead is None))
    return found


def _lead_values(lead: LeadRow | None) -> dict[str, str]:
    if lead is None:
        return {}
    values = {name: _shown(value, name) for name, value in lead.values.items()}
    for name, derived in lead.derived.items():
        values.setdefault(name, _shown(derived.value, name))
    values |= {f"consent.{name}": _shown(given) for name, given in lead.consents.items()}
    return values


def _read_touchpoints(table: Table, mapping: ColumnMapping) -> _Found:
    zone = current_conventions().zone
    found: _Found = []
    for row in table.first(PREVIEW_ROWS):
        if row.fault:
            found.append((row.number, {}, fault_text(fault_of(row)), True))
            continue
        item, faults = read_touchpoint(
            cells_of(table, mapping, row),
            zone,
            constant_type=mapping.constant_type,
            latest=clock.now(),
        )
        stranger = None if item is None else strangers([item])[0]
        problem = faults_text(fault for fault in (*faults, stranger) if fault)
        values = {} if item is None or stranger else _touchpoint_values(item, zone)
        found.append((row.number, values, problem, not values))
    return found


def _touchpoint_values(item: ReceivedTouchpoint, zone: ZoneInfo) -> dict[str, str]:
    moment = item.occurred_at.astimezone(zone)
    values = {"type": item.type, "occurred_at": f"{moment:%Y-%m-%d %H:%M}"}
    values |= item.identity
    return values | {name: _shown(value) for name, value in item.properties.items()}


def _shown(value: object, name: str = "") -> str:
    """A value in words; one of the product's own vocabulary as that calls it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in VALUES and str(value) in VALUES[name]:
        return VALUES[name][str(value)].of(_language())
    if isinstance(value, int | float):
        return number_text(value, _language())
    return str(value)[:80]


def _language() -> str:
    return "pl" if (get_language() or "pl").startswith("pl") else "en"


def check_page(job: Import, user: User) -> dict[str, Any]:
    """The page that says what an import would do."""
    return {**_counts(job, user), **progress_page(job, user)}


def run_page(job: Import, user: User) -> dict[str, Any]:
    """The page that says how far an import is, or what became of it."""
    # One that a person stopped has no message.
    is_given_up = job.status == Import.Status.FAILED and job.message
    return {
        **_counts(job, user),
        **progress_page(job, user),
        "refusal": refusal_text(job.message) if is_given_up else "",
        "leads": leads_of(job, user) if job.status == Import.Status.DONE else [],
    }


def progress_page(job: Import, user: User) -> dict[str, Any]:
    """How far an import is, whether somebody works on it, or whether it waits after a failure."""
    waiting = Job.objects.filter(
        task_path=f"lejek.identity.jobs.{starting.TASKS.get(job.status)}",
        arguments={"import_id": job.pk},
        status__in=[Job.Status.READY, Job.Status.RUNNING],
    )
    share = min(100, job.rows_done * 100 // job.rows_total) if job.rows_total else 0
    # An undo counts down.
    is_back = job.status == Import.Status.UNDOING
    return {
        "job": job,
        "may_write": can(user, "imports.write"),
        "is_waiting": waiting.exists(),
        "share": 100 - share if is_back else share,
        # How long a text is that is yet to be read is not known.
        "is_measured": job.status != Import.Status.READING or job.rows_total > 0,
    }


def _counts(job: Import, user: User) -> dict[str, Any]:
    """What became of the rows; what they say only for those who may bring a file in."""
    counts, may_write = job.counts, can(user, "imports.write")
    left_out = counts.get("left_out_examples", {}) if may_write else {}
    examples = counts.get("examples", []) if may_write else []
    return {
        "counts": counts,
        "n_taken": sum(counts.get(name, 0) for name in ("new", "updated", "unchanged")),
        "left_out": [
            (label_of(name), number, kept_text(left_out.get(name, "")))
            for name, number in sorted(counts.get("left_out", {}).items())
        ],
        "examples": [(number, kept_text(kept)) for number, kept in examples],
        "has_rejects": rejects_path(Path(job.path)).is_file(),
        "is_touchpoints": job.kind == Import.Kind.TOUCHPOINTS,
    }
