"""The fields that a model asks for, with the type that each must have.

In: a model, or single comparisons. Out: field types by name; attributes of leads and properties
of touchpoints are separate name spaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from leadscore.conditions import (
    Comparison,
    FieldType,
    Scope,
    comparisons,
    is_computed,
    needed_type,
)
from leadscore.model import ScoringModel

COMPANY_ID = "company.id"
"""The attribute that says which leads belong to one company."""


class ModelFields(NamedTuple):
    """Field types by name. `ANY` is a field that is only asked to exist or be missing."""

    attributes: Mapping[str, FieldType]
    properties: Mapping[str, FieldType]


def model_fields(model: ScoringModel) -> ModelFields:
    """The attributes and touchpoint properties that a sound model asks for, in order of use.

    Rules of company scope ask for `company.id` without saying its type.
    """
    attributes = _types(
        part
        for condition in model.conditions()
        for part in comparisons(condition)
        if not is_computed(part.field)
    )
    if any(selection.scope is Scope.COMPANY for selection in model.selections()):
        attributes.setdefault(COMPANY_ID, FieldType.ANY)
    properties = _types(
        part
        for selection in model.selections()
        if selection.where is not None
        for part in comparisons(selection.where)
    )
    return ModelFields(attributes, properties)


def _types(parts: Iterable[Comparison]) -> dict[str, FieldType]:
    types: dict[str, FieldType] = {}
    for part in parts:
        needed = needed_type(part)
        if types.get(part.field, FieldType.ANY) is FieldType.ANY:
            types[part.field] = needed
    return types
