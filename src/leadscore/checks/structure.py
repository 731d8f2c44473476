"""What can be wrong with one key or value of a document."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from leadscore.checks.problem import Problem, Severity, kind


class Thing(StrEnum):
    """The parts of a document, as messages call them."""

    MODEL = "model"
    DIMENSIONS = "dimensions"
    DIMENSION = "dimension"
    BANDS = "bands"
    BAND = "band"
    GROUPS = "groups"
    GROUP = "group"
    RULES = "rules"
    RULE = "rule"
    OVERALL = "overall"
    GRADE = "grade"
    DEFINITIONS = "definitions"
    DEFINITION = "definition"
    LABEL = "label"
    CONDITION = "condition"
    COMPARISON = "comparison"
    TOUCHPOINT = "touchpoint"
    ITEMS = "items"


class Expected(StrEnum):
    """Kinds of values, as messages call them."""

    MAPPING = "mapping"
    LIST = "list"
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    NOTHING = "nothing"
    SCALAR = "scalar"
    TEXT_OR_LIST = "text-or-list"
    OPERATORS = "operators"
    TWO_VALUES = "two-values"


class NameForm(StrEnum):
    """The forms of names: of things, of result columns, of what comes with the data."""

    ID = "id-form"
    COLUMN = "column-form"
    FREE = "free-form"


@kind
class UnknownKey(Problem):
    """A key that means nothing there."""

    code: ClassVar[str] = "unknown-key"
    whole: Thing
    known: tuple[str, ...]


@kind
class MissingKey(Problem):
    """A key that has to be there and is not."""

    code: ClassVar[str] = "missing-key"
    whole: Thing
    key: str


@kind
class WrongType(Problem):
    """A value of another kind than its key takes."""

    code: ClassVar[str] = "wrong-type"
    found_kind: Expected
    expected: Expected


@kind
class UnknownScope(Problem):
    """Neither the touchpoints of the lead nor those of its company."""

    code: ClassVar[str] = "unknown-scope"
    known: tuple[str, ...]


@kind
class UnknownSchemaVersion(Problem):
    """A version of the document format that this reader does not know."""

    code: ClassVar[str] = "unknown-schema-version"
    known: int


@kind
class UnknownTimeZone(Problem):
    """A name that is not in the time-zone database."""

    code: ClassVar[str] = "unknown-time-zone"


@kind
class BadName(Problem):
    """A name with characters, or of a length, that names do not have."""

    code: ClassVar[str] = "bad-name"
    form: NameForm


@kind
class ReservedName(Problem):
    """A name that already means something else."""

    code: ClassVar[str] = "reserved-name"
    reserved: tuple[str, ...]


@kind
class OutOfRange(Problem):
    """A number beyond its bounds."""

    code: ClassVar[str] = "out-of-range"
    low: str
    high: str


@kind
class TooManyDecimals(Problem):
    """Points finer than a thousandth."""

    code: ClassVar[str] = "too-many-decimals"


@kind
class TooMany(Problem):
    """More parts of one kind than a model may have."""

    code: ClassVar[str] = "too-many"
    whole: Thing
    most: int


@kind
class Empty(Problem):
    """A list or mapping with nothing in it, where that would say nothing."""

    code: ClassVar[str] = "empty"
    whole: Thing


@kind
class TextLength(Problem):
    """A text that is empty or longer than it may be."""

    code: ClassVar[str] = "text-length"
    most: int


@kind
class KeysDoNotGoTogether(Problem):
    """Two keys of which a rule can have only one."""

    code: ClassVar[str] = "keys-do-not-go-together"
    other: str


@kind
class RuleSaysNothing(Problem):
    """A rule with points and no word about when they are given."""

    code: ClassVar[str] = "rule-says-nothing"


@kind
class ConditionNotAllowedHere(Problem):
    """A condition on touchpoints or definitions where only fields can be asked."""

    code: ClassVar[str] = "condition-not-allowed-here"


@kind
class ComputedFieldNotAllowedHere(Problem):
    """A score, band or grade asked while it is still being computed."""

    code: ClassVar[str] = "computed-field-not-allowed-here"


@kind
class UnknownOperator(Problem):
    """A comparison that does not exist."""

    code: ClassVar[str] = "unknown-operator"
    known: tuple[str, ...]


@kind
class WrongOperand(Problem):
    """A value that its operator cannot compare with."""

    code: ClassVar[str] = "wrong-operand"
    operator: str
    found_kind: Expected
    expected: tuple[Expected, ...]
    operators: tuple[str, ...]


@kind
class OperatorNotForField(Problem):
    """A comparison that makes no sense for a field of the model's own results."""

    code: ClassVar[str] = "operator-not-for-field"
    field: str
    operators: tuple[str, ...]


@kind
class MixedTypes(Problem):
    """A list whose values are not all of one type."""

    code: ClassVar[str] = "mixed-types"
    found_kind: Expected
    expected: Expected


@kind
class BetweenReversed(Problem):
    """A range whose first end lies above its second."""

    code: ClassVar[str] = "between-reversed"


@kind
class NothingToFold(Problem):
    """`ignore_diacritics` where no text is compared."""

    code: ClassVar[str] = "nothing-to-fold"


@kind
class PeopleWithoutCompany(Problem):
    """Distinct people counted within a single lead."""

    code: ClassVar[str] = "people-without-company"


@kind
class ZeroPoints(Problem):
    """A rule that changes nothing."""

    code: ClassVar[str] = "zero-points"


@kind
class CapNotPositive(Problem):
    """A rule's cap that is not above zero; it limits the size of the points, either way."""

    code: ClassVar[str] = "cap-not-positive"


@kind
class RangeReversed(Problem):
    """A lower end that does not lie below its upper end."""

    code: ClassVar[str] = "range-reversed"
    low: str
    high: str


@kind
class RepeatedValue(Problem):
    """A value that stands twice in one list."""

    code: ClassVar[str] = "repeated-value"
    severity: ClassVar[Severity] = Severity.WARNING


@kind
class EmptyText(Problem):
    """A comparison with an empty text."""

    code: ClassVar[str] = "empty-text"
    severity: ClassVar[Severity] = Severity.WARNING


@kind
class NotADay(Problem):
    """A text that looks like a date and is none."""

    code: ClassVar[str] = "not-a-day"
    severity: ClassVar[Severity] = Severity.WARNING
