"""What can be wrong with names that one part of a model uses for another."""

from __future__ import annotations

from typing import ClassVar

from leadscore.checks.problem import Problem, Severity, kind


@kind
class DuplicateId(Problem):
    """Two rules with one id."""

    code: ClassVar[str] = "duplicate-id"
    first: str


@kind
class UnknownDimension(Problem):
    """A dimension that the model does not declare."""

    code: ClassVar[str] = "unknown-dimension"
    known: tuple[str, ...]


@kind
class UnknownGroup(Problem):
    """A group that the model does not declare."""

    code: ClassVar[str] = "unknown-group"
    known: tuple[str, ...]


@kind
class UnknownDefinition(Problem):
    """A definition that the model does not declare."""

    code: ClassVar[str] = "unknown-definition"
    known: tuple[str, ...]


@kind
class UnknownField(Problem):
    """A field that leads do not have."""

    code: ClassVar[str] = "unknown-field"
    known: tuple[str, ...]


@kind
class UnknownProperty(Problem):
    """A property that the known touchpoints do not have."""

    code: ClassVar[str] = "unknown-property"
    known: tuple[str, ...]


@kind
class UnknownResult(Problem):
    """A band or grade that the model never gives."""

    code: ClassVar[str] = "unknown-result"
    field: str
    known: tuple[str, ...]


@kind
class GroupOfAnotherDimension(Problem):
    """A rule in a group that caps another dimension."""

    code: ClassVar[str] = "group-of-another-dimension"
    dimension: str
    group_dimension: str


@kind
class CircularDefinitions(Problem):
    """Definitions that wait for each other; `found` is the circle."""

    code: ClassVar[str] = "circular-definitions"


@kind
class ColumnClash(Problem):
    """A definition whose result column would bear a name that is taken."""

    code: ClassVar[str] = "column-clash"


@kind
class AttributeInWhere(Problem):
    """A field of leads asked of touchpoints."""

    code: ClassVar[str] = "attribute-in-where"
    severity: ClassVar[Severity] = Severity.WARNING


@kind
class UnusedGroup(Problem):
    """A group that no rule is in."""

    code: ClassVar[str] = "unused-group"
    severity: ClassVar[Severity] = Severity.WARNING


@kind
class DimensionWithoutRules(Problem):
    """A dimension that no rule adds to."""

    code: ClassVar[str] = "dimension-without-rules"
    severity: ClassVar[Severity] = Severity.WARNING
