"""Whether a condition can hold at all.

The answer is careful: "no" is certain, "yes" may be a lack of insight. Conditions are taken apart
into comparisons that all have to hold and into choices; each choice is judged on its own against
what has to hold anyway, so the work grows with the size of the condition, and it is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple, TypeVar

from leadscore.checks.reach import Span, weighted
from leadscore.conditions import (
    BAND_PREFIX,
    GRADE,
    OVERALL,
    PRESENCE_OPERATORS,
    SCORE_PREFIX,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    DefinitionMet,
    FieldType,
    NoneOf,
    Operator,
    Scalar,
    TouchpointCount,
    Value,
    comparisons,
    fold,
    fold_diacritics,
    needed_type,
    test_of,
)
from leadscore.judgement import in_milli

_WORK = 50_000
_DEEPEST = 40


V = TypeVar("V", bound=Value)


class Demand(NamedTuple):
    """A comparison that has to hold, or has to fail."""

    comparison: Comparison
    is_wanted: bool


class Asked(NamedTuple):
    """A condition that has to hold, or has to fail."""

    condition: Condition
    is_wanted: bool


@dataclass(frozen=True, slots=True)
class World:
    """What is known before a condition is asked.

    `spans` are the scores that dimensions can have, `bands` the scores of each band, `results`
    the texts that band.* and grade can be, `weights` make the overall score.
    """

    spans: Mapping[str, Span] = field(default_factory=dict)
    bands: Mapping[str, Mapping[str, Span]] = field(default_factory=dict)
    results: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weights: Mapping[str, int] = field(default_factory=dict)
    definitions: Mapping[str, Condition] = field(default_factory=dict)


class _TooMuchWork(Exception):
    """The budget is spent. Not an error: the answer is "perhaps"."""


class Facts:
    """What has to be true at once: demands by field, and leaves that are not looked into."""

    __slots__ = ("fields", "leaves")

    def __init__(self) -> None:
        self.fields: dict[str, list[Demand]] = {}
        self.leaves: dict[TouchpointCount | DefinitionMet, bool] = {}

    def copy(self) -> Facts:
        """The same, to be added to."""
        facts = Facts()
        facts.fields = {name: list(demands) for name, demands in self.fields.items()}
        facts.leaves = dict(self.leaves)
        return facts

    @property
    def size(self) -> int:
        """How many there are."""
        return sum(map(len, self.fields.values())) + len(self.leaves)


class Judge:
    """Says of conditions whether they can hold in a world, within a budget of work for all."""

    def __init__(self, world: World, work: int = _WORK) -> None:
        self._world = world
        self._work_left = work

    def can_hold(self, *conditions: Condition) -> bool:
        """Whether all of the conditions can hold at once; true as well when it is too much work."""
        asked = [Asked(condition, True) for condition in conditions]
        try:
            return self._can_hold(asked, Facts(), 0)
        except _TooMuchWork:
            return True

    def clash(self, condition: Condition) -> tuple[Comparison, ...]:
        """The comparisons that cannot hold together: of one field, of a choice, or all of them."""
        try:
            return tuple(self._clash([Asked(condition, True)]))
        except _TooMuchWork:
            return ()

    def _clash(self, asked: Sequence[Asked]) -> list[Comparison]:
        facts, choices = self._taken_apart(asked, Facts())
        if facts is None:
            return []
        for name, demands in facts.fields.items():
            if not self._field_can_be(name, demands):
                return [demand.comparison for demand in demands]
        settled = [demand.comparison for part in facts.fields.values() for demand in part]
        if not self._is_consistent(facts):
            return settled
        for choice in choices:
            if not any(self._can_hold([option], facts, 1) for option in choice):
                options = [part for option in choice for part in comparisons(option.condition)]
                chosen = {part.field for part in options}
                return [part for part in settled if part.field in chosen] + options
        return settled

    def scores(self, condition: Condition) -> dict[str, Span]:
        """The spans of scores that a condition leaves, by dimension or `overall`."""
        try:
            facts, _ = self._taken_apart([Asked(condition, True)], Facts())
            return {} if facts is None else self._spans(facts)
        except _TooMuchWork:
            return {}

    def _can_hold(self, asked: Sequence[Asked], known: Facts, depth: int) -> bool:
        if depth > _DEEPEST:
            return True
        facts, choices = self._taken_apart(asked, known)
        if facts is None or not self._is_consistent(facts):
            return False
        return all(
            any(self._can_hold([option], facts, depth + 1) for option in choice)
            for choice in choices
        )

    def _taken_apart(
        self, asked: Sequence[Asked], known: Facts
    ) -> tuple[Facts | None, list[list[Asked]]]:
        """What has to be true at once, and the choices beside; None when leaves contradict."""
        facts, choices, waiting = known.copy(), [], list(reversed(asked))
        self._spend(facts.size)
        while waiting:
            self._spend(1)
            part, is_wanted = waiting.pop()
            if isinstance(part, AllOf | AnyOf | NoneOf):
                # "none" is a denied "any", and to deny "any" is to deny each of its parts.
                is_part_wanted = is_wanted != isinstance(part, NoneOf)
                parts = [Asked(inner, is_part_wanted) for inner in part.parts]
                holds_together = isinstance(part, AllOf) == is_part_wanted
                waiting.extend(reversed(parts)) if holds_together else choices.append(parts)
            elif isinstance(part, Comparison):
                facts.fields.setdefault(part.field, []).append(Demand(part, is_wanted))
            else:
                if facts.leaves.setdefault(part, is_wanted) != is_wanted:
                    return None, choices
                if isinstance(part, DefinitionMet) and part.name in self._world.definitions:
                    waiting.append(Asked(self._world.definitions[part.name], is_wanted))
        return facts, choices

    def _is_consistent(self, facts: Facts) -> bool:
        return all(
            self._field_can_be(name, demands) for name, demands in facts.fields.items()
        ) and not any(span.is_empty for span in self._spans(facts).values())

    def _field_can_be(self, name: str, demands: list[Demand]) -> bool:
        self._spend(len(demands))
        if name.startswith(SCORE_PREFIX):
            part = name.removeprefix(SCORE_PREFIX)
            whole = self._world.spans.get(part, Span())
            return not score_span(demands, whole).is_empty
        if name.startswith(BAND_PREFIX) or name == GRADE:
            return bool(self._possible_results(name, demands))
        return self._attribute_can_be(demands)

    def _possible_results(self, name: str, demands: list[Demand]) -> tuple[str, ...]:
        results = self._world.results.get(name)
        if results is None:
            return ("",)
        return self._passing(demands, results)

    def _spans(self, facts: Facts) -> dict[str, Span]:
        """The spans of all scores under what is asked of scores, bands and the overall score."""
        names = facts.fields.keys()
        if not any(name.startswith((SCORE_PREFIX, BAND_PREFIX)) for name in names):
            return {}
        spans = dict(self._world.spans)
        for name, whole in self._world.spans.items():
            demands = facts.fields.get(f"{SCORE_PREFIX}{name}", [])
            spans[name] = score_span(demands, whole).meet(self._band_span(name, facts))
        overall = facts.fields.get(f"{SCORE_PREFIX}{OVERALL}", [])
        spans[OVERALL] = score_span(overall, weighted(spans, self._world.weights))
        return spans

    def _band_span(self, dimension: str, facts: Facts) -> Span:
        name = f"{BAND_PREFIX}{dimension}"
        demands, spans = facts.fields.get(name), self._world.bands.get(dimension)
        if not demands or not spans:
            return Span()
        possible = [spans[result] for result in self._possible_results(name, demands)]
        if not possible:
            return Span(1, 0)
        return Span(min(span.low for span in possible), max(span.high for span in possible))

    def _attribute_can_be(self, demands: list[Demand]) -> bool:
        if len(demands) < 2:
            return True
        if (exact := _all_values(demands)) is not None:
            return bool(self._passing(demands, exact))
        if (folded := _all_folded(demands)) is not None:
            return bool(self._passing(_coarse(demands), folded))
        if not _ends_agree(demands):
            return False
        only = _only_value(demands)
        return only is None or bool(self._passing(demands, only))

    def _passing(self, demands: Sequence[Demand], values: tuple[V, ...]) -> tuple[V, ...]:
        """The values that satisfy all demands."""
        self._spend(sum(len(_values(part)) for part, _ in demands) + len(values) * len(demands))
        tests = [(test_of(part), is_wanted) for part, is_wanted in demands]
        return tuple(
            value for value in values if all(test(value) == is_wanted for test, is_wanted in tests)
        )

    def _spend(self, work: int) -> None:
        self._work_left -= work
        if self._work_left < 0:
            raise _TooMuchWork


def _wants_absent(demand: Demand) -> bool:
    part, is_wanted = demand
    if part.operator not in PRESENCE_OPERATORS:
        return False
    asks_present = (part.operator is Operator.EXISTS) == bool(part.operand)
    return asks_present != is_wanted


def _values(part: Comparison) -> tuple[Scalar, ...]:
    return part.operand if isinstance(part.operand, tuple) else (part.operand,)


def _all_values(demands: list[Demand]) -> tuple[Value, ...] | None:
    """The only values that can satisfy the demands, when some of them list such values."""
    if any(map(_wants_absent, demands)):
        return (None,)
    for part, is_wanted in demands:
        lists_values = part.operator in {Operator.EQ, Operator.IN} and not part.ignore_diacritics
        if is_wanted and lists_values:
            return _values(part)
    if any(needed_type(part) is FieldType.BOOLEAN for part, _ in demands):
        # A value of another type, such as a text, passes where all that is asked is denied.
        return (True, False, None, "")
    return None


def _all_folded(demands: list[Demand]) -> tuple[Value, ...] | None:
    """The same for values whose diacritics do not matter, up to their diacritics."""
    for part, is_wanted in demands:
        if is_wanted and part.operator in {Operator.EQ, Operator.IN}:
            return _values(part)
    return None


def _coarse(demands: list[Demand]) -> list[Demand]:
    """What the demands demand of a value whose diacritics are not known."""
    return [
        Demand(replace(part, ignore_diacritics=True), is_wanted)
        for part, is_wanted in demands
        if part.operator not in PRESENCE_OPERATORS
        and (part.ignore_diacritics or (is_wanted and part.operator in _SURVIVE_FOLDING))
    ]


_SURVIVE_FOLDING = frozenset(
    {Operator.EQ, Operator.IN, Operator.CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH}
)
"""Operators that still hold when diacritics are taken off both sides."""


def _ends_agree(demands: list[Demand]) -> bool:
    """Whether one text can have all the beginnings and all the endings."""
    for operator, agrees in _ENDS:
        parts = [part for part, is_wanted in demands if is_wanted and part.operator is operator]
        if len(parts) < 2:
            continue
        folder = fold_diacritics if any(part.ignore_diacritics for part in parts) else fold
        texts = sorted((folder(str(part.operand)) for part in parts), key=len)
        if not all(agrees(texts[-1], text) for text in texts):
            return False
    return True


_ENDS: tuple[tuple[Operator, Callable[[str, str], bool]], ...] = (
    (Operator.STARTS_WITH, str.startswith),
    (Operator.ENDS_WITH, str.endswith),
)

_DENIED = {
    Operator.GT: Operator.LE,
    Operator.GE: Operator.LT,
    Operator.LT: Operator.GE,
    Operator.LE: Operator.GT,
}


def _affirmed(demands: Iterable[Demand]) -> list[Comparison]:
    """The demands as comparisons that have to hold, as far as they can be turned round."""
    turned = []
    for part, is_wanted in demands:
        if is_wanted:
            turned.append(part)
        elif part.operator in _DENIED:
            turned.append(replace(part, operator=_DENIED[part.operator]))
    return turned


def _only_value(demands: list[Demand]) -> tuple[Value, ...] | None:
    """The only number or date between the limits; empty when there is none, None for many."""
    if not any(
        is_wanted and part.operator not in PRESENCE_OPERATORS for part, is_wanted in demands
    ):
        return None
    limits = [limit for part in _affirmed(demands) for limit in _limits(part)]
    lows = [(value, is_open) for value, is_open, is_low in limits if is_low]
    highs = [(value, not is_open) for value, is_open, is_low in limits if not is_low]
    if not lows or not highs:
        return None
    (low, low_open), (high, high_closed) = max(lows), min(highs)
    if low < high:
        return None
    is_left = low == high and not low_open and high_closed
    return (_restored(low, demands),) if is_left else ()


def _limits(part: Comparison) -> list[tuple[float, bool, bool]]:
    """The ends that a comparison sets: value, whether itself is left out, whether a lower one."""
    if part.operator is Operator.BETWEEN:
        low, high = _values(part)
        return [(_ordinal(low), False, True), (_ordinal(high), False, False)]
    if part.operator in _DENIED:
        is_open = part.operator in {Operator.GT, Operator.LT}
        is_low = part.operator in {Operator.GT, Operator.GE}
        return [(_ordinal(_values(part)[0]), is_open, is_low)]
    return []


def _ordinal(value: Scalar) -> float:
    if isinstance(value, date):
        return value.toordinal()
    return float(value) if isinstance(value, int | float) else 0.0


def _restored(ordinal: float, demands: list[Demand]) -> Value:
    is_date = any(needed_type(part) is FieldType.DATE for part, _ in demands)
    return date.fromordinal(int(ordinal)) if is_date else ordinal


def score_span(demands: Iterable[Demand], whole: Span) -> Span:
    """The milli-points that are left of a score's span under what is asked of it."""
    span, excluded = whole, set()
    listed: set[int] | None = None
    for part in _affirmed(demands):
        values = [value for value in _values(in_milli(part)) if isinstance(value, int)]
        if part.operator in {Operator.EQ, Operator.IN}:
            listed = set(values) if listed is None else listed & set(values)
        elif part.operator in {Operator.NE, Operator.NOT_IN}:
            excluded |= set(values)
        else:
            span = span.meet(_asked_span(part.operator, values))
    if listed is None:
        is_point = span.low == span.high and span.low in excluded
        return Span(1, 0) if is_point else span
    left = [value for value in listed - excluded if span.low <= value <= span.high]
    return Span(min(left), max(left)) if left else Span(1, 0)


def _asked_span(operator: Operator, values: Sequence[int]) -> Span:
    first, last = values[0], values[-1]
    if operator is Operator.GT:
        return Span(low=first + 1)
    if operator is Operator.GE:
        return Span(low=first)
    if operator is Operator.LT:
        return Span(high=first - 1)
    if operator is Operator.LE:
        return Span(high=first)
    return Span(first, last) if operator is Operator.BETWEEN else Span()
