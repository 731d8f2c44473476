"""The models that are measured: every kind of rule, mixed the same way at any number of rules.

In: how many touchpoint rules. Out: a model with these and 20 attribute rules.
"""

from __future__ import annotations

from random import Random

from leadscore.conditions import (
    AllOf,
    Comparison,
    Condition,
    DefinitionMet,
    Operator,
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

TIME_ZONE = "Europe/Warsaw"
TYPES = tuple(f"type_{number:02d}" for number in range(30))
SECTIONS = ("pricing", "product", "blog", "docs", "careers", "events", "cases", "support")
PAGES = tuple(f"/{SECTIONS[number % 8]}/{number:03d}" for number in range(200))
COUNTRIES = ("PL", "DE", "CZ", "FR", "GB", "US", "SE", "NL")
INDUSTRIES = tuple(f"industry_{number:02d}" for number in range(20))
SENIORITIES = ("owner", "c_level", "director", "manager", "specialist", "intern")
DEPARTMENTS = ("it", "marketing", "sales", "finance", "operations", "hr")
MOST_EMPLOYEES = 5000

N_ATTRIBUTE_RULES = 20
_GROUPS = tuple(f"group_{number}" for number in range(6))
_WINDOWS = (7, 14, 30, 60, 90, 180, 365)
_HALF_LIVES = (7, 14, 30, 60, 90)


def benchmark_model(n_rules: int) -> ScoringModel:
    """A model of so many touchpoint rules (and 20 attribute rules), always the same one."""
    random = Random(n_rules)
    return ScoringModel(
        name=f"bench-{n_rules}",
        time_zone=TIME_ZONE,
        dimensions=(
            Dimension("fit", 0, 100_000, _bands(26, 51, 76)),
            Dimension("engagement", 0, 20_000 * n_rules, _bands(n_rules, 2 * n_rules, 3 * n_rules)),
        ),
        groups=tuple(Group(name, "engagement", None, 2_500 * n_rules) for name in _GROUPS),
        rules=(
            *(_attribute_rule(number, random) for number in range(N_ATTRIBUTE_RULES)),
            *(_touchpoint_rule(number, random) for number in range(n_rules)),
        ),
        overall=(("fit", 1), ("engagement", 2)),
        grade=Grade("fit", "engagement"),
        definitions=_definitions(n_rules),
    )


def _bands(warm: int, hot: int, burning: int) -> tuple[Band, ...]:
    starts = {"cold": 0, "warm": warm, "hot": hot, "burning": burning}
    return tuple(Band(name, 1000 * points) for name, points in starts.items())


def _definitions(n_rules: int) -> tuple[Definition, ...]:
    qualified = AllOf(
        (
            Comparison("score.fit", Operator.GE, 30),
            Comparison("score.engagement", Operator.GE, n_rules),
        )
    )
    demo = TouchpointCount(Selection(on=(TYPES[3],), within=30))
    return (
        Definition("marketing_qualified", qualified),
        Definition("sales_qualified", AllOf((DefinitionMet("marketing_qualified"), demo))),
    )


def _attribute_rule(number: int, random: Random) -> AttributeRule:
    """Equality, membership, order, presence, and two together, in turn."""
    employees = Comparison(
        "company.employees", Operator.GE, random.randrange(100, MOST_EMPLOYEES, 100)
    )
    industry = Comparison("company.industry", Operator.EQ, random.choice(INDUSTRIES))
    seniority = Comparison("lead.seniority", Operator.IN, tuple(random.sample(SENIORITIES, 2)))
    department = Comparison("lead.department", Operator.NE, random.choice(DEPARTMENTS))
    country = Comparison("lead.country", Operator.IN, tuple(random.sample(COUNTRIES, 3)))
    known = Comparison("lead.phone", Operator.EXISTS, operand=True)
    choices = (country, employees, seniority, industry, known, department)
    when: Condition = choices[number % 6]
    if number % 4 == 3:
        when = AllOf((when, choices[(number + 2) % 6]))
    points = random.choice((2_500, 5_000, 10_000, -5_000))
    return AttributeRule(id=f"attribute-{number}", dimension="fit", points_milli=points, when=when)


def _touchpoint_rule(number: int, random: Random) -> Rule:
    """Of ten rules: seven of behaviour, two of frequency, one of silence."""
    on = tuple(random.sample(TYPES, random.choice((1, 1, 1, 2))))
    where, within = _where(random), random.choice(_WINDOWS)
    points = random.choice((1_000, 2_500, 5_000, 10_000)) * random.choice((1, 1, 1, 1, -1))
    id_, kind = f"touchpoint-{number}", number % 10
    group = random.choice((None, *_GROUPS))
    if kind in (3, 6):
        at_least = random.choice((2, 3, 5))
        return FrequencyRule(
            id=id_,
            dimension="engagement",
            points_milli=points,
            group=group,
            count=TouchpointCount(Selection(on, where, within), at_least),
        )
    if kind == 9:
        return SilenceRule(
            id=id_,
            dimension="engagement",
            points_milli=-points,
            group=group,
            selection=Selection(on, where),
            none_for=min(within, 90),
        )
    return BehaviourRule(
        id=id_,
        dimension="engagement",
        points_milli=points,
        group=group,
        selection=Selection(on, where, None if kind == 5 else within),
        half_life=random.choice(_HALF_LIVES) if kind in (0, 2, 4, 5, 7) else None,
        max_times=random.choice((1, 3, 5)) if kind in (1, 4) else None,
        max_points_milli=random.choice((None, 4 * abs(points))),
    )


def _where(random: Random) -> Condition | None:
    """Nothing, text, a number, or both."""
    section = f"/{random.choice(SECTIONS)}"
    text = random.choice(
        (
            Comparison("page.path", Operator.STARTS_WITH, section),
            Comparison("page.path", Operator.IN, tuple(random.sample(PAGES, 12))),
            Comparison("page.path", Operator.CONTAINS, f"/{random.randrange(20):02d}"),
        )
    )
    number = Comparison("value", Operator.GE, random.choice((25, 50, 75, 90)))
    both = AllOf((text, number))
    return random.choice((None, None, text, text, number, both))
