"""Generated facts: leads and touchpoints at the edges of days, years and what is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from random import Random
from typing import Any

import pyarrow as pa

from leadscore.conditions import FieldType, Value
from leadscore.days import DAY_US, date_to_day, offsets
from leadscore.fields import ModelFields, model_fields
from leadscore.inputs import Facts, read_facts
from leadscore.model import ScoringModel
from tests.leadscore.engines.vocabulary import DAY_COUNTS, TYPES, UNKNOWN_TYPES, VALUES, perhaps

HOUR_US = DAY_US // 24
FIRST, LAST = date_to_day(date(2008, 1, 1)), date_to_day(date(2027, 1, 1))
LEAP_DAYS = tuple(date_to_day(date(year, 2, 29)) for year in (2008, 2020, 2024))
NUDGES = (0, -1, 1, -HOUR_US, HOUR_US, -DAY_US, DAY_US)

COMPANIES = ("c1", "C1", "żółw", "c2")
IDS = ("a", "A", "1", "é", "e\u0301", "b")
INTEGER_LEADS = (0, -1, 1, 2, 10, 9, 2**53, 2**53 + 1, 2**63 - 1, -(2**63))
TEXT_LEADS = ("1", "10", "9", "a", "B", "ą", "a\u0328", "Ż", "日本", "🔥", "\uffee", "lead-1", " x")

ARROW = {
    FieldType.TEXT: pa.string(),
    FieldType.NUMBER: pa.float64(),
    FieldType.BOOLEAN: pa.bool_(),
    FieldType.DATE: pa.date32(),
    FieldType.ANY: pa.string(),
}
MOMENT = pa.timestamp("us", "UTC")

Record = Mapping[str, Any]
"""A row of leads, touchpoints or attribute changes, by column; moments as in `Case`."""


@dataclass(frozen=True, slots=True)
class Case:
    """A model, facts and a moment. Moments are in microseconds since 1970 UTC."""

    model: ScoringModel
    leads: tuple[Record, ...]
    touchpoints: tuple[Record, ...]
    as_of: int
    has_integer_ids: bool = False
    changes: tuple[Record, ...] = ()

    @property
    def fields(self) -> ModelFields:
        """What the model asks for."""
        return model_fields(self.model)

    def facts(self) -> Facts:
        """The case as an engine gets it. Close it."""
        key = pa.int64() if self.has_integer_ids else pa.string()
        attributes, properties = self.fields
        lead_columns = {
            "lead_id": key,
            "known_at": MOMENT,
            "company.id": pa.string(),
            **{name: ARROW[kind] for name, kind in attributes.items()},
        }
        touchpoint_columns = {
            "lead_id": key,
            "type": pa.string(),
            "occurred_at": MOMENT,
            "received_at": MOMENT,
            "id": pa.string(),
            **{name: ARROW[kind] for name, kind in properties.items()},
        }
        change_columns = {
            "lead_id": key, "field": pa.string(), "value": pa.string(), "known_at": MOMENT
        }  # fmt: skip
        return read_facts(
            _table(self.leads, lead_columns, always=("lead_id", *attributes)),
            _table(
                self.touchpoints,
                touchpoint_columns,
                always=("lead_id", "type", "occurred_at", *properties),
            ),
            attributes=attributes,
            properties=properties,
            attribute_changes=(
                _table(self.changes, change_columns, always=tuple(change_columns))
                if self.changes
                else None
            ),
            check_unknown_leads=False,
        )

    def with_touchpoints(self, touchpoints: Sequence[Record]) -> "Case":
        """The same with other touchpoints."""
        return replace(self, touchpoints=tuple(touchpoints))


def _table(
    records: Sequence[Record], columns: Mapping[str, pa.DataType], always: Sequence[str]
) -> pa.Table:
    """Records as a table; a column that no record has is there only where it must be."""
    present = {name for record in records for name in record} | set(always)
    return pa.table(
        {
            name: pa.array([record.get(name) for record in records], kind)
            for name, kind in columns.items()
            if name in present
        }
    )


def a_case(
    random: Random,
    model: ScoringModel,
    *,
    least_leads: int = 0,
    most_leads: int = 5,
    most_touchpoints: int = 8,
) -> Case:
    """Facts for a model, and a moment to score at."""
    fields = model_fields(model)
    as_of = _as_of(random, model.time_zone)
    has_integer_ids = perhaps(random, 30)
    pool = INTEGER_LEADS if has_integer_ids else TEXT_LEADS
    n_leads = max(least_leads, most_leads - random.randint(0, most_leads))
    ids = _lead_ids(random, pool, n_leads)
    has = {name for name in ("known_at", "company.id", "received_at", "id") if perhaps(random, 75)}
    leads = tuple(_lead(random, lead_id, fields, as_of, has) for lead_id in ids)
    owners = [*ids, pool[0]]  # perhaps nobody's
    touchpoints = tuple(
        _touchpoint(random, owner, fields, model.time_zone, as_of, has)
        for owner in owners
        for _ in range(most_touchpoints - random.randint(0, most_touchpoints))
    )
    return Case(model, leads, _repeated(random, touchpoints), as_of, has_integer_ids)


def a_touchpoint(random: Random, case: Case, owner: str | int) -> Record:
    """One more touchpoint of a lead, with no id that could repeat another."""
    zone = case.model.time_zone
    return _touchpoint(random, owner, case.fields, zone, case.as_of, {"received_at"})


def _lead_ids(random: Random, pool: tuple, count: int) -> list:
    if count <= len(pool):
        return random.sample(pool, count)
    more = range(100, 100 + count - len(pool))
    return [*pool, *((n if isinstance(pool[0], int) else f"lead-{n}") for n in more)]


def _lead(
    random: Random, lead_id: Value, fields: ModelFields, as_of: int, has: set[str]
) -> dict[str, Any]:
    record: dict[str, Any] = {"lead_id": lead_id}
    if "known_at" in has:
        record["known_at"] = as_of + random.choice((0, 1, -DAY_US)) if perhaps(random, 30) else None
    record |= {name: _value(random, kind) for name, kind in fields.attributes.items()}
    if "company.id" in has or "company.id" in fields.attributes:
        record["company.id"] = random.choice(COMPANIES) if perhaps(random, 80) else None
    return record


def _value(random: Random, kind: FieldType) -> Value:
    return random.choice(VALUES[kind]) if perhaps(random, 80) else None


def _touchpoint(
    random: Random, owner: Value, fields: ModelFields, zone: str, as_of: int, has: set[str]
) -> dict[str, Any]:
    occurred_at = _occurred_at(random, zone, as_of)
    record: dict[str, Any] = {
        "lead_id": owner,
        "type": random.choice(UNKNOWN_TYPES if perhaps(random, 10) else TYPES),
        "occurred_at": occurred_at,
    }
    if "received_at" in has:
        record["received_at"] = _received_at(random, occurred_at, as_of)
    if "id" in has:
        record["id"] = random.choice(IDS) if perhaps(random, 60) else None
    return record | {name: _value(random, kind) for name, kind in fields.properties.items()}


def _repeated(random: Random, touchpoints: tuple[Record, ...]) -> tuple[Record, ...]:
    """Some touchpoints again as they are, and in no order."""
    again = tuple(touchpoint for touchpoint in touchpoints if perhaps(random, 10))
    everything = [*touchpoints, *again]
    random.shuffle(everything)
    return tuple(everything)


# Moments


@lru_cache(maxsize=64)
def _clock_changes(zone: str) -> tuple[int, ...]:
    first, last = FIRST * DAY_US, LAST * DAY_US
    return tuple(at for at in offsets(zone).starts if first <= at <= last)


def midnight(zone: str, day: int) -> int:
    """The first instant of a local day, or one within a clock change of it."""
    table = offsets(zone)
    shift, _ = table.step_at(day * DAY_US)
    return day * DAY_US - shift


def _as_of(random: Random, zone: str) -> int:
    changes = _clock_changes(zone)
    kind = random.choice(("day", "clock change", "leap day"))
    if kind == "clock change" and changes:
        return random.choice(changes) + random.choice(NUDGES)
    day = random.choice(LEAP_DAYS) + random.randint(-1, 1)
    if kind == "day":
        day = random.randint(FIRST, LAST)
    return midnight(zone, day) + random.choice((*NUDGES, 12 * HOUR_US))


def _occurred_at(random: Random, zone: str, as_of: int) -> int:
    kind = random.choice(("midnight", "midnight", "just now", "clock change", "any", "long ago"))
    changes = _clock_changes(zone)
    if kind == "clock change" and changes:
        near = [at for at in changes if abs(at - as_of) < 800 * DAY_US] or changes
        return random.choice(near) + random.choice(NUDGES)
    if kind == "just now":
        return as_of + random.choice(NUDGES)
    if kind == "long ago" and perhaps(random, 30):
        return random.choice((0, 1, DAY_US - 1, DAY_US, 1_000_000_000_000_000))
    if kind == "any":
        return max(0, as_of - random.randint(0, 400 * DAY_US))
    ago = random.choice((0, 1, *DAY_COUNTS[:-1], *(days - 1 for days in DAY_COUNTS[2:-1])))
    today = offsets(zone).local_day(as_of)
    return midnight(zone, today - ago) + random.choice((0, -1, 1, 3 * HOUR_US))


def _received_at(random: Random, occurred_at: int, as_of: int) -> int | None:
    if not perhaps(random, 50):
        return None
    near = (as_of, as_of + 1, occurred_at, occurred_at + HOUR_US, occurred_at + 30 * DAY_US)
    return random.choice((*near, max(0, occurred_at - HOUR_US)))
