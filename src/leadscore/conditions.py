"""The one condition language: what it can say, and how it is held against typed values.

In: typed values by field name. Out: whether a condition holds. A condition is data, never code.
The reading of documents is in `document.py`; what can be wrong with a condition in `checks.py`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

Scalar = str | int | float | bool | date
"""A typed literal or value. Text is str, a number int or float, a day a date."""

Value = Scalar | None
Operand = Scalar | tuple[Scalar, ...]


class FieldType(StrEnum):
    """The types that a field can have."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    ANY = "any"
    """Nothing about the type is said: the field is only asked to exist or be missing."""


class Operator(StrEnum):
    """The comparisons. Missing values match none of them but `missing`."""

    EQ = "eq"
    NE = "ne"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    EXISTS = "exists"
    MISSING = "missing"
    BETWEEN = "between"


ALL_TYPES = frozenset({FieldType.TEXT, FieldType.NUMBER, FieldType.BOOLEAN, FieldType.DATE})
ORDERED_TYPES = frozenset({FieldType.NUMBER, FieldType.DATE})
TEXT_ONLY = frozenset({FieldType.TEXT})
LISTED_TYPES = frozenset({FieldType.TEXT, FieldType.NUMBER, FieldType.DATE})

OPERAND_TYPES: Mapping[Operator, frozenset[FieldType]] = {
    Operator.EQ: ALL_TYPES,
    Operator.NE: ALL_TYPES,
    Operator.GT: ORDERED_TYPES,
    Operator.GE: ORDERED_TYPES,
    Operator.LT: ORDERED_TYPES,
    Operator.LE: ORDERED_TYPES,
    Operator.BETWEEN: ORDERED_TYPES,
    Operator.IN: LISTED_TYPES,
    Operator.NOT_IN: LISTED_TYPES,
    Operator.CONTAINS: TEXT_ONLY,
    Operator.STARTS_WITH: TEXT_ONLY,
    Operator.ENDS_WITH: TEXT_ONLY,
    Operator.EXISTS: frozenset({FieldType.BOOLEAN}),
    Operator.MISSING: frozenset({FieldType.BOOLEAN}),
}
"""Which types of operand an operator takes. `exists` and `missing` take true or false."""

LIST_OPERATORS = frozenset({Operator.IN, Operator.NOT_IN})
PRESENCE_OPERATORS = frozenset({Operator.EXISTS, Operator.MISSING})


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field held against an operand.

    `operand` is a tuple for `in`, `not_in` (any length) and `between` (two, both inclusive).
    For `score.*` fields the operand is in points, as the document says it.
    """

    field: str
    operator: Operator
    operand: Operand
    ignore_diacritics: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds when every part holds; holds when there is no part."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when at least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """Holds when no part holds."""

    parts: tuple[Condition, ...]


class Scope(StrEnum):
    """Whose touchpoints are counted."""

    LEAD = "lead"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which touchpoints count: their types, properties, age and owner.

    An empty `on` is every type. `within` d days is today and the d - 1 days before; None is ever.
    """

    on: tuple[str, ...]
    where: Condition | None = None
    within: int | None = None
    scope: Scope = Scope.LEAD


@dataclass(frozen=True, slots=True)
class TouchpointCount:
    """Holds when at least so many touchpoints, of at least so many people, are selected."""

    selection: Selection
    at_least: int = 1
    people: int = 1


@dataclass(frozen=True, slots=True)
class DefinitionMet:
    """Holds when the named definition of the same model is met."""

    name: str


Condition = Comparison | AllOf | AnyOf | NoneOf | TouchpointCount | DefinitionMet

ATTRIBUTE_SPACES = ("lead", "company", "bant", "consent")
"""First parts of the fields that describe a lead; the rest of the name is free."""

STAGE = "stage"
GRADE = "grade"
SCORE_PREFIX, BAND_PREFIX = "score.", "band."
OVERALL = "overall"
RESERVED_COLUMNS = frozenset({"lead_id", "type", "occurred_at", "received_at", "id", "known_at"})


def is_attribute(field: str) -> bool:
    """Whether a field describes a lead (and not a score or a touchpoint)."""
    space, dot, rest = field.partition(".")
    return field == STAGE or (space in ATTRIBUTE_SPACES and bool(dot) and bool(rest))


def is_computed(field: str) -> bool:
    """Whether a field is a result of the model: score.*, band.* or grade."""
    return field == GRADE or field.startswith((SCORE_PREFIX, BAND_PREFIX))


def walk(condition: Condition) -> Iterator[Condition]:
    """The condition and all its parts, outermost first."""
    waiting = [condition]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, AllOf | AnyOf | NoneOf):
            waiting.extend(reversed(part.parts))


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """Every comparison inside a condition."""
    return (part for part in walk(condition) if isinstance(part, Comparison))


def type_of(value: Scalar) -> FieldType:
    """The type of a literal."""
    if isinstance(value, bool):
        return FieldType.BOOLEAN
    if isinstance(value, str):
        return FieldType.TEXT
    if isinstance(value, date):
        return FieldType.DATE
    return FieldType.NUMBER


def needed_type(comparison: Comparison) -> FieldType:
    """The type that a field must have for a comparison to make sense."""
    if comparison.operator in PRESENCE_OPERATORS:
        return FieldType.ANY
    operand = comparison.operand
    if isinstance(operand, tuple):
        return type_of(operand[0]) if operand else FieldType.ANY
    return type_of(operand)


_POLISH = str.maketrans("ąćęłńóśźż", "acelnoszz")


def fold(text: str) -> str:
    """Text as it is compared: canonical Unicode form, no case."""
    return text.casefold() if text.isascii() else unicodedata.normalize("NFC", text).casefold()


def fold_diacritics(text: str) -> str:
    """Text as it is compared when Polish diacritics do not matter."""
    return fold(text).translate(_POLISH)


Test = Callable[[Value], bool]
Row = Mapping[str, Value]
Predicate = Callable[[Row], bool]


def test_of(comparison: Comparison) -> Test:
    """A function that says whether one value satisfies a comparison.

    A missing value, and a value of another type than the operand, satisfies only `missing`. One
    and true are one value here as everywhere in Python, zero and false too: answers are remembered
    by value, and must not depend on which of them came first.
    """
    operator, operand = comparison.operator, comparison.operand
    if operator in PRESENCE_OPERATORS:
        wants_present = (operator is Operator.EXISTS) == bool(operand)
        return lambda value: (value is not None) == wants_present
    kind = needed_type(comparison)
    if kind is FieldType.TEXT:
        folder = fold_diacritics if comparison.ignore_diacritics else fold
        return _text_test(operator, _folded(operand, folder), folder)
    if kind is FieldType.NUMBER:
        return _ordered_test(operator, _as_floats(operand), _is_number)
    if kind is FieldType.DATE:
        return _ordered_test(operator, operand, _is_date)
    if kind is FieldType.BOOLEAN:
        return _ordered_test(operator, operand, _is_boolean)
    return lambda _: False


def _folded(operand: Operand, folder: Callable[[str], str]) -> Operand:
    if isinstance(operand, tuple):
        return tuple(folder(str(item)) for item in operand)
    return folder(str(operand))


def _as_floats(operand: Operand) -> Operand:
    if isinstance(operand, tuple):
        return tuple(float(item) for item in operand if isinstance(item, int | float))
    return float(operand) if isinstance(operand, int | float) else operand


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float)


def _is_date(value: Value) -> bool:
    return isinstance(value, date)


def _is_boolean(value: Value) -> bool:
    return isinstance(value, int | float) and value in (0, 1)


_TEXT_RELATIONS: Mapping[Operator, Callable[[str, str], bool]] = {
    Operator.EQ: str.__eq__,
    Operator.NE: str.__ne__,
    Operator.CONTAINS: lambda text, part: part in text,
    Operator.STARTS_WITH: str.startswith,
    Operator.ENDS_WITH: str.endswith,
}


class _TextTest(dict[Value, bool]):
    """A test of text that remembers its answers: folding a word costs more than finding it."""

    _MOST = 10_000

    def __init__(self, holds: Test) -> None:
        super().__init__()
        self._holds = holds

    def __missing__(self, value: Value) -> bool:
        if len(self) >= self._MOST:
            self.clear()
        answer = self[value] = isinstance(value, str) and self._holds(value)
        return answer


def _text_test(operator: Operator, operand: Operand, folder: Callable[[str], str]) -> Test:
    if isinstance(operand, tuple):
        members = frozenset(operand)
        wanted = operator is Operator.IN
        return _TextTest(lambda text: (folder(str(text)) in members) == wanted).__getitem__
    relation, part = _TEXT_RELATIONS[operator], operand
    return _TextTest(lambda text: relation(folder(str(text)), str(part))).__getitem__


_RELATIONS: Mapping[Operator, Callable[[Scalar, Scalar], bool]] = {
    Operator.EQ: lambda value, operand: value == operand,
    Operator.NE: lambda value, operand: value != operand,
    Operator.GT: lambda value, operand: value > operand,  # type: ignore[operator]
    Operator.GE: lambda value, operand: value >= operand,  # type: ignore[operator]
    Operator.LT: lambda value, operand: value < operand,  # type: ignore[operator]
    Operator.LE: lambda value, operand: value <= operand,  # type: ignore[operator]
}


def _ordered_test(operator: Operator, operand: Operand, is_typed: Callable[[Value], bool]) -> Test:
    """A test for values that order by themselves: numbers, dates, booleans."""
    if not isinstance(operand, tuple):
        relation = _RELATIONS[operator]
        return lambda value: is_typed(value) and relation(value, operand)  # type: ignore[arg-type]
    if operator is Operator.BETWEEN:
        low, high = operand
        return lambda value: is_typed(value) and low <= value <= high  # type: ignore[operator]
    members, wanted = frozenset(operand), operator is Operator.IN
    return lambda value: is_typed(value) and (value in members) == wanted


Leaf = Comparison | TouchpointCount | DefinitionMet


def predicate(condition: Condition, leaf: Callable[[Leaf], Predicate]) -> Predicate:
    """A function of one row for a whole condition; `leaf` makes the functions of its leaves."""
    if isinstance(condition, Comparison | TouchpointCount | DefinitionMet):
        return leaf(condition)
    parts = tuple(predicate(part, leaf) for part in condition.parts)
    if isinstance(condition, AllOf):
        return parts[0] if len(parts) == 1 else _every(parts)
    if isinstance(condition, AnyOf):
        return parts[0] if len(parts) == 1 else _some(parts)
    some = _some(parts)
    return lambda row: not some(row)


def _every(parts: tuple[Predicate, ...]) -> Predicate:
    def every(row: Row) -> bool:
        for part in parts:  # noqa: SIM110 - a generator would cost more than the parts
            if not part(row):
                return False
        return True

    return every


def _some(parts: tuple[Predicate, ...]) -> Predicate:
    def some(row: Row) -> bool:
        for part in parts:  # noqa: SIM110
            if part(row):
                return True
        return False

    return some


def row_predicate(condition: Condition) -> Predicate:
    """A function of one row of values for a condition that only compares fields."""

    def compare(leaf: Leaf) -> Predicate:
        if not isinstance(leaf, Comparison):
            raise TypeError(f"{leaf} cannot be answered from one row of values")
        test, field = test_of(leaf), leaf.field
        return lambda row: test(row.get(field))

    return predicate(condition, compare)
