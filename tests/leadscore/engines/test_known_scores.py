"""Scores worked out by hand, at the places where an engine could go its own way."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from leadscore.arithmetic import decay_weight
from leadscore.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    DefinitionMet,
    NoneOf,
    Operator,
    Scope,
    Selection,
    TouchpointCount,
)
from leadscore.days import to_instant
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
from tests.leadscore.engines.engine import Engine
from tests.leadscore.engines.histories import Case, Record

BANDS = (Band("cold", -1_000_000_000), Band("warm", 10_000), Band("hot", 25_500))
POINTS = Dimension("points", -1_000_000_000, 1_000_000_000, BANDS)
DAY = 86_400_000_000


def at(text: str, zone: str = "UTC") -> int:
    """The instant of a local time. `fold` is written as a trailing `*`: the second of two."""
    moment = datetime.fromisoformat(text.rstrip("*")).replace(fold=int(text.endswith("*")))
    return to_instant(moment.replace(tzinfo=ZoneInfo(zone)))


def visit(lead_id: str | int, occurred_at: int, **more: Any) -> Record:
    return {"lead_id": lead_id, "type": "visit", "occurred_at": occurred_at, **more}


def behaviour(points_milli: int = 1_000, **more: Any) -> BehaviourRule:
    selection = more.pop("selection", Selection(("visit",), **more.pop("select", {})))
    rule = {"id": "visits", "dimension": "points", "points_milli": points_milli}
    return BehaviourRule(**{**rule, **more}, selection=selection)


def model(*rules: Rule, zone: str = "UTC", **more: Any) -> ScoringModel:
    """A model with one dimension that no rule here reaches the end of."""
    return ScoringModel("known", zone, more.pop("dimensions", (POINTS,)), rules, **more)


def points(engine: Engine, case: Case) -> dict[str | int, int]:
    """The milli-points of each lead."""
    table = engine.scored(case).table
    return dict(
        zip(table["lead_id"].to_pylist(), table["points_millipoints"].to_pylist(), strict=True)
    )


def lines(engine: Engine, case: Case) -> list[tuple[Any, ...]]:
    """The contributions, a tuple a row."""
    found = engine.scored(case).contributions
    assert found is not None
    return [tuple(row.values()) for row in found.to_pylist()]


def leads(*ids: str | int, **attributes: Any) -> tuple[Record, ...]:
    return tuple({"lead_id": lead_id, **attributes} for lead_id in ids)


# Days

WARSAW, ST_JOHNS = "Europe/Warsaw", "America/St_Johns"
LAST_US = "T23:59:59.999999"
NIGHTS = {
    # On 30 March 2025 Warsaw has 23 hours, on 26 October 25; a day is a day.
    "a short night": (WARSAW, f"2025-03-29{LAST_US}", "2025-03-31T00:00", 2),
    "an hour twice": (WARSAW, "2025-10-26T02:30", "2025-10-26T02:30*", 0),
    "midnight": (WARSAW, f"2025-10-25{LAST_US}", "2025-10-26T00:00", 1),
    "a leap day": ("Asia/Kolkata", f"2024-02-28{LAST_US}", "2024-03-01T00:00", 2),
    # Newfoundland put its clocks back at 00:01: 23:30 came again, on the day before.
    "back over midnight": (ST_JOHNS, "2010-11-07T00:00:30", "2010-11-06T23:30*", 0),
    "seen the day after": (ST_JOHNS, "2010-11-06T23:30*", "2010-11-07T12:00", 1),
    "a day left out": ("Pacific/Apia", "2011-12-29T23:59", "2011-12-31T00:01", 2),
    "no midnight": ("America/Sao_Paulo", f"2017-10-14{LAST_US}", "2017-10-15T01:00", 1),
    "Ramadan": ("Africa/Casablanca", "2025-02-22T23:30", "2025-02-24T00:30", 2),
}


@pytest.mark.parametrize(("zone", "occurred", "as_of", "age"), NIGHTS.values(), ids=NIGHTS)
def test_age_is_counted_in_local_calendar_days(
    engine: Engine, zone: str, occurred: str, as_of: str, age: int
) -> None:
    rules = [behaviour(10**n, id=f"within-{n + 1}", select={"within": n + 1}) for n in range(4)]
    case = Case(
        model(*rules, zone=zone), leads("a"), (visit("a", at(occurred, zone)),), at(as_of, zone)
    )
    assert points(engine, case) == {"a": sum(10**n for n in range(4) if age <= n)}


def test_the_first_day_of_1970_is_a_day_like_any_other_west_of_greenwich(engine: Engine) -> None:
    zone = "America/St_Johns"
    rules = [behaviour(id=f"within-{days}", select={"within": days}) for days in (1, 2)]
    case = Case(model(*rules, zone=zone), leads("a"), (visit("a", 1),), at("1970-01-02", zone))
    assert points(engine, case) == {"a": 0}
    assert points(engine, Case(case.model, case.leads, case.touchpoints, DAY)) == {"a": 1_000}


def test_a_touchpoint_exists_from_the_microsecond_in_which_it_is_known(engine: Engine) -> None:
    now = at("2025-05-01T12:00")
    case = Case(
        model(behaviour()),
        leads("early", "late", "received", "underway", "unknown", "known later"),
        (
            visit("early", now),
            visit("late", now + 1),
            visit("received", now - DAY, received_at=now),
            visit("underway", now - DAY, received_at=now + 1),
            visit("stranger", now),
        ),
        now,
    )
    assert points(engine, case) == {
        "early": 1_000,
        "known later": 0,
        "late": 0,
        "received": 1_000,
        "underway": 0,
        "unknown": 0,
    }


# Counting


def test_ten_thousand_touchpoints_of_one_lead_are_counted_to_the_last(engine: Engine) -> None:
    now = at("2025-05-01T12:00")
    touchpoints = [visit("busy", now - n * 3_600_000_000, id=str(n)) for n in range(10_000)]
    rules = (
        behaviour(7, id="all"),
        behaviour(1_000, id="decayed", half_life=30),
        behaviour(1_000, id="newest", half_life=30, max_times=25),
        FrequencyRule(
            id="often",
            dimension="points",
            points_milli=5,
            count=TouchpointCount(Selection(("visit",)), at_least=10_000),
        ),
    )
    case = Case(model(*rules), leads("busy", "quiet"), tuple(touchpoints), now)
    ages = [at("2025-05-01") // DAY - each["occurred_at"] // DAY for each in touchpoints]
    weights = [decay_weight(age, 30) for age in sorted(ages)]
    assert lines(engine, case) == [
        ("busy", "all", 10_000, date(2025, 5, 1), 70_000, 70_000),
        (
            "busy",
            "decayed",
            sum(weight > 0 for weight in weights),
            date(2025, 5, 1),
            *[1_000 * sum(weights) >> 20] * 2,
        ),
        ("busy", "newest", 25, date(2025, 5, 1), *[1_000 * sum(weights[:25]) >> 20] * 2),
        ("busy", "often", 10_000, date(2025, 5, 1), 5, 5),
    ]


def test_decay_is_truncated_once_toward_zero(engine: Engine) -> None:
    """15 days at a half-life of 30: 2^20 / √2 = 741455.2, rounded 741455."""
    now = at("2025-05-01T12:00")
    rules = (behaviour(3, id="plus", half_life=30), behaviour(-3, id="minus", half_life=30))
    case = Case(model(*rules), leads("a"), (visit("a", now - 15 * DAY),) * 3, now)
    exact = 3 * 3 * 741_455 >> 20
    assert exact == 6
    assert lines(engine, case) == [
        ("a", "plus", 3, date(2025, 4, 16), 6, 6),
        ("a", "minus", 3, date(2025, 4, 16), -6, -6),
    ]


def test_caps_come_in_order_and_what_they_took_is_a_line_of_its_own(engine: Engine) -> None:
    now = at("2025-05-01T12:00")
    dimension = Dimension("points", -4_000, 9_000, (Band("all", -4_000),))
    rules = (
        behaviour(5_000, id="capped", max_points_milli=7_000, group="much"),
        behaviour(2_000, id="free", group="much"),
        behaviour(-6_000, id="loss", max_points_milli=8_000, group="little"),
        AttributeRule(
            id="old",
            dimension="points",
            points_milli=-20_000,
            when=Comparison("lead.age", Operator.GT, 100),
        ),
    )
    groups = (Group("much", "points", None, 10_000), Group("little", "points", -3_000, -1_000))
    declared = model(*rules, dimensions=(dimension,), groups=groups)
    people = (
        {"lead_id": "a", "lead.age": 20.0},
        {"lead_id": "b", "lead.age": 101.0},
        {"lead_id": "c", "lead.age": None},
    )
    touchpoints = (visit("a", now), visit("a", now), visit("b", now))
    today = date(2025, 5, 1)
    assert lines(engine, Case(declared, people, touchpoints, now)) == [
        ("a", "capped", 2, today, 10_000, 7_000),
        ("a", "free", 2, today, 4_000, 4_000),
        ("a", "loss", 2, today, -12_000, -8_000),
        ("a", "cap:group:much", 0, None, 11_000, -1_000),
        ("a", "cap:group:little", 0, None, -8_000, 5_000),
        ("b", "capped", 1, today, 5_000, 5_000),
        ("b", "free", 1, today, 2_000, 2_000),
        ("b", "loss", 1, today, -6_000, -6_000),
        ("b", "old", 1, None, -20_000, -20_000),
        ("b", "cap:group:little", 0, None, -6_000, 3_000),
        ("b", "cap:dimension:points", 0, None, -16_000, 12_000),
        ("c", "cap:group:little", 0, None, 0, -1_000),
    ]


def test_silence_holds_for_who_never_came_and_says_when_it_was_last_broken(engine: Engine) -> None:
    now = at("2025-05-01T12:00")
    silence = SilenceRule(
        id="silence",
        dimension="points",
        points_milli=-10_000,
        selection=Selection(("visit",)),
        none_for=30,
    )
    touchpoints = (
        visit("gone", now - 30 * DAY),
        visit("here", now - 29 * DAY),
        {**visit("other", now), "type": "call"},
    )
    case = Case(model(silence), leads("gone", "here", "never", "other"), touchpoints, now)
    assert lines(engine, case) == [
        ("gone", "silence", 0, date(2025, 4, 1), -10_000, -10_000),
        ("never", "silence", 0, None, -10_000, -10_000),
        ("other", "silence", 0, None, -10_000, -10_000),
    ]


def test_types_that_no_rule_names_count_where_every_type_counts(engine: Engine) -> None:
    now = at("2025-05-01T12:00")
    where = Comparison("page", Operator.EQ, "ŁÓDŹ")
    rules = (
        behaviour(1, id="any", selection=Selection(())),
        behaviour(100, id="any-where", selection=Selection((), where)),
        behaviour(10_000, id="visit-where", selection=Selection(("visit",), where)),
    )
    touchpoints = (
        visit("a", now, page="Ło\u0301dz\u0301"),
        {**visit("a", now, page="łódź"), "type": "Visit"},
        {**visit("b", now, page="Lodz"), "type": "unheard of"},
    )
    case = Case(model(*rules), leads("a", "b"), touchpoints, now)
    assert points(engine, case) == {"a": 2 + 200 + 10_000, "b": 1}


def test_properties_may_have_the_names_that_a_query_uses(engine: Engine) -> None:
    now = at("2025-05-01T12:00")
    names = ("age", "owner", "repeat", "kind", "weight", 'it\'s `odd` "name"')
    rules = [
        behaviour(10**n, id=f"rule-{n}", select={"where": Comparison(name, Operator.GE, 7)})
        for n, name in enumerate(names)
    ]
    touchpoints = [visit("a", now, id="same", **dict.fromkeys(names, 7.0))]
    touchpoints.append({**touchpoints[0], "owner": 8.0})
    touchpoints.append(visit("b", now, **dict.fromkeys(names, 6.0)))
    case = Case(model(*rules), leads("a", "b"), tuple(touchpoints), now)
    assert points(engine, case) == {"a": 111_111, "b": 0}


# Duplicates

# By lead, what the touchpoint has that counts, and what the other has; in all else they are equal.
TWO_ALIKE: dict[str, tuple[Record, Record]] = {
    "the one received first": ({"received_at": 9}, {"received_at": 11}),
    "no arrival is its own moment": ({"received_at": None}, {"received_at": 11}),
    "an arrival before it occurred": ({"received_at": 9}, {"received_at": None}),
    "then the one that occurred first": (
        {"occurred_at": 9, "received_at": 20},
        {"occurred_at": 11, "received_at": 20},
    ),
    "then by type": ({"type": "Visit"}, {"type": "visit"}),
    "missing before any": ({"size": None}, {"size": -9.0}),
    "numbers by value": ({"size": 9.0}, {"size": 10.0}),
    "minus nothing is nothing": ({"size": 0.0, "zero": 1.0}, {"size": -0.0, "zero": 2.0}),
    "days by date": ({"when": date(999, 1, 1)}, {"when": date(1000, 1, 1)}),
    "false before true": ({"paid": False}, {"paid": True}),
    "text by code point": ({"page": "Z"}, {"page": "a"}),
    "whole code points": ({"page": "\uffee"}, {"page": "🔥"}),
    "properties in the order of their names": (
        {"page": "a", "size": 2.0},
        {"page": "b", "size": 1.0},
    ),
    "of some only whether they are there": (
        {"note": "z", "size": 1.0},
        {"note": "a", "size": 2.0},
    ),
}


@pytest.mark.parametrize("is_turned", [False, True], ids=["as they are", "turned round"])
def test_of_touchpoints_with_one_id_the_same_one_always_counts(
    engine: Engine, is_turned: bool
) -> None:
    asked: tuple[Condition, ...] = (
        Comparison("note", Operator.MISSING, True),
        Comparison("page", Operator.EQ, "no such page"),
        Comparison("paid", Operator.EQ, True),
        Comparison("size", Operator.GT, 1_000),
        Comparison("when", Operator.GT, date(2000, 1, 1)),
        Comparison("zero", Operator.EQ, 100),
    )
    mark = Comparison("~ counts", Operator.EQ, True)  # the last of all names
    selection = Selection((), AnyOf((mark, AllOf((NoneOf(asked), *asked)))))
    touchpoints = [
        {**visit(lead_id, 10, id="same"), **each, "~ counts": each is pair[0]}
        for lead_id, pair in TWO_ALIKE.items()
        for each in pair
    ]
    if is_turned:
        touchpoints.reverse()
    case = Case(model(behaviour(selection=selection)), leads(*TWO_ALIKE), tuple(touchpoints), DAY)
    assert points(engine, case) == dict.fromkeys(sorted(TWO_ALIKE), 1_000)


def test_an_id_repeats_only_within_one_lead_and_only_once_it_is_known(engine: Engine) -> None:
    touchpoints = (
        visit("a", 10, id="1"),
        visit("a", 11, id="1"),
        visit("a", 12, id="2"),
        visit("a", 13),
        visit("a", 13),
        visit("b", 10, id="1"),
        # Would be the one that counts, and is not there yet.
        {**visit("c", 9, id="1", received_at=DAY + 1), "type": "other"},
        visit("c", 10, id="1", received_at=DAY),
    )
    case = Case(model(behaviour()), leads("a", "b", "c"), touchpoints, DAY)
    assert points(engine, case) == {"a": 4_000, "b": 1_000, "c": 1_000}


# Words


def test_text_is_compared_as_people_read_it(engine: Engine) -> None:
    """By case folding after composition: ß is ss, Turkish dotless i is not i."""
    asked = {
        "straße": Comparison("lead.word", Operator.EQ, "STRASSE"),
        "dotless": Comparison("lead.word", Operator.EQ, "ISTANBUL"),
        "composed": Comparison("lead.word", Operator.EQ, "łódź"),
        "plain": Comparison("lead.word", Operator.EQ, "lodz", ignore_diacritics=True),
        "not": Comparison("lead.word", Operator.NOT_IN, ("straße", "łódź")),
    }
    rules = [
        AttributeRule(id=f"rule-{n}", dimension="points", points_milli=10**n, when=comparison)
        for n, comparison in enumerate(asked.values())
    ]
    words = ("Straße", "istanbul", "ıstanbul", "ŁÓDŹ", "Lo\u0301dz\u0301", "Ło\u0301dz\u0301", None)
    people = tuple({"lead_id": n, "lead.word": word} for n, word in enumerate(words))
    case = Case(model(*rules), people, (), DAY, has_integer_ids=True)
    assert points(engine, case) == {
        0: 1 + 0 + 0 + 0 + 0,
        1: 0 + 10 + 0 + 0 + 10_000,
        2: 0 + 0 + 0 + 0 + 10_000,
        3: 0 + 0 + 100 + 1_000 + 0,
        4: 0 + 0 + 0 + 1_000 + 10_000,
        5: 0 + 0 + 100 + 1_000 + 0,
        6: 0,
    }


# Companies


def test_a_company_rule_looks_at_everybody_and_gives_nothing_without_a_company(
    engine: Engine,
) -> None:
    now = at("2025-05-01T12:00")
    company = Selection(("visit",), None, 30, Scope.COMPANY)
    rules = (
        behaviour(1, id="all", selection=company),
        behaviour(10, id="newest", selection=company, max_times=2, half_life=1),
        FrequencyRule(
            id="people",
            dimension="points",
            points_milli=1_000,
            count=TouchpointCount(company, at_least=1, people=2),
        ),
        SilenceRule(
            id="silence",
            dimension="points",
            points_milli=-50,
            selection=Selection(("visit",), None, None, Scope.COMPANY),
            none_for=2,
        ),
    )
    people = (
        {"lead_id": 1, "company.id": "żółw"},
        {"lead_id": 2, "company.id": "żółw"},
        {"lead_id": 3, "company.id": "żółw", "known_at": now + 1},
        {"lead_id": 10, "company.id": "ŻÓŁW"},
        {"lead_id": 11, "company.id": None},
    )
    touchpoints = (
        visit(1, now - DAY, id="same"),
        visit(1, now - DAY, id="same"),
        visit(2, now - DAY, id="same"),
        visit(2, now),
        visit(3, now),
        visit(10, now - 2 * DAY),
        visit(11, now),
    )
    case = Case(model(*rules), people, touchpoints, now, has_integer_ids=True)
    assert lines(engine, case) == [
        (1, "all", 3, date(2025, 5, 1), 3, 3),
        (1, "newest", 2, date(2025, 5, 1), 15, 15),
        (1, "people", 3, date(2025, 5, 1), 1_000, 1_000),
        (2, "all", 3, date(2025, 5, 1), 3, 3),
        (2, "newest", 2, date(2025, 5, 1), 15, 15),
        (2, "people", 3, date(2025, 5, 1), 1_000, 1_000),
        (10, "all", 1, date(2025, 4, 29), 1, 1),
        (10, "newest", 1, date(2025, 4, 29), 2, 2),
        (10, "silence", 0, date(2025, 4, 29), -50, -50),
    ]


# Judgement


def test_bands_grade_mix_and_definitions_follow_from_exact_scores(engine: Engine) -> None:
    fit = Dimension("fit", 0, 100_000, (Band("cold", 0), Band("warm", 25_500), Band("hot", 51_000)))
    engagement = Dimension("engagement", 0, 100_000, (Band("cold", 0), Band("hot", 10_000)))
    rules = (
        AttributeRule(
            id="size",
            dimension="fit",
            points_milli=25_500,
            when=Comparison("company.employees", Operator.BETWEEN, (10, 1_000)),
        ),
        behaviour(5_000, dimension="engagement"),
    )
    definitions = (
        Definition("sales", AllOf((DefinitionMet("marketing"), _visits(3)))),
        Definition(
            "marketing",
            AllOf(
                (
                    Comparison("score.fit", Operator.GE, 25.5),
                    Comparison("band.engagement", Operator.EQ, "HOT"),
                    Comparison("grade", Operator.IN, ("b1", "A1")),
                )
            ),
            keep_while=Comparison("score.overall", Operator.GT, 56.0),
        ),
    )
    declared = model(
        *rules,
        dimensions=(fit, engagement),
        grade=Grade("fit", "engagement"),
        overall=(("fit", 2), ("engagement", 1)),
        definitions=definitions,
    )
    people = tuple({"lead_id": n, "company.employees": 10.0 - (n == 9)} for n in (0, 1, 2, 3, 9))
    touchpoints = tuple(visit(n, DAY) for n in (1, 2, 3, 9) for _ in range(n))
    case = Case(declared, people, touchpoints, DAY, has_integer_ids=True)
    table = engine.scored(case).table
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        (0, 25_500, "warm", 0, "cold", 51_000, "B2", False, False, False),
        (1, 25_500, "warm", 5_000, "cold", 56_000, "B2", False, False, False),
        (2, 25_500, "warm", 10_000, "hot", 61_000, "B1", False, True, True),
        (3, 25_500, "warm", 15_000, "hot", 66_000, "B1", True, True, True),
        (9, 0, "cold", 45_000, "hot", 45_000, "C1", False, False, False),
    ]
    assert table.column_names[-3:] == ["sales", "marketing", "marketing_kept"]


def _visits(at_least: int) -> TouchpointCount:
    return TouchpointCount(Selection(("visit",), within=30), at_least)


def test_nobody_and_nothing_is_scored_too(engine: Engine) -> None:
    nobody = engine.scored(Case(model(behaviour()), (), (visit("a", 1),), DAY))
    assert nobody.table.num_rows == 0
    assert nobody.contributions is not None
    assert nobody.contributions.num_rows == 0
    assert points(engine, Case(model(behaviour()), leads("a"), (), DAY)) == {"a": 0}
    missing = Comparison("stage", Operator.MISSING, True)
    of_attributes = AttributeRule(id="there", dimension="points", points_milli=5, when=missing)
    assert points(engine, Case(model(of_attributes), leads("a"), (visit("a", 1),), DAY)) == {"a": 5}


def test_lead_ids_are_sorted_as_numbers_or_by_code_points(engine: Engine) -> None:
    numbers = (10, 9, -1, 2**63 - 1, -(2**63), 2**53 + 1, 2**53)
    texts = ("10", "9", "a", "B", "ą", "a\u0328", "\uffee", "🔥", " x", "it's \"`")
    for ids, are_numbers in ((numbers, True), (texts, False)):
        touchpoints = tuple(visit(lead_id, 1) for lead_id in ids)
        case = Case(model(behaviour()), leads(*ids), touchpoints, DAY, are_numbers)
        scores = points(engine, case)
        assert list(scores) == sorted(ids)
        assert set(scores.values()) == {1_000}
