"""What can be wrong with the types that conditions presume of one field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from leadscore.checks.problem import Place, Places, Problem, kind
from leadscore.checks.structure import Expected
from leadscore.conditions import (
    Comparison,
    FieldType,
    comparisons,
    is_computed,
    needed_type,
)
from leadscore.fields import ModelFields
from leadscore.model import ScoringModel


@kind
class FieldWithTwoTypes(Problem):
    """A field compared as one type here and as another elsewhere; both cannot be right."""

    code: ClassVar[str] = "field-with-two-types"
    found_kind: Expected
    expected: Expected
    first: str


@kind
class TypeNotOfField(Problem):
    """A field compared as another type than the data have."""

    code: ClassVar[str] = "type-not-of-field"
    found_kind: Expected
    expected: Expected


_KINDS = {
    FieldType.TEXT: Expected.TEXT,
    FieldType.NUMBER: Expected.NUMBER,
    FieldType.BOOLEAN: Expected.BOOLEAN,
    FieldType.DATE: Expected.DATE,
}


def field_type_problems(
    model: ScoringModel, places: Places, catalogue: ModelFields | None
) -> Iterator[Problem]:
    """Fields of two types, attributes and touchpoint properties each among themselves."""
    attributes = (
        part
        for condition in model.conditions()
        for part in comparisons(condition)
        if not is_computed(part.field)
    )
    properties = (
        part
        for selection in model.selections()
        if selection.where is not None
        for part in comparisons(selection.where)
    )
    known = catalogue or ModelFields({}, {})
    yield from _clashes(attributes, places, known.attributes)
    yield from _clashes(properties, places, known.properties)


def _clashes(
    parts: Iterable[Comparison], places: Places, known: Mapping[str, FieldType]
) -> Iterator[Problem]:
    first_uses: dict[str, tuple[FieldType, Comparison]] = {}
    for part in parts:
        needed = needed_type(part)
        if needed is FieldType.ANY:
            continue
        of_data = known.get(part.field, FieldType.ANY)
        if of_data not in {FieldType.ANY, needed}:
            yield TypeNotOfField(
                at=places.of(part),
                found=part.field,
                found_kind=_KINDS[needed],
                expected=_KINDS[of_data],
            )
            continue
        first, first_part = first_uses.setdefault(part.field, (needed, part))
        if first is not needed:
            yield _two_types(part, needed, first, places.of(part), places.of(first_part))


def _two_types(
    part: Comparison, needed: FieldType, first: FieldType, at: Place, at_first: Place
) -> Problem:
    return FieldWithTwoTypes(
        at=at,
        found=part.field,
        found_kind=_KINDS[needed],
        expected=_KINDS[first],
        first=at_first.path,
    )
