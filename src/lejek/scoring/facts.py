"""What the scorer is told of a lead: its fields as conditions name them, and its touchpoints.

In: records of the earlier rooms. Out: typed values and touchpoints of `leadscore`.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from leadscore.conditions import FieldType, Value
from leadscore.days import to_instant
from leadscore.fields import COMPANY_ID, ModelFields
from leadscore.live import Touchpoint
from lejek.capture.models import Touchpoint as TouchpointRow
from lejek.consent.selectors import consents_of, objects_to_profiling
from lejek.identity.fields import BUILT_IN, Keeper
from lejek.identity.models import Contact, Lead


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """Everything that the score of one lead depends on."""

    lead: Lead
    attributes: Mapping[str, Value]
    touchpoints: Sequence[Touchpoint]
    colleagues: Mapping[str, Sequence[Touchpoint]]


def typed(value: object, kind: FieldType) -> Value:
    """A stored value as the type that a condition needs; None where it does not fit."""
    if value is None or value == "":
        return None
    if kind is FieldType.ANY:
        return value if isinstance(value, str | int | float | bool) else None
    if kind is FieldType.BOOLEAN:
        return value if isinstance(value, bool) else None
    if kind is FieldType.NUMBER:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        number = float(value) if is_number else math.nan  # type: ignore[arg-type]
        return number if math.isfinite(number) else None
    if kind is FieldType.DATE:
        return _as_date(value)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _as_date(value: object) -> date | None:
    if not isinstance(value, str) or _DAY.fullmatch(value) is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def facts_of(
    leads: Sequence[Lead], fields: ModelFields, *, with_colleagues: bool
) -> list[LeadFacts]:
    """The facts of some leads.

    Queries: two, however many leads (three more where colleagues count).
    """
    contacts = {lead.contact_id: lead.contact for lead in leads}
    consents = consents_of(contacts)
    own = _touchpoints(contacts, fields)
    colleagues = _colleagues(contacts.values(), fields) if with_colleagues else {}
    return [
        LeadFacts(
            lead,
            attributes_of(lead, fields, consents.get(lead.contact_id, {})),
            own.get(lead.contact_id, []),
            _others(colleagues, lead.contact),
        )
        for lead in leads
    ]


def attributes_of(
    lead: Lead, fields: ModelFields, consents: Mapping[str, bool]
) -> dict[str, Value]:
    """The attributes that a model asks for, by field."""
    found: dict[str, Value] = {}
    for name, kind in fields.attributes.items():
        found[name] = typed(_stored(lead, name, consents), kind)
    if lead.contact.company_id is not None:
        found[COMPANY_ID] = str(lead.contact.company_id)
    return found


def _stored(lead: Lead, name: str, consents: Mapping[str, bool]) -> object:
    contact, company = lead.contact, lead.contact.company
    field = BUILT_IN.get(name)
    if field is None or not field.column:
        record = company if name.startswith("company.") else contact
        return None if record is None else record.attributes.get(name)
    if field.keeper is Keeper.CONSENT:
        return consents.get(field.column)
    keeper: object = {Keeper.LEAD: lead, Keeper.CONTACT: contact, Keeper.COMPANY: company}[
        field.keeper
    ]
    return getattr(keeper, field.column, None)


def _touchpoints(contact_ids: Iterable[int], fields: ModelFields) -> dict[int, list[Touchpoint]]:
    rows = (
        TouchpointRow.objects.filter(contact_id__in=list(contact_ids), is_machine=False)
        .values_list("contact_id", "type", "occurred_at", "received_at", "properties")
        .iterator(chunk_size=5000)
    )
    found: dict[int, list[Touchpoint]] = defaultdict(list)
    for contact_id, type_, occurred_at, received_at, properties in rows:
        if contact_id is None:
            continue
        found[contact_id].append(
            Touchpoint(
                type_,
                to_instant(occurred_at),
                to_instant(received_at),
                None,
                {
                    name: typed(properties.get(name), kind)
                    for name, kind in fields.properties.items()
                    if name in properties
                },
            )
        )
    return found


def _colleagues(
    contacts: Iterable[Contact], fields: ModelFields
) -> dict[int, dict[int, list[Touchpoint]]]:
    """By company, the touchpoints of each of its people who count for their colleagues."""
    people = people_who_count(
        {contact.company_id for contact in contacts if contact.company_id is not None}
    )
    found: dict[int, dict[int, list[Touchpoint]]] = defaultdict(dict)
    for contact_id, touchpoints in _touchpoints(people, fields).items():
        found[people[contact_id]][contact_id] = touchpoints
    return found


def people_who_count(companies: Iterable[int]) -> dict[int, int]:
    """The contacts whose touchpoints count for their colleagues, each with its company.

    They have an open lead. Who refused to be profiled does not count for others either.
    Queries: two.
    """
    open_leads = Lead.objects.filter(contact__company_id__in=companies, closed_at__isnull=True)
    people = dict(open_leads.values_list("contact_id", "contact__company_id"))
    for contact_id, consents in consents_of(people).items():
        if objects_to_profiling(consents):
            del people[contact_id]
    return people


def _others(
    colleagues: Mapping[int, Mapping[int, Sequence[Touchpoint]]], contact: Contact
) -> dict[str, Sequence[Touchpoint]]:
    if contact.company_id is None:
        return {}
    people = colleagues.get(contact.company_id, {})
    return {str(other): found for other, found in people.items() if other != contact.id}


def instant(moment: datetime) -> int:
    """A moment as the scorer counts it."""
    return to_instant(moment)
