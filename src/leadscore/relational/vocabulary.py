"""Which touchpoint properties a set of counters looks at, and how.

In: counters. Out: each property with the comparisons that are made on it, then its classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leadscore.conditions import Comparison, FieldType, comparisons, needed_type
from leadscore.counting import Counter
from leadscore.relational.classes import PropertyClasses, classes_of


@dataclass(frozen=True, slots=True)
class ComparedProperty:
    """A property, its type, and every comparison made on it."""

    field: str
    kind: FieldType
    comparisons: tuple[Comparison, ...]

    @property
    def needs_values(self) -> bool:
        """Whether its classes depend on the text values that occur."""
        return self.kind is FieldType.TEXT


def compared_properties(counters: Sequence[Counter]) -> list[ComparedProperty]:
    """The properties that counters look at, in order of use."""
    by_field: dict[str, list[Comparison]] = {}
    for counter in counters:
        where = counter.selection.where
        for each in () if where is None else comparisons(where):
            by_field.setdefault(each.field, []).append(each)
    return [
        ComparedProperty(field, _kind(found), tuple(dict.fromkeys(found)))
        for field, found in by_field.items()
    ]


def _kind(found: Iterable[Comparison]) -> FieldType:
    kinds = (needed_type(comparison) for comparison in found)
    return next((kind for kind in kinds if kind is not FieldType.ANY), FieldType.ANY)


def property_classes(compared: ComparedProperty, values: Iterable[str]) -> PropertyClasses:
    """The classes of a property; `values` are its text values that occur."""
    return classes_of(compared.field, compared.kind, compared.comparisons, values)
