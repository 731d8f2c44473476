"""Conditions over a block of leads at once.

In: columns of leads, scores and counts. Out: one truth value per lead, the same as `live` gives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadscore.conditions import (
    PRESENCE_OPERATORS,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    DefinitionMet,
    FieldType,
    Leaf,
    Operator,
    Scalar,
    TouchpointCount,
    needed_type,
    test_of,
)
from leadscore.days import date_to_day

Truths = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

_RELATIONS: Mapping[Operator, Callable[..., Truths]] = {
    Operator.EQ: np.equal,
    Operator.NE: np.not_equal,
    Operator.GT: np.greater,
    Operator.GE: np.greater_equal,
    Operator.LT: np.less,
    Operator.LE: np.less_equal,
}


def holds(condition: Condition, leaf: Callable[[Leaf], Truths], size: int) -> Truths:
    """Where a condition holds; `leaf` answers its comparisons.

    Shape: `size` truth values.
    """
    if isinstance(condition, Comparison | TouchpointCount | DefinitionMet):
        return leaf(condition)
    parts = [holds(part, leaf, size) for part in condition.parts]
    if isinstance(condition, AllOf):
        return np.logical_and.reduce(parts) if parts else np.ones(size, np.bool_)
    some = np.logical_or.reduce(parts) if parts else np.zeros(size, np.bool_)
    return some if isinstance(condition, AnyOf) else ~some


class Attributes:
    """Comparisons over the attribute columns of a block of leads."""

    def __init__(self, leads: pa.Table) -> None:
        self._leads = leads
        self._texts: dict[str, tuple[list[str | None], npt.NDArray[np.int64]]] = {}
        self._present: dict[str, Truths] = {}

    def compare(self, comparison: Comparison) -> Truths:
        """Where a comparison of an attribute holds."""
        if comparison.field not in self._leads.column_names:
            missing = test_of(comparison)(None)
            return np.full(self._leads.num_rows, missing, np.bool_)
        if comparison.operator in PRESENCE_OPERATORS:
            wanted = (comparison.operator is Operator.EXISTS) == bool(comparison.operand)
            present = self.is_present(comparison.field)
            return present if wanted else ~present
        if needed_type(comparison) is FieldType.TEXT:
            return self._compare_text(comparison)
        return self._compare_ordered(comparison) & self.is_present(comparison.field)

    def is_present(self, field: str) -> Truths:
        """Where a field has a value; nowhere when there is no such column."""
        if field not in self._leads.column_names:
            return np.zeros(self._leads.num_rows, np.bool_)
        if field not in self._present:
            self._present[field] = np.asarray(self._leads.column(field).is_valid())
        return self._present[field]

    def _compare_text(self, comparison: Comparison) -> Truths:
        values, places = self._text(comparison.field)
        test = test_of(comparison)
        return np.array([test(value) for value in values], np.bool_)[places]

    def _text(self, field: str) -> tuple[list[str | None], npt.NDArray[np.int64]]:
        """The distinct values of a text field (missing last) and where each lead's stands."""
        if field not in self._texts:
            encoded = self._leads.column(field).combine_chunks().dictionary_encode()
            values = [*encoded.dictionary.to_pylist(), None]
            places = encoded.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False)
            self._texts[field] = values, places.astype(np.int64)
        return self._texts[field]

    def _compare_ordered(self, comparison: Comparison) -> Truths:
        column = self._leads.column(comparison.field).combine_chunks()
        if pa.types.is_date(column.type):
            column = column.cast(pa.date32()).cast(pa.int32()).cast(pa.int64())
        elif pa.types.is_boolean(column.type):
            column = column.cast(pa.int8())
        values = column.fill_null(0).to_numpy(zero_copy_only=False)
        return compare_numbers(comparison, values)


def compare_numbers(comparison: Comparison, values: npt.NDArray[np.generic]) -> Truths:
    """Where numbers (or days, or truths as 0 and 1) satisfy a comparison."""
    operand = comparison.operand
    if not isinstance(operand, tuple):
        return _RELATIONS[comparison.operator](values, _plain(operand))
    items = [_plain(item) for item in operand]
    if comparison.operator is Operator.BETWEEN:
        within: Truths = np.greater_equal(values, items[0]) & np.less_equal(values, items[1])
        return within
    among = np.zeros(len(values), np.bool_)
    for item in items:
        among |= np.equal(values, item)
    return among if comparison.operator is Operator.IN else ~among


def _plain(value: Scalar) -> int | float:
    if isinstance(value, date):
        return date_to_day(value)
    if isinstance(value, str):
        raise TypeError(f"{value!r} is text and has no order")
    return value
