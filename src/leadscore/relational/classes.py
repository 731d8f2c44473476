"""Property values put into classes, so that conditions are decided on classes and not on rows.

In: the comparisons that a model makes on one property, and the text values that occur.
Out: a class number for each value, worked out by the engine, and a value that stands for the class.
Two values are of one class when every comparison says the same of both.
"""

from __future__ import annotations

import math
from collections import Counter as Tallied
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
from sqlglot import exp

from leadscore.conditions import Comparison, FieldType, Scalar, Value, test_of

VALUE, CLASS = "value", "class_no"

_ONE_DAY = timedelta(days=1)
_SECOND_DATE, _LAST_DATE_BUT_ONE = date.min + _ONE_DAY, date.max - _ONE_DAY


@dataclass(frozen=True, slots=True)
class PropertyClasses:
    """The classes of one property.

    `representatives[c]` is a value of class c; the last class is that of missing values.
    `listed` maps text values to classes; a text value not listed is of class `unlisted`.
    """

    field: str
    kind: FieldType
    representatives: tuple[Value, ...]
    breaks: tuple[Scalar, ...] = ()
    listed: tuple[tuple[str, int], ...] = ()
    unlisted: int = 0

    @property
    def count(self) -> int:
        """How many classes there are."""
        return len(self.representatives)

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
        steps: list[exp.Expr] = []
        for at in self.breaks:
            for operator in (exp.GTE, exp.GT):
                above = operator(this=value.copy(), expression=_literal(at))
                steps.append(exp.case().when(above, _integer(1)).else_(_integer(0)))
        return _sum(steps)


def classes_of(
    field: str, kind: FieldType, comparisons: Sequence[Comparison], values: Iterable[str]
) -> PropertyClasses:
    """The classes of a property under some comparisons; `values` are its text values that occur."""
    if kind is FieldType.BOOLEAN:
        return PropertyClasses(field, kind, (False, True, None))
    if kind in (FieldType.NUMBER, FieldType.DATE):
        return _ordered_classes(field, kind, comparisons)
    if kind is FieldType.ANY:
        return PropertyClasses(field, kind, ("", None))
    return _text_classes(field, comparisons, values)


def _text_classes(
    field: str, comparisons: Sequence[Comparison], values: Iterable[str]
) -> PropertyClasses:
    tests = [test_of(comparison) for comparison in dict.fromkeys(comparisons)]
    members: dict[tuple[bool, ...], list[str]] = {}
    for value in values:
        members.setdefault(tuple(test(value) for test in tests), []).append(value)
    if not members:
        return PropertyClasses(field, FieldType.TEXT, (None,))
    largest = Tallied({signature: len(each) for signature, each in members.items()})
    ((unlisted, _),) = largest.most_common(1)
    numbers = {signature: number for number, signature in enumerate(members)}
    listed = [
        (value, numbers[signature])
        for signature, each in members.items()
        if signature != unlisted
        for value in each
    ]
    representatives = (*(each[0] for each in members.values()), None)
    return PropertyClasses(
        field, FieldType.TEXT, representatives, listed=tuple(listed), unlisted=numbers[unlisted]
    )


def _ordered_classes(
    field: str, kind: FieldType, comparisons: Sequence[Comparison]
) -> PropertyClasses:
    """Classes between and at the operands: class 2i is below break i, class 2i + 1 at it."""
    operands: set[float | date] = set()
    for comparison in comparisons:
        operand = comparison.operand
        for item in operand if isinstance(operand, tuple) else (operand,):
            if isinstance(item, date):
                operands.add(item)
            elif isinstance(item, int | float) and not isinstance(item, bool):
                operands.add(float(item))
    breaks = sorted(operands)
    between: list[Value] = []
    for number, at in enumerate(breaks):
        between += [_just_below(at) if number == 0 else _just_above(breaks[number - 1]), at]
    between.append(_just_above(breaks[-1]) if breaks else _anything(kind))
    return PropertyClasses(field, kind, (*between, None), breaks=tuple(breaks))


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


def _anything(kind: FieldType) -> Value:
    return date(2000, 1, 1) if kind is FieldType.DATE else 0.0


def _integer(number: int) -> exp.Expr:
    return exp.Literal.number(number)


def _literal(value: Scalar) -> exp.Expr:
    """A number or date as the engine must read it: from text, rounded once, the same everywhere."""
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    return exp.cast(exp.Literal.string(repr(float(value))), "double")


def _sum(terms: Sequence[exp.Expr]) -> exp.Expr:
    total: exp.Expr = _integer(0)
    for term in terms:
        total = exp.Add(this=total, expression=exp.Paren(this=term))
    return total
