"""Generated scoring models: sound ones, of every kind of rule and condition."""

from collections.abc import Callable
from random import Random
from typing import Any

from leadscore.arithmetic import MILLI
from leadscore.conditions import (
    LIST_OPERATORS,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    DefinitionMet,
    FieldType,
    NoneOf,
    Operator,
    Scope,
    Selection,
    TouchpointCount,
)
from leadscore.model import (
    AttributeRule,
    Band,
    BehaviourRule,
    Definition,
    Dimension,
    FrequencyRule,
    Grade,
    Group,
    Rule,
    ScoringModel,
    SilenceRule,
)
from tests.leadscore.engines.vocabulary import (
    ATTRIBUTES,
    DAY_COUNTS,
    PROPERTIES,
    TYPES,
    VALUES,
    ZONES,
    perhaps,
    some,
)

POINTS = (1, 333, 2_500, 5_000, 20_000, 999_999_999, 1_000_000_000)
CAPS = (0, 1, 4_500, 10_000, 45_000, 100_000, 1_000_000_000)
TIMES = (1, 2, 3, 10, 1_000_000)
BAND_NAMES = ("cold", "Warm", "hot", "żar", "burning")

_PRESENCE = (Operator.EXISTS, Operator.MISSING)
_ORDERED = (
    Operator.EQ,
    Operator.NE,
    Operator.GT,
    Operator.GE,
    Operator.LT,
    Operator.LE,
    Operator.BETWEEN,
    Operator.IN,
    Operator.NOT_IN,
)
OPERATORS = {
    FieldType.TEXT: (
        Operator.EQ,
        Operator.NE,
        Operator.IN,
        Operator.NOT_IN,
        Operator.CONTAINS,
        Operator.STARTS_WITH,
        Operator.ENDS_WITH,
        *_PRESENCE,
    ),
    FieldType.NUMBER: (*_ORDERED, *_PRESENCE),
    FieldType.DATE: (*_ORDERED, *_PRESENCE),
    FieldType.BOOLEAN: (Operator.EQ, Operator.NE, *_PRESENCE),
    FieldType.ANY: _PRESENCE,
}

Leaf = Callable[[Random], Condition]


def a_model(
    random: Random,
    *,
    is_monotone: bool = False,
    most_rules: int = 8,
    days: tuple[int, ...] = DAY_COUNTS,
) -> ScoringModel:
    """A sound model. A monotone one never takes points for something that was done.

    `days` are the windows, half-lives and times of silence to choose from.
    """
    names = some(random, ("fit", "engagement", "potential"), 1, 3)
    dimensions = tuple(_dimension(random, name) for name in names)
    groups = tuple(
        _group(random, f"group-{number}", random.choice(names))
        for number in range(random.randint(0, 3))
    )
    rules = tuple(
        _rule(random, f"rule-{number}", random.choice(names), groups, days, is_monotone=is_monotone)
        for number in range(random.randint(1, most_rules))
    )
    grade = Grade(*some(random, names, 2, 2)) if len(names) > 1 and perhaps(random, 60) else None
    overall = tuple((name, random.choice((1, 2, 7, 1000))) for name in some(random, names, 0, 3))
    definitions = [
        _definition(random, number, dimensions) for number in range(random.randint(0, 4))
    ]
    random.shuffle(definitions)
    return ScoringModel(
        name="generated",
        time_zone=random.choice(ZONES),
        dimensions=dimensions,
        rules=rules,
        groups=groups,
        overall=overall,
        grade=grade,
        definitions=tuple(definitions),
    )


def _dimension(random: Random, name: str) -> Dimension:
    low = random.choice((0, 0, -50_000, -1_000_000_000, 2_000))
    high = low + random.choice((1, 30_000, 100_000, 1_000_000_000))
    starts = {low + random.choice((1, 500, 10_001, 25_500, 26_000, 51_000, 99_999))
              for _ in range(random.randint(0, 4))}  # fmt: skip
    inside = [low, *sorted(start for start in starts if start <= high)]
    return Dimension(
        name,
        low,
        high,
        tuple(Band(*each) for each in zip(BAND_NAMES, inside, strict=False)),
    )


def _group(random: Random, name: str, dimension: str) -> Group:
    low = random.choice((None, -30_000, -5_000, 0, 3_000))
    high = random.choice((None, -1_000, 0, 20_000))
    if low is not None and high is not None and low > high:
        low, high = high, low
    return Group(name, dimension, low, high)


def _rule(
    random: Random,
    id_: str,
    dimension: str,
    groups: tuple[Group, ...],
    days: tuple[int, ...],
    *,
    is_monotone: bool,
) -> Rule:
    fitting = [group.name for group in groups if group.dimension == dimension]
    group = random.choice(fitting) if fitting and perhaps(random, 60) else None
    points = random.choice(POINTS)
    sign = -1 if perhaps(random, 25) else 1
    kind = random.choice(("behaviour", "behaviour", "frequency", "silence", "attribute"))
    if is_monotone and kind != "attribute":
        sign = -1 if kind == "silence" else 1
    common: dict[str, Any] = {
        "id": id_,
        "dimension": dimension,
        "group": group,
        "points_milli": sign * points,
    }
    if kind == "attribute":
        return AttributeRule(**common, when=_condition(random, _attribute_comparison))
    if kind == "frequency":
        return FrequencyRule(**common, count=_count(random, days))
    if kind == "silence":
        return SilenceRule(
            **common,
            selection=_selection(random, days, has_window=False),
            none_for=random.choice(days),
        )
    return BehaviourRule(
        **common,
        selection=_selection(random, days),
        half_life=random.choice(days) if perhaps(random, 50) else None,
        max_times=random.choice(TIMES) if perhaps(random, 40) else None,
        max_points_milli=random.choice(CAPS[1:]) if perhaps(random, 30) else None,
    )


def _selection(random: Random, days: tuple[int, ...], *, has_window: bool = True) -> Selection:
    return Selection(
        on=some(random, TYPES, 0, 2),
        where=_condition(random, _property_comparison) if perhaps(random, 50) else None,
        within=random.choice(days) if has_window and perhaps(random, 50) else None,
        scope=Scope.COMPANY if perhaps(random, 25) else Scope.LEAD,
    )


def _count(random: Random, days: tuple[int, ...] = DAY_COUNTS[:-1]) -> TouchpointCount:
    selection = _selection(random, days)
    people = random.randint(1, 3) if selection.scope is Scope.COMPANY else 1
    return TouchpointCount(selection, random.choice((1, 1, 2, 3)), people)


def _definition(random: Random, number: int, dimensions: tuple[Dimension, ...]) -> Definition:
    def leaf(random: Random) -> Condition:
        kind = random.choice(("score", "band", "grade", "attribute", "count", "definition"))
        if kind == "definition" and number:
            return DefinitionMet(f"definition_{random.randrange(number)}")
        if kind == "count":
            return _count(random)
        if kind == "attribute":
            return _attribute_comparison(random)
        return _judgement(random, kind, dimensions)

    when = _condition(random, leaf)
    keep_while = _condition(random, leaf) if perhaps(random, 40) else None
    return Definition(f"definition_{number}", when, keep_while)


def _judgement(random: Random, kind: str, dimensions: tuple[Dimension, ...]) -> Comparison:
    dimension = random.choice(dimensions)
    if kind == "band":
        names = tuple(band.name.upper() for band in dimension.bands)
        return _comparison(random, f"band.{dimension.name}", FieldType.TEXT, names)
    if kind == "grade":
        return _comparison(random, "grade", FieldType.TEXT, ("A1", "a2", "B1", "b3", "C"))
    of = random.choice((dimension.name, "overall"))
    edges = (dimension.min_milli, dimension.max_milli, *(b.from_milli for b in dimension.bands))
    points = tuple(_points(edge) for edge in edges)
    return _comparison(random, f"score.{of}", FieldType.NUMBER, points)


def _points(milli: int) -> int | float:
    return milli // MILLI if milli % MILLI == 0 else milli / MILLI


def _condition(random: Random, leaf: Leaf, depth: int = 0) -> Condition:
    if depth == 3 or not perhaps(random, 45):
        return leaf(random)
    kind = random.choice((AllOf, AnyOf, NoneOf))
    return kind(tuple(_condition(random, leaf, depth + 1) for _ in range(random.randint(1, 3))))


def _attribute_comparison(random: Random) -> Comparison:
    field = random.choice(tuple(ATTRIBUTES))
    return _comparison(random, field, ATTRIBUTES[field], VALUES[ATTRIBUTES[field]])


def _property_comparison(random: Random) -> Comparison:
    field = random.choice(tuple(PROPERTIES))
    return _comparison(random, field, PROPERTIES[field], VALUES[PROPERTIES[field]])


def _comparison(random: Random, field: str, kind: FieldType, operands: tuple) -> Comparison:
    operator = random.choice(OPERATORS[kind])
    folds = kind is FieldType.TEXT and operator not in _PRESENCE and perhaps(random, 30)
    if operator in _PRESENCE:
        return Comparison(field, operator, perhaps(random, 70))
    if operator in LIST_OPERATORS:
        return Comparison(field, operator, some(random, operands, 1, 3), folds)
    if operator is Operator.BETWEEN:
        low, high = random.choice(operands), random.choice(operands)
        return Comparison(field, operator, (min(low, high), max(low, high)))
    return Comparison(field, operator, random.choice(operands), folds)
