"""Cells of a row, read as a lead or a touchpoint.

In: texts by the field that each means. Out: values, and what could not be read. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from lejek.capture.services import ReceivedTouchpoint
from lejek.identity.normalise.domain import company_domain
from lejek.identity.normalise.email import email_kind
from lejek.identity.normalise.numbers import in_column
from lejek.identity.normalise.position import Meaning, Vocabulary, read_position
from lejek.identity.normalise.reasons import Reason, Unreadable
from lejek.identity.normalise.words import folded
from lejek.identity.targets import (
    CONSENTED_AT,
    CONSENTS,
    CREATED_AT,
    FULL_NAME,
    LAST_NAME_FIRST,
    LEAD_TARGETS,
    LONGEST_WORD,
    PROPERTY,
    TOUCHPOINT_TARGETS,
    WHO,
    Cell,
    Read,
    Reader,
    Told,
    as_text,
    read_property,
)

CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that could not be read, or what a row lacks. A fatal one refuses the row."""

    code: str
    field: str
    found: str
    is_fatal: bool


@dataclass(frozen=True, slots=True)
class Derived:
    """A value that another says, such as the department that is in the position."""

    base: str
    value: Cell


@dataclass(frozen=True, slots=True)
class LeadRow:
    """What one source says of a lead; fields that it does not mention are unknown, not empty.

    `number` is the row of a file, counted as a spreadsheet does.
    """

    values: Mapping[str, Cell]
    derived: Mapping[str, Derived] = field(default_factory=dict)
    consents: Mapping[str, bool] = field(default_factory=dict)
    created_at: datetime | None = None
    consented_at: datetime | None = None
    number: int | None = None

    def text(self, name: str) -> str:
        """A value of text; empty when unknown."""
        return str(self.values.get(name, ""))


@dataclass(frozen=True, slots=True)
class Conventions:
    """What a reader must know of the organisation: time zone, vocabulary, free-form fields.

    `groupings` are the signs that group thousands in a file, by field, as far as it shows them.
    """

    zone: ZoneInfo
    positions: Callable[[str], Meaning]
    free_fields: Mapping[str, Reader] = field(default_factory=dict)
    groupings: Mapping[str, str] = field(default_factory=dict)


def conventions(
    zone: ZoneInfo, vocabulary: Vocabulary, free_fields: Mapping[str, Reader]
) -> Conventions:
    """Conventions that read each position once."""

    @lru_cache(maxsize=4_000)
    def positions(position: str) -> Meaning:
        return read_position(position, vocabulary)

    return Conventions(zone, positions, free_fields)


def read_lead(
    cells: Mapping[str, Told],
    conventions: Conventions,
    *,
    latest: datetime,
    number: int | None = None,
) -> tuple[LeadRow | None, list[Fault]]:
    """A row of a file of leads, or what a program says of one.

    A moment after `latest` is left out like any other value that cannot be.
    Returns: the lead, or None when a fault is fatal; and the faults. A key that cannot be read is
    fatal, because the wrong person would be met; any other value is left out.
    """
    faults: list[Fault] = []
    values = _values(cells, conventions, faults)
    created_at, consented_at = _moments(values, cells, latest, faults)
    consents = {
        name.removeprefix(CONSENTS): bool(values.pop(name))
        for name in list(values)
        if name.startswith(CONSENTS)
    }
    known = {name: value for name, value in values.items() if not isinstance(value, datetime)}
    _split_name(known)
    if not faults_are_fatal(faults) and not _is_somebody(known):
        faults.append(Fault("nobody_at_all", "", "", is_fatal=True))
    if faults_are_fatal(faults):
        return None, faults
    _read_words(known, conventions, faults)
    derived = _derived(known, conventions)
    return LeadRow(known, derived, consents, created_at, consented_at, number), faults


def read_correction(
    cells: Mapping[str, Told], conventions: Conventions
) -> tuple[LeadRow, list[Fault]]:
    """Some values of a lead that is known already, and the faults of all that cannot be read."""
    faults: list[Fault] = []
    values = _values(cells, conventions, faults)
    known = {name: value for name, value in values.items() if not isinstance(value, datetime)}
    _read_words(known, conventions, faults)
    return LeadRow(known, _derived(known, conventions)), faults


def _moments(
    values: dict[str, Read], cells: Mapping[str, Told], latest: datetime, faults: list[Fault]
) -> tuple[datetime | None, datetime | None]:
    """Take the moments of the lead and of its consents out; one that is yet to come is a fault."""
    found: list[datetime | None] = []
    for name in (CREATED_AT, CONSENTED_AT):
        moment = values.pop(name, None)
        if isinstance(moment, datetime) and moment > latest + CLOCKS_DIFFER:
            told = as_text(cells[name])[:200]
            faults.append(Fault("in_future", name, told, is_fatal=False))
            moment = None
        found.append(moment if isinstance(moment, datetime) else None)
    return found[0], found[1]


def faults_are_fatal(faults: list[Fault]) -> bool:
    """Whether any fault refuses the row."""
    return any(fault.is_fatal for fault in faults)


def _values(
    cells: Mapping[str, Told], conventions: Conventions, faults: list[Fault]
) -> dict[str, Read]:
    found: dict[str, Read] = {}
    for name, told in cells.items():
        text = as_text(told)
        if not text.strip():
            continue
        target = LEAD_TARGETS.get(name)
        read = target.read if target else conventions.free_fields.get(name)
        if read is None:
            continue
        grouping = conventions.groupings.get(name)
        try:
            value = read(in_column(text, grouping) if grouping else told, conventions.zone)
        except Unreadable as problem:
            is_key = target is not None and target.is_key
            faults.append(Fault(problem.reason, name, text[:200], is_fatal=is_key))
            continue
        if value != "":
            found[name] = value
    return found


def _split_name(values: dict[str, Cell]) -> None:
    """Put a full name into its parts: the last word is the last name, unless it comes first."""
    whole, turned = (str(values.pop(name, "")) for name in (FULL_NAME, LAST_NAME_FIRST))
    if not (whole or turned) or "contact.last_name" in values:
        return
    if turned:
        last, _, first = turned.replace(",", " ").partition(" ")
        first = first.strip()
    else:
        first, _, last = whole.rpartition(" ")
    values["contact.last_name"] = last[:100]
    if first and "contact.first_name" not in values:
        values["contact.first_name"] = first[:100]


def _is_somebody(values: Mapping[str, Cell]) -> bool:
    """Whether anything says who it is; a lead without a key enters all the same."""
    return any(name in values for name in WHO)


def _read_words(values: dict[str, Cell], conventions: Conventions, faults: list[Fault]) -> None:
    """Say a department or seniority that somebody wrote in the words of the conditions."""
    for name, part in (("lead.department", "department"), ("lead.seniority", "seniority")):
        if name in values:
            written = str(values[name])
            known = getattr(conventions.positions(written), part)
            values[name] = known or folded(written).replace(" ", "_")
            # A letter may become two, such as that of Straße.
            if len(str(values[name])) > LONGEST_WORD:
                del values[name]
                faults.append(Fault(Reason.TOO_LONG, name, written, is_fatal=False))


def _derived(values: Mapping[str, Cell], conventions: Conventions) -> dict[str, Derived]:
    found: dict[str, Derived] = {}
    if email := str(values.get("contact.email", "")):
        found["lead.email_kind"] = Derived("contact.email", str(email_kind(email)))
        if "company.domain" not in values and (domain := company_domain(email)):
            found["company.domain"] = Derived("company.domain", domain)
    if position := str(values.get("lead.position", "")):
        meaning = conventions.positions(position)
        for name, value in (
            ("lead.department", meaning.department),
            ("lead.seniority", meaning.seniority),
        ):
            if value and name not in values:
                found[name] = Derived("lead.position", value)
    return found


def read_touchpoint(
    cells: Mapping[str, str],
    zone: ZoneInfo,
    *,
    latest: datetime,
    constant_type: str = "",
) -> tuple[ReceivedTouchpoint | None, list[Fault]]:
    """A row of a file of touchpoints; `constant_type` is the type of rows that tell none.

    What happens, or is received, after `latest` has not happened; clocks may differ a little.

    Returns: the touchpoint, or None when a fault is fatal; and the faults.
    """
    faults: list[Fault] = []
    known: dict[str, Read] = {}
    properties: dict[str, Cell] = {}
    for name, text in cells.items():
        if not text.strip():
            continue
        target = TOUCHPOINT_TARGETS.get(name)
        try:
            if target is not None:
                if (value := target.read(text, zone)) != "":
                    known[name] = value
            elif name.startswith(PROPERTY):
                properties[name.removeprefix(PROPERTY)] = read_property(text)
        except Unreadable as problem:
            is_key = target is not None and target.is_key
            faults.append(Fault(problem.reason, name, text[:200], is_fatal=is_key))
    type_ = str(known.get("type", "") or constant_type)
    faults += _lacking(known, type_, {fault.field for fault in faults})
    occurred_at, received_at = known.get("occurred_at"), known.get("received_at")
    for name, moment in (("occurred_at", occurred_at), ("received_at", received_at)):
        if isinstance(moment, datetime) and moment > latest + CLOCKS_DIFFER:
            faults.append(Fault("in_future", name, cells[name][:200], is_fatal=True))
    if faults_are_fatal(faults) or not isinstance(occurred_at, datetime):
        return None, faults
    return ReceivedTouchpoint(
        type=type_,
        occurred_at=occurred_at,
        identity={
            kind: str(known[kind]) for kind in ("email", "phone", "visitor") if kind in known
        },
        properties=properties,
        id=str(known.get("id", "")),
        received_at=received_at if isinstance(received_at, datetime) else None,
    ), faults


def _lacking(known: Mapping[str, Read], type_: str, faulty: set[str]) -> list[Fault]:
    """What a touchpoint cannot do without."""
    found = []
    if not type_ and "type" not in faulty:
        found.append(Fault("no_type", "type", "", is_fatal=True))
    if "occurred_at" not in known and "occurred_at" not in faulty:
        found.append(Fault("no_moment", "occurred_at", "", is_fatal=True))
    if not {"email", "phone", "visitor"} & known.keys() and not {"email", "phone"} & faulty:
        found.append(Fault("nobody", "", "", is_fatal=True))
    return found
