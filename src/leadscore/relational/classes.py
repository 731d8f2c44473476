"""Property values put into classes, so that conditions are decided on classes and not on rows.

In: the comparisons that a model makes on one property, and the text values that occur.
Out: a class number for each value, worked out by the engine, and what holds for each class.
Two values are of one class when every comparison says the same of both.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from sqlglot import exp

from leadscore.conditions import (
    PRESENCE_OPERATORS,
    Comparison,
    FieldType,
    Operator,
    Scalar,
    Value,
    test_of,
)
from leadscore.relational.vectors import Truths

VALUE, CLASS = "value", "class_no"

_ONE_DAY = timedelta(days=1)
_SECOND_DATE, _LAST_DATE_BUT_ONE = date.min + _ONE_DAY, date.max - _ONE_DAY


class Step(NamedTuple):
    """Where one class of ordered values ends: before `at`, or after it."""

    at: float | date
    is_after: bool


@dataclass(frozen=True, slots=True)
class PropertyClasses:
    """The classes of one property.

    `answers` says for each comparison of which classes it holds; the last class is that of missing
    values. Of ordered values, class c is of those that lie beyond c of the `steps`.
    `listed` maps text values to classes; a text value not listed is of class `unlisted`.
    """

    field: str
    kind: FieldType
    count: int
    """How many classes there are."""
    answers: Mapping[Comparison, Truths]
    steps: tuple[Step, ...] = ()
    listed: tuple[tuple[str, int], ...] = ()
    unlisted: int = 0

    @property
    def missing(self) -> int:
        """The class of missing values."""
        return self.count - 1

    @property
    def is_joined(self) -> bool:
        """Whether the class comes from a table of values and not from an expression."""
        return bool(self.listed)

    def table(self) -> pa.Table:
        """The listed values with their classes.

        Shape: columns value and class_no.
        """
        return pa.table(
            {
                VALUE: pa.array([value for value, _ in self.listed], pa.string()),
                CLASS: pa.array([number for _, number in self.listed], pa.int64()),
            }
        )

    def number(self, value: exp.Expr, joined: exp.Expr) -> exp.Expr:
        """The class as an expression of the property (or of the class joined to it)."""
        return (
            exp.case()
            .when(value.is_(exp.null()), _integer(self.missing))
            .else_(self._of_present(value, joined))
        )

    def _of_present(self, value: exp.Expr, joined: exp.Expr) -> exp.Expr:
        if self.kind is FieldType.BOOLEAN:
            return exp.case().when(value.copy(), _integer(1)).else_(_integer(0))
        if self.is_joined:
            return exp.func("COALESCE", joined, _integer(self.unlisted))
        return _steps_below(value, self.steps, 0)


def classes_of(
    field: str, kind: FieldType, comparisons: Sequence[Comparison], values: Iterable[str]
) -> PropertyClasses:
    """The classes of a property under some comparisons; `values` are its text values that occur."""
    if kind is FieldType.TEXT:
        return _text_classes(field, comparisons, values)
    steps: tuple[Step, ...] = ()
    representatives: tuple[Value, ...] = ("",)
    if kind is FieldType.BOOLEAN:
        representatives = (False, True)
    elif kind in (FieldType.NUMBER, FieldType.DATE):
        steps = tuple(sorted({step for comparison in comparisons for step in _steps(comparison)}))
        representatives = _between(steps)
    answers = {
        comparison: np.array([test(value) for value in (*representatives, None)], np.bool_)
        for comparison in comparisons
        for test in (test_of(comparison),)
    }
    return PropertyClasses(field, kind, len(representatives) + 1, answers, steps)


def _text_classes(
    field: str, comparisons: Sequence[Comparison], values: Iterable[str]
) -> PropertyClasses:
    tests = [test_of(comparison) for comparison in comparisons]
    members: dict[tuple[bool, ...], list[str]] = {}
    for value in values:
        members.setdefault(tuple(test(value) for test in tests), []).append(value)
    signatures = [*members, tuple(test(None) for test in tests)]
    largest = max(members, key=lambda signature: len(members[signature]), default=None)
    listed = [
        (value, number)
        for number, (signature, each) in enumerate(members.items())
        if signature != largest
        for value in each
    ]
    return PropertyClasses(
        field,
        FieldType.TEXT,
        len(signatures),
        dict(zip(comparisons, np.array(signatures, np.bool_).T, strict=True)),
        listed=tuple(listed),
        unlisted=0 if largest is None else list(members).index(largest),
    )


_BEFORE = frozenset({Operator.GE, Operator.LT})
_AFTER = frozenset({Operator.GT, Operator.LE})


def _steps(comparison: Comparison) -> Iterable[Step]:
    """The steps that a comparison needs to be the same for all values between two of them."""
    operator, operand = comparison.operator, comparison.operand
    places = [_ordered(item) for item in (operand if isinstance(operand, tuple) else (operand,))]
    if operator is Operator.BETWEEN:
        return (Step(places[0], is_after=False), Step(places[1], is_after=True))
    if operator in PRESENCE_OPERATORS:
        return ()
    sides = {False} if operator in _BEFORE else {True} if operator in _AFTER else {False, True}
    return (Step(at, side) for at in places for side in sides)


def _ordered(item: Scalar) -> float | date:
    return item if isinstance(item, date) else float(item)


def _between(steps: Sequence[Step]) -> tuple[Value, ...]:
    """A value of each of the classes that steps make."""
    if not steps:
        return (0.0,)
    lowest = steps[0].at if steps[0].is_after else _just_below(steps[0].at)
    return (lowest, *(_just_above(step.at) if step.is_after else step.at for step in steps))


def _just_below(at: float | date) -> Value:
    """The next value below; the first date stands for the class below it, which has no value."""
    if isinstance(at, date):
        return max(at, _SECOND_DATE) - _ONE_DAY
    return math.nextafter(at, -math.inf)


def _just_above(at: float | date) -> Value:
    """The next value above; the last date stands for the class above it, which has no value."""
    if isinstance(at, date):
        return min(at, _LAST_DATE_BUT_ONE) + _ONE_DAY
    return math.nextafter(at, math.inf)


def _integer(number: int) -> exp.Expr:
    return exp.Literal.number(number)


def _literal(value: Scalar) -> exp.Expr:
    """A number or date as the engine must read it: from text, rounded once, the same everywhere."""
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    return exp.cast(exp.Literal.string(repr(float(value))), "double")


def _steps_below(value: exp.Expr, steps: Sequence[Step], first: int) -> exp.Expr:
    """How many steps lie below a value, found by halving; `first` is the number of the first."""
    if not steps:
        return _integer(first)
    middle = len(steps) // 2
    step = steps[middle]
    operator = exp.GT if step.is_after else exp.GTE
    above = operator(this=value.copy(), expression=_literal(step.at))
    return (
        exp.case(copy=False)
        .when(above, _steps_below(value, steps[middle + 1 :], first + middle + 1), copy=False)
        .else_(_steps_below(value, steps[:middle], first), copy=False)
    )
