"""Generated scoring models that are sound: what a reader must take without an error.

Each comparison asks a field of its own, so that no condition contradicts itself; what is asked of
scores and bands always holds, so that no threshold is out of reach.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from hypothesis import strategies as st

from leadscore.conditions import (
    LIST_OPERATORS,
    OPERAND_TYPES,
    PRESENCE_OPERATORS,
    TEXT_ONLY,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    DefinitionMet,
    FieldType,
    NoneOf,
    Operator,
    Scalar,
    Scope,
    Selection,
    TouchpointCount,
)
from leadscore.document.vocabulary import NOT_PROPERTIES
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

# Words that one YAML tool or another takes for something else than text.
TREACHEROUS = (
    *("on", "off", "yes", "no", "y", "n", "true", "False", "NULL", "null", "~", "=", "<<"),
    *("1e3", "007", "0x1F", "0o17", "12:30:45", "1_000", ".inf", ".nan", "-", "?", "- a", "a: b"),
    *(
        "#",
        "a #b",
        " a",
        "a ",
        "'",
        '"',
        "{a}",
        "[a]",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "|",
        ">",
    ),
    *("2024-02-30", "2024-1-1", "2024-01-01T00:00:00", "Żółć", "łódź", "İ", "ß", "𝒳", "\u2028"),
    *(
        "\u00a0",
        "\ufeff",
        "\u200b",
        "\ufffe",
        "a\u2029b",
        "e\u0301",
        "---",
        "...",
        "\\",
        "\\n",
        ",",
    ),
)

texts = st.one_of(
    st.sampled_from(TREACHEROUS),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20),
)
days = st.integers(1, 3650)
counts = st.integers(1, 1_000_000)
milli_points = st.integers(-1_000_000_000, 1_000_000_000)
ids = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)
columns = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True).filter(
    lambda name: name not in {"overall", "grade", "type", "id"} and not name.endswith("_kept")
)
labels = st.dictionaries(st.sampled_from(["pl", "en"]), texts)

# Free names as they come with the data; not so long that a number at the end would not fit.
free_names = texts.filter(lambda name: name not in NOT_PROPERTIES)


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


numbers = st.one_of(
    st.integers(-(2**53), 2**53),
    st.floats(-1e9, 1e9, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-9),
)
SCALARS: dict[FieldType, st.SearchStrategy[Scalar]] = {
    FieldType.TEXT: texts.filter(lambda text: not _is_day(text)),
    FieldType.NUMBER: numbers,
    FieldType.BOOLEAN: st.booleans(),
    FieldType.DATE: st.dates(),
}


@st.composite
def operands(draw: st.DrawFn, operator: Operator) -> Scalar | tuple[Scalar, ...]:
    """An operand of a type that the operator takes."""
    kind = draw(st.sampled_from(sorted(OPERAND_TYPES[operator])))
    values = texts if OPERAND_TYPES[operator] == TEXT_ONLY else SCALARS[kind]
    if operator in LIST_OPERATORS:
        return tuple(draw(st.lists(values, min_size=1, max_size=4)))
    if operator is Operator.BETWEEN:
        return tuple(sorted(draw(st.lists(values, min_size=2, max_size=2))))
    return draw(values)


@dataclass
class Fields:
    """Gives every comparison a field that no other comparison has."""

    prefixes: st.SearchStrategy[str]
    n_given: int = field(default=0)

    def new(self, draw: st.DrawFn) -> str:
        self.n_given += 1
        return f"{draw(self.prefixes)}_{self.n_given}"


def attribute_fields() -> Fields:
    spaces = st.sampled_from(["lead", "company", "bant", "consent"])
    return Fields(st.builds("{}.{}".format, spaces, free_names))


@st.composite
def field_comparisons(draw: st.DrawFn, fields: Fields) -> Condition:
    operator = draw(st.sampled_from(Operator))
    operand = draw(operands(operator))
    first = operand[0] if isinstance(operand, tuple) else operand
    folds = operator not in PRESENCE_OPERATORS and isinstance(first, str) and draw(st.booleans())
    return Comparison(fields.new(draw), operator, operand, folds)


def conditions(
    leaves: st.SearchStrategy[Condition], *, with_none: bool = True
) -> st.SearchStrategy[Condition]:
    kinds: list[Callable[[tuple[Condition, ...]], Condition]] = [AllOf, AnyOf]
    if with_none:
        kinds.append(NoneOf)

    def combined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        several = st.lists(parts, min_size=1, max_size=3).map(tuple)
        return st.one_of([several.map(kind) for kind in kinds])

    return st.recursive(leaves, combined, max_leaves=4)


@st.composite
def selections(draw: st.DrawFn, properties: Fields, *, within: bool = True) -> Selection:
    return Selection(
        on=tuple(draw(st.lists(free_names, unique=True, max_size=3))),
        where=draw(st.none() | conditions(field_comparisons(properties))),
        within=draw(st.none() | days) if within else None,
        scope=draw(st.sampled_from(Scope)),
    )


@st.composite
def touchpoint_counts(draw: st.DrawFn, properties: Fields) -> TouchpointCount:
    selection = draw(selections(properties))
    people = draw(counts) if selection.scope is Scope.COMPANY else 1
    return TouchpointCount(selection, draw(counts), people)


@st.composite
def dimensions(draw: st.DrawFn, name: str) -> Dimension:
    low, high = sorted(draw(st.lists(milli_points, min_size=2, max_size=2, unique=True)))
    inner = draw(st.lists(st.integers(low + 1, high), max_size=3, unique=True))
    names = draw(st.lists(ids, min_size=len(inner) + 1, max_size=len(inner) + 1, unique=True))
    starts = [low, *sorted(inner)]
    bands = tuple(Band(*edge, draw(labels)) for edge in zip(names, starts, strict=True))
    assert all(before.from_milli < after.from_milli for before, after in pairwise(bands))
    return Dimension(name, low, high, bands, draw(labels))


@st.composite
def groups(draw: st.DrawFn, name: str, dimension: str) -> Group:
    low, high = sorted(draw(st.lists(milli_points, min_size=2, max_size=2)))
    sides: list[tuple[int | None, int | None]] = [(low, high), (low, None), (None, high)]
    return Group(name, dimension, *draw(st.sampled_from(sides)), draw(labels))


@dataclass
class Parts:
    """What the rules and definitions of one generated model may name."""

    dimensions: tuple[Dimension, ...]
    groups: tuple[Group, ...]
    attributes: Fields = field(default_factory=attribute_fields)
    properties: Fields = field(default_factory=lambda: Fields(free_names))


@st.composite
def rules(draw: st.DrawFn, id: str, parts: Parts) -> Rule:
    dimension = draw(st.sampled_from(parts.dimensions)).name
    fitting = [group.name for group in parts.groups if group.dimension == dimension]
    group = draw(st.sampled_from([None, *fitting]))
    points = draw(milli_points.filter(bool))
    kind = draw(st.sampled_from(["attribute", "behaviour", "frequency", "silence"]))
    label = draw(labels)
    if kind == "attribute":
        when = draw(conditions(field_comparisons(parts.attributes)))
        return AttributeRule(
            id=id, dimension=dimension, points_milli=points, group=group, label=label, when=when
        )
    if kind == "frequency":
        count = draw(touchpoint_counts(parts.properties))
        return FrequencyRule(
            id=id, dimension=dimension, points_milli=points, group=group, label=label, count=count
        )
    if kind == "silence":
        return SilenceRule(
            id=id,
            dimension=dimension,
            points_milli=points,
            group=group,
            label=label,
            selection=draw(selections(parts.properties, within=False)),
            none_for=draw(days),
        )
    return BehaviourRule(
        id=id,
        dimension=dimension,
        points_milli=points,
        group=group,
        label=label,
        selection=draw(selections(parts.properties)),
        half_life=draw(st.none() | days),
        max_times=draw(st.none() | counts),
        max_points_milli=draw(st.none() | st.integers(1, 1_000_000_000)),
    )


def results_that_hold(parts: Parts) -> st.SearchStrategy[Condition]:
    """Comparisons of scores and bands that every lead meets."""
    kinds: list[Condition] = []
    for dimension in parts.dimensions:
        low, high = dimension.min_milli / 1000, dimension.max_milli / 1000
        names = tuple(band.name for band in dimension.bands)
        score = f"score.{dimension.name}"
        kinds.append(Comparison(score, Operator.GE, low))
        kinds.append(Comparison(score, Operator.LE, high))
        kinds.append(Comparison(score, Operator.BETWEEN, (low, high)))
        kinds.append(Comparison(f"band.{dimension.name}", Operator.IN, names))
    return st.sampled_from(kinds)


@st.composite
def definitions(draw: st.DrawFn, names: list[str], number: int, parts: Parts) -> Definition:
    leaves: st.SearchStrategy[Condition] = st.one_of(
        results_that_hold(parts),
        touchpoint_counts(parts.properties),
        *([st.sampled_from(names[:number]).map(DefinitionMet)] if number else []),
    )
    asked = conditions(field_comparisons(parts.attributes)) | conditions(leaves, with_none=False)
    return Definition(names[number], draw(asked), draw(st.none() | asked), draw(labels))


@st.composite
def sound_models(draw: st.DrawFn) -> ScoringModel:
    """A model that has no errors; warnings it may have."""
    names = draw(st.lists(columns, min_size=2, max_size=6, unique=True))
    n_dimensions = draw(st.integers(1, min(3, len(names) - 1)))
    own = names[:n_dimensions]
    made = tuple(draw(dimensions(name)) for name in own)
    group_names = draw(st.lists(ids, max_size=3, unique=True))
    made_groups = tuple(draw(groups(name, draw(st.sampled_from(own)))) for name in group_names)
    parts = Parts(made, made_groups)
    rule_ids = draw(st.lists(ids, max_size=5, unique=True))
    others = names[n_dimensions:]
    weights = st.tuples(st.sampled_from(own), st.integers(1, 1000))
    mix = draw(st.lists(weights, max_size=3, unique_by=lambda weight: weight[0]))
    graded = st.builds(Grade, st.sampled_from(own), st.sampled_from(own))
    return ScoringModel(
        name=draw(ids),
        time_zone=draw(st.sampled_from(["Europe/Warsaw", "UTC", "America/New_York", "Etc/GMT+5"])),
        dimensions=made,
        groups=made_groups,
        rules=tuple(draw(rules(id, parts)) for id in rule_ids),
        overall=tuple(mix),
        grade=draw(st.none() | graded),
        definitions=tuple(draw(definitions(others, i, parts)) for i in range(len(others))),
        label=draw(labels),
    )
