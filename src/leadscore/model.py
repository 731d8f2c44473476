"""What a scoring model is: a frozen, typed declaration.

In: nothing. Out: values that every engine reads. Points are integer milli-points throughout.
A model is read by `document.py` and judged by `checks.py`; a value made by hand is not checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from leadscore.conditions import Condition, Selection, TouchpointCount, walk

SCHEMA_VERSION = 1

Labels = Mapping[str, str]
"""Texts for people by language code (`pl`, `en`)."""


@dataclass(frozen=True, slots=True)
class Band:
    """A named range of one score, from `from_milli` to where the next band begins."""

    name: str
    from_milli: int
    label: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dimension:
    """One score: its cap [min, max] and the bands that cover it, coldest first."""

    name: str
    min_milli: int
    max_milli: int
    bands: tuple[Band, ...]
    label: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """A cap over the sum of several rules of one dimension."""

    name: str
    dimension: str
    min_milli: int | None = None
    max_milli: int | None = None
    label: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _RuleBase:
    id: str
    dimension: str
    points_milli: int
    group: str | None = None
    label: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeRule(_RuleBase):
    """Points once while a condition on attributes holds."""

    when: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourRule(_RuleBase):
    """Points for each selected touchpoint: counted, decayed, then capped."""

    selection: Selection
    half_life: int | None = None
    max_times: int | None = None
    max_points_milli: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrequencyRule(_RuleBase):
    """Points once while at least so many touchpoints, of so many people, are selected."""

    count: TouchpointCount


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRule(_RuleBase):
    """Points once while no selected touchpoint happened in the last `none_for` days.

    `selection.within` is None: how long silence must last is `none_for`.
    """

    selection: Selection
    none_for: int


Rule = AttributeRule | BehaviourRule | FrequencyRule | SilenceRule


@dataclass(frozen=True, slots=True)
class Grade:
    """A letter from the bands of one dimension and a number from those of another; A1 is best."""

    rows: str
    columns: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A named condition over everything that is known of a lead, scores included.

    `keep_while` is the weaker condition under which a lead that met the definition keeps it
    (hysteresis); None is `when` itself.
    """

    name: str
    when: Condition
    keep_while: Condition | None = None
    label: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScoringModel:
    """The whole declaration. Dimensions, rules and definitions keep the order of the document."""

    name: str
    time_zone: str
    dimensions: tuple[Dimension, ...]
    rules: tuple[Rule, ...]
    groups: tuple[Group, ...] = ()
    overall: tuple[tuple[str, int], ...] = ()
    grade: Grade | None = None
    definitions: tuple[Definition, ...] = ()
    label: Labels = field(default_factory=dict)
    schema: int = SCHEMA_VERSION

    def dimension(self, name: str) -> Dimension:
        """The dimension of that name."""
        return next(dimension for dimension in self.dimensions if dimension.name == name)

    def group(self, name: str) -> Group:
        """The group of that name."""
        return next(group for group in self.groups if group.name == name)

    def rule(self, id: str) -> Rule:
        """The rule of that id."""
        return next(rule for rule in self.rules if rule.id == id)

    def grades(self) -> list[str]:
        """Every grade that the model can give, best first; none without a declared grade."""
        if self.grade is None:
            return []
        rows, columns = self.dimension(self.grade.rows), self.dimension(self.grade.columns)
        return [
            letter(rows, row) + digit(columns, column)
            for row in reversed(range(len(rows.bands)))
            for column in reversed(range(len(columns.bands)))
        ]

    def conditions(self) -> Iterator[Condition]:
        """Every condition on leads and scores: of attribute rules and of definitions."""
        for rule in self.rules:
            if isinstance(rule, AttributeRule):
                yield rule.when
        for definition in self.definitions:
            yield definition.when
            if definition.keep_while is not None:
                yield definition.keep_while

    def selections(self) -> Iterator[Selection]:
        """Every selection of touchpoints, of rules and inside definitions."""
        for rule in self.rules:
            if isinstance(rule, FrequencyRule):
                yield rule.count.selection
            elif isinstance(rule, BehaviourRule | SilenceRule):
                yield rule.selection
        for condition in self.conditions():
            for part in walk(condition):
                if isinstance(part, TouchpointCount):
                    yield part.selection


def letter(dimension: Dimension, band_number: int) -> str:
    """The row letter of a grade: A for the top band."""
    return chr(ord("A") + len(dimension.bands) - 1 - band_number)


def digit(dimension: Dimension, band_number: int) -> str:
    """The column number of a grade: 1 for the top band."""
    return str(len(dimension.bands) - band_number)
