"""The fields that conditions may ask of a lead, and where each is kept.

In: nothing. Out: the catalogue of built-in fields; free-form ones are in `FieldDefinition` and are
kept under their full name in the `attributes` of a contact or company.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from leadscore.conditions import FieldType


class Keeper(StrEnum):
    """Which record keeps a field."""

    CONTACT = "contact"
    COMPANY = "company"
    LEAD = "lead"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Field:
    """A built-in field: its name in conditions, its type, the record and column that keep it."""

    name: str
    type: FieldType
    keeper: Keeper
    column: str
    label_pl: str
    label_en: str


_T, _N, _B = FieldType.TEXT, FieldType.NUMBER, FieldType.BOOLEAN

BUILT_IN: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("lead.position", _T, Keeper.CONTACT, "position", "stanowisko", "position"),
        Field("lead.department", _T, Keeper.CONTACT, "department", "dział", "department"),
        Field("lead.seniority", _T, Keeper.CONTACT, "seniority", "szczebel", "seniority"),
        Field("lead.email_kind", _T, Keeper.CONTACT, "email_kind", "rodzaj adresu", "e-mail kind"),
        Field("lead.city", _T, Keeper.CONTACT, "city", "miasto", "city"),
        Field("lead.country", _T, Keeper.CONTACT, "country", "kraj", "country"),
        Field("lead.channel", _T, Keeper.LEAD, "channel", "kanał", "channel"),
        Field("lead.direction", _T, Keeper.LEAD, "direction", "kierunek", "direction"),
        Field("company.industry", _T, Keeper.COMPANY, "industry", "branża", "industry"),
        Field("company.pkd", _T, Keeper.COMPANY, "pkd", "PKD", "PKD"),
        Field("company.domain", _T, Keeper.COMPANY, "domain", "domena", "domain"),
        Field("company.employees", _N, Keeper.COMPANY, "employees", "zatrudnienie", "employees"),
        Field("company.revenue", _N, Keeper.COMPANY, "revenue", "przychód", "revenue"),
        Field("company.city", _T, Keeper.COMPANY, "city", "miasto firmy", "company city"),
        Field("company.country", _T, Keeper.COMPANY, "country", "kraj firmy", "company country"),
        Field("stage", _T, Keeper.LEAD, "stage", "etap", "stage"),
        Field("bant.budget", _N, Keeper.CONTACT, "", "budżet", "budget"),
        Field("bant.authority", _B, Keeper.CONTACT, "", "decyzyjność", "authority"),
        Field("bant.need", _B, Keeper.CONTACT, "", "potrzeba", "need"),
        Field(
            "bant.months_to_purchase",
            _N,
            Keeper.CONTACT,
            "",
            "miesiące do zakupu",
            "months to purchase",
        ),
        Field("consent.email", _B, Keeper.CONSENT, "email", "zgoda na e-mail", "e-mail consent"),
        Field("consent.phone", _B, Keeper.CONSENT, "phone", "zgoda na telefon", "phone consent"),
        Field(
            "consent.profiling",
            _B,
            Keeper.CONSENT,
            "profiling",
            "zgoda na profilowanie",
            "profiling consent",
        ),
    )
}
"""Fields by the name that conditions use; those without a column live in `attributes`."""
