"""What has to be counted for a model, whoever counts it.

In: a model. Out: its counters, each once, and which rule or condition reads which counter.
A counter says which touchpoints it takes; the engines say how.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from leadscore.arithmetic import WEIGHT_ONE, decay_weight, last_weighted_age
from leadscore.conditions import (
    AllOf,
    Condition,
    Predicate,
    Row,
    Selection,
    TouchpointCount,
    Value,
    comparisons,
    row_predicate,
    walk,
)
from leadscore.model import BehaviourRule, FrequencyRule, Rule, ScoringModel, SilenceRule


@dataclass(frozen=True, slots=True)
class Counter:
    """A selection of touchpoints, whether they decay, and how many of the newest count."""

    selection: Selection
    half_life: int | None = None
    max_times: int | None = None

    @property
    def ends_at(self) -> int | None:
        """The first age in days that never counts; None when every age counts."""
        ends = [] if self.selection.within is None else [self.selection.within]
        if self.half_life is not None:
            ends.append(last_weighted_age(self.half_life) + 1)
        return min(ends, default=None)

    def weight(self, age: int) -> int:
        """What a selected touchpoint of that age counts, out of WEIGHT_ONE; 0 is not at all."""
        ends_at = self.ends_at
        if ends_at is not None and age >= ends_at:
            return 0
        return WEIGHT_ONE if self.half_life is None else decay_weight(age, self.half_life)

    @property
    def picks_newest(self) -> bool:
        """Whether the touchpoints must be put in order: only the newest count, each by its age."""
        return self.max_times is not None and self.half_life is not None


@dataclass(frozen=True, slots=True)
class Counting:
    """The counters of a model and who reads them.

    `of_rule[i]` is the counter of the i-th rule (None for attribute rules), `of_condition` the
    counter of each touchpoint condition inside definitions.
    """

    counters: tuple[Counter, ...]
    of_rule: tuple[int | None, ...]
    of_condition: dict[TouchpointCount, int]


def counting(model: ScoringModel) -> Counting:
    """The counters that a model needs, in the order in which its document asks for them."""
    numbers: dict[Counter, int] = {}

    def number(counter: Counter) -> int:
        return numbers.setdefault(counter, len(numbers))

    of_rule = tuple(
        None if (counter := _rule_counter(rule)) is None else number(counter)
        for rule in model.rules
    )
    of_condition = {count: number(Counter(count.selection)) for count in _counts(model)}
    return Counting(tuple(numbers), of_rule, of_condition)


def _rule_counter(rule: Rule) -> Counter | None:
    if isinstance(rule, BehaviourRule):
        return Counter(rule.selection, rule.half_life, rule.max_times)
    if isinstance(rule, FrequencyRule):
        return Counter(rule.count.selection)
    return Counter(rule.selection) if isinstance(rule, SilenceRule) else None


def _counts(model: ScoringModel) -> Iterator[TouchpointCount]:
    for condition in model.conditions():
        for part in walk(condition):
            if isinstance(part, TouchpointCount):
                yield part


MEMORY = 100_000
"""How many combinations are remembered before starting afresh."""


class Answers(dict[Value, int]):
    """For one field, the bits of the conditions that hold, by value; worked out when asked for.

    A field has one type, so that equal keys are equal values.
    """

    def __init__(self, field: str, wheres: list[tuple[int, Condition]]) -> None:
        super().__init__()
        self._field = field
        self._tests = [(bit, row_predicate(where)) for bit, where in wheres]

    def __missing__(self, value: Value) -> int:
        if len(self) >= MEMORY:
            self.clear()
        row = {self._field: value}
        bits = self[value] = sum(bit for bit, where in self._tests if where(row))
        return bits


class RowMatcher:
    """Which of some conditions hold for a row: a touchpoint's properties, a lead's attributes.

    What the conditions ask has a bit each, and a row is known by the bits of what holds.
    `answers` give the bits of what is asked of one field, by that field; `others` are conditions
    on several that cannot be taken apart. `needs` are the bits that each condition asks for.
    """

    __slots__ = ("_bits", "answers", "needs", "others")

    def __init__(self, conditions: Iterable[tuple[int, Condition | None]]) -> None:
        self._bits: dict[Condition, int] = {}
        self.needs = [(number, self._need(condition)) for number, condition in conditions]
        by_field: dict[str, list[tuple[int, Condition]]] = {}
        self.others: list[tuple[int, Predicate]] = []
        for part, bit in self._bits.items():
            fields = {comparison.field for comparison in comparisons(part)}
            if len(fields) == 1:
                by_field.setdefault(fields.pop(), []).append((bit, part))
            else:
                self.others.append((bit, row_predicate(part)))
        self.answers = [(field, Answers(field, parts)) for field, parts in by_field.items()]

    def _need(self, condition: Condition | None) -> int:
        """The bits of the parts that must all hold."""
        if condition is None:
            return 0
        if isinstance(condition, AllOf):
            return reduce(or_, map(self._need, condition.parts), 0)
        return self._bits.setdefault(condition, 1 << len(self._bits))

    def bits(self, row: Row) -> int:
        """The bits of what holds for a row."""
        bits = 0
        for field, answer in self.answers:
            bits |= answer[row.get(field)]
        for bit, holds in self.others:
            bits |= bit * holds(row)
        return bits

    def matching(self, bits: int) -> tuple[int, ...]:
        """The numbers of the conditions that hold for a row with these bits."""
        return tuple(number for number, need in self.needs if bits & need == need)
