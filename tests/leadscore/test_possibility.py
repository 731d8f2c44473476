"""What the checks call impossible never happens: held against conditions and scores as they run."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadscore.checks.holding import Judge, World
from leadscore.checks.reach import reachable
from leadscore.conditions import (
    OPERAND_TYPES,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    FieldType,
    NoneOf,
    Operator,
    Scalar,
    Selection,
    TouchpointCount,
    Value,
    row_predicate,
)
from leadscore.days import DAY_US, to_instant
from leadscore.live import Scorer, Touchpoint
from leadscore.model import (
    AttributeRule,
    Band,
    BehaviourRule,
    Dimension,
    FrequencyRule,
    Group,
    Rule,
    ScoringModel,
    SilenceRule,
)

# Few values, so that comparisons meet, agree and contradict each other often.
POOLS: dict[str, tuple[FieldType, list[Scalar]]] = {
    "lead.number": (FieldType.NUMBER, [-1, 0, 0.5, 1, 2]),
    "lead.text": (FieldType.TEXT, ["", "a", "ą", "A", "ab", "ba", "Ąb", "b"]),
    "lead.day": (FieldType.DATE, [date(2024, 2, day) for day in (27, 28, 29)]),
    "lead.truth": (FieldType.BOOLEAN, [True, False]),
}


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    field = draw(st.sampled_from(sorted(POOLS)))
    kind, pool = POOLS[field]
    fitting = [operator for operator in Operator if kind in OPERAND_TYPES[operator]]
    operator = draw(st.sampled_from([*fitting, Operator.EXISTS, Operator.MISSING]))
    values = st.sampled_from(pool)
    if operator in {Operator.EXISTS, Operator.MISSING}:
        return Comparison(field, operator, draw(st.booleans()))
    if operator in {Operator.IN, Operator.NOT_IN}:
        return Comparison(
            field,
            operator,
            tuple(draw(st.lists(values, min_size=1, max_size=3))),
            _folds(draw, kind),
        )
    if operator is Operator.BETWEEN:
        low, high = sorted(pool.index(draw(values)) for _ in range(2))
        return Comparison(field, operator, (pool[low], pool[high]))
    return Comparison(field, operator, draw(values), _folds(draw, kind))


def _folds(draw: st.DrawFn, kind: FieldType) -> bool:
    return kind is FieldType.TEXT and draw(st.booleans())


def _combined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    kinds: list[Callable[[tuple[Condition, ...]], Condition]] = [AllOf, AllOf, AnyOf, NoneOf]
    several = st.lists(parts, min_size=1, max_size=4).map(tuple)
    return st.one_of([several.map(kind) for kind in kinds])


conditions = st.recursive(comparisons(), _combined, max_leaves=8)


def all_rows() -> list[dict[str, Value]]:
    """Every row of values from the pools, the missing one and one of another type included."""
    rows: list[dict[str, Value]] = [{}]
    for field, (_, pool) in POOLS.items():
        rows = [{**row, field: value} for row in rows for value in [*pool, 1.5, None, "zz"]]
    return rows


ROWS = all_rows()


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(conditions)
def test_no_row_meets_a_condition_that_is_called_impossible(condition: Condition) -> None:
    if not Judge(World()).can_hold(condition):
        holds = row_predicate(condition)
        assert not any(holds(row) for row in ROWS)


def test_plain_contradictions_of_the_pools_are_seen() -> None:
    judge = Judge(World())
    seen = 0
    for field, (kind, pool) in POOLS.items():
        for one in pool:
            for other in pool:
                both = AllOf(
                    (Comparison(field, Operator.EQ, one), Comparison(field, Operator.EQ, other))
                )
                holds = row_predicate(both)
                can_hold = any(holds({field: value}) for value in pool)
                assert judge.can_hold(both) == can_hold, (kind, one, other)
                seen += not can_hold
    assert seen > 50


AS_OF = to_instant(datetime(2024, 3, 1, 12, tzinfo=UTC))
small_points = st.integers(-3_000, 3_000).filter(bool)


@st.composite
def small_rules(draw: st.DrawFn, id: str) -> Rule:
    """A rule of any kind that a short history may well satisfy."""
    points, group = draw(small_points), draw(st.sampled_from([None, "some"]))
    on = tuple(draw(st.sets(st.sampled_from("ab"))))
    kind = draw(st.sampled_from(["attribute", "behaviour", "frequency", "silence"]))
    if kind == "attribute":
        when = Comparison("stage", Operator.EQ, draw(st.sampled_from("xy")))
        return AttributeRule(id=id, dimension="fit", points_milli=points, group=group, when=when)
    if kind == "frequency":
        count = TouchpointCount(Selection(on), draw(st.integers(1, 3)))
        return FrequencyRule(id=id, dimension="fit", points_milli=points, group=group, count=count)
    if kind == "silence":
        return SilenceRule(
            id=id,
            dimension="fit",
            points_milli=points,
            group=group,
            selection=Selection(on),
            none_for=draw(st.integers(1, 9)),
        )
    return BehaviourRule(
        id=id,
        dimension="fit",
        points_milli=points,
        group=group,
        selection=Selection(on),
        half_life=draw(st.none() | st.integers(1, 5)),
        max_times=draw(st.none() | st.integers(1, 3)),
        max_points_milli=draw(st.none() | st.integers(1, 5_000)),
    )


@st.composite
def small_models(draw: st.DrawFn) -> ScoringModel:
    low, high = sorted(draw(st.lists(st.integers(-9_000, 9_000), min_size=2, max_size=2)))
    floor, ceiling = sorted(draw(st.lists(st.integers(-4_000, 4_000), min_size=2, max_size=2)))
    n_rules = draw(st.integers(0, 4))
    return ScoringModel(
        name="small",
        time_zone="UTC",
        dimensions=(Dimension("fit", low, high, (Band("only", low),)),),
        groups=(Group("some", "fit", floor, ceiling),),
        rules=tuple(draw(small_rules(f"r{i}")) for i in range(n_rules)),
    )


touchpoints = st.builds(
    lambda kind, age: Touchpoint(kind, AS_OF - age * DAY_US),
    st.sampled_from("ab"),
    st.integers(0, 10),
)


@settings(max_examples=300)
@given(small_models(), st.lists(touchpoints, max_size=8), st.sampled_from([None, "x", "y"]))
def test_no_history_leads_a_score_out_of_its_reach(
    model: ScoringModel, history: list[Touchpoint], stage: str | None
) -> None:
    span = reachable(model)["fit"]

    score = Scorer(model).score({"stage": stage}, history, AS_OF).scores["fit"]

    assert span.low <= score <= span.high
