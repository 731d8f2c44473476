"""A backtest knows nothing that was not known then."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from leadscore.backtest import Engine
from leadscore.engines import duckdb, live
from leadscore.statistics import Rate
from tests.leadscore.backtest.past import (
    MODEL,
    Past,
    Row,
    at,
    lead,
    model,
    moment,
    outcome,
    touchpoint,
)

MOMENT = at("2025-06-30 23:59:59")
TYPES = ("page_view", "demo_request", "call")
RICH = model(
    MODEL.replace(
        "overall:",
        "  - {id: views, dimension: engagement, points: 7.5, on: page_view, half_life: 20}\n"
        "  - {id: quiet, dimension: engagement, points: -10, none_for: 30}\n"
        "  - {id: busy, dimension: fit, points: 15, on: call, at_least: 2, within: 90,"
        " scope: company}\n"
        "overall:",
    )
)


def day_of(random: Random, months: tuple[int, int]) -> str:
    return f"2025-{random.randint(*months):02d}-{random.randint(1, 28):02d}"


def a_past(random: Random) -> Past:
    """Leads of the first half of 2025, some dated, some not, with changes and outcomes."""
    names = [f"l{number}" for number in range(random.randint(4, 12))]
    early, all_year = (1, 6), (1, 12)
    return Past(
        leads=[
            lead(
                name,
                random.choice(["large", "small", None]),
                known_at=random.choice([None, moment(day_of(random, early))]),
                **{"company.id": random.choice(["c1", "c2", None])},
            )
            for name in names
        ],
        touchpoints=[
            touchpoint(
                random.choice(names),
                random.choice(TYPES),
                f"{day_of(random, early)} {random.randint(0, 23):02d}:30",
            )
            for _ in range(random.randint(5, 40))
        ],
        outcomes=[
            outcome(name, random.choice(["won", "lost"]), day_of(random, all_year))
            for name in random.sample(names, len(names) // 2)
        ],
        changes=[change(random, random.choice(names), early) for _ in range(random.randint(0, 6))],
        declaration=RICH,
    )


def change(random: Random, lead_id: str, months: tuple[int, int]) -> Row:
    return {
        "lead_id": lead_id,
        "field": "company.size",
        "value": random.choice(["large", "small", None]),
        "known_at": moment(day_of(random, months)),
    }


def with_a_future(random: Random, past: Past) -> Past:
    """The same past in another order, with facts that came later."""
    late = (7, 12)
    names = [each["lead_id"] for each in past.leads]
    newcomer = lead("new", "large", **{"company.id": "c1"})

    def late_touchpoint(lead_id: str) -> Row:
        # Some had occurred long before, and were received only later.
        occurred = day_of(random, (1, 12))
        received = max(occurred, day_of(random, late))
        return touchpoint(lead_id, random.choice(TYPES), occurred, received)

    future = [late_touchpoint(random.choice([*names, "new"])) for _ in range(20)]
    return replace(
        past,
        leads=shuffled(random, [*past.leads, newcomer]),
        touchpoints=shuffled(random, [*past.touchpoints, *future]),
        changes=shuffled(
            random,
            [*(past.changes or ()), *(change(random, name, late) for name in names)],
        ),
        outcomes=shuffled(
            random,
            [*past.outcomes, *(outcome(name, "won", day_of(random, late)) for name in names)],
        ),
    )


def shuffled(random: Random, rows: list[Any]) -> list[Any]:
    return random.sample(rows, len(rows))


@pytest.mark.parametrize("seed", range(12))
def test_later_facts_change_no_score_of_a_moment(seed: int) -> None:
    random = Random(seed)
    past = a_past(random)
    then = past.snapshot(MOMENT)
    assert then
    assert with_a_future(random, past).snapshot(MOMENT) == then


@pytest.mark.parametrize("seed", range(3))
def test_later_facts_change_nothing_in_the_engine_of_batches_either(seed: int) -> None:
    random = Random(1000 + seed)
    past = a_past(random)
    after = with_a_future(random, past).snapshot(MOMENT, engine=duckdb.score)
    assert after == past.snapshot(MOMENT, engine=duckdb.score) == past.snapshot(MOMENT)


@pytest.mark.parametrize("seed", range(2))
def test_the_engines_give_the_same_backtest(seed: int) -> None:
    random = Random(2000 + seed)
    past = with_a_future(random, a_past(random))
    engines: tuple[Engine, Engine] = (live.score, duckdb.score)
    by_live, by_duckdb = (past.backtest(every=60, engine=engine).as_dict() for engine in engines)
    assert by_live == by_duckdb


def candidates(past: Past, on: str) -> list[str]:
    return sorted(past.snapshot(at(on)))


LATER = touchpoint("other", "page_view", "2025-12-01")
"""Somebody else's, so that the history goes on until the end of the year."""


def test_a_lead_is_known_from_known_at() -> None:
    past = Past(
        leads=[lead("x", known_at=moment("2025-03-01")), lead("other", known_at=None)],
        touchpoints=[touchpoint("x", "page_view", "2025-01-01"), LATER],
    )
    assert candidates(past, "2025-02-28 23:00") == []
    assert candidates(past, "2025-03-01") == ["x"]


def test_without_known_at_a_lead_is_known_when_its_first_touchpoint_is_received() -> None:
    past = Past(
        leads=[lead("x"), lead("other")],
        touchpoints=[touchpoint("x", "page_view", "2025-01-01", "2025-03-01"), LATER],
    )
    assert candidates(past, "2025-02-28 23:00") == []
    assert candidates(past, "2025-03-01") == ["x"]


def test_a_closed_lead_is_no_candidate_whether_won_or_lost() -> None:
    past = Past(
        leads=[lead(name) for name in ("won", "lost", "open", "other")],
        touchpoints=[
            *(touchpoint(name, "page_view", "2025-01-01") for name in ("won", "lost", "open")),
            LATER,
        ],
        outcomes=[outcome("won", "won", "2025-03-01"), outcome("lost", "lost", "2025-03-01")],
    )
    assert candidates(past, "2025-02-28 23:00") == ["lost", "open", "won"]
    assert candidates(past, "2025-03-01") == ["open"]


def test_attributes_are_those_of_then() -> None:
    past = Past(
        leads=[lead("x"), lead("other")],
        touchpoints=[touchpoint("x", "page_view", "2025-01-01"), LATER],
        changes=[
            {
                "lead_id": "x",
                "field": "company.size",
                "value": "large",
                "known_at": moment("2025-03-01"),
            }
        ],
    )
    before, after = past.snapshot(at("2025-02-28 23:00")), past.snapshot(at("2025-03-01"))
    assert before["x"][0] == 0
    assert after["x"][0] == 60_000


def one_lead(*outcomes: Row, **options: Any) -> tuple[int, int]:
    """Leads and conversions of the first moment, 31 January 2025, with a horizon of 60 days."""
    past = Past(
        leads=[lead("x"), lead("other")],
        touchpoints=[touchpoint("x", "page_view", "2025-01-01"), LATER],
        outcomes=outcomes,
    )
    found = past.backtest(
        horizon_days=60, **{"moments": [at("2025-01-31 20:00")], **options}
    ).moments[0]
    return found.leads, found.conversions


def test_the_horizon_ends_with_its_last_local_day() -> None:
    # 60 days after 31 January is 1 April; clocks were set forward on 30 March.
    assert one_lead(outcome("x", "won", "2025-04-01 23:59:59")) == (1, 1)
    assert one_lead(outcome("x", "won", "2025-04-02 00:00")) == (1, 0)


def test_a_lead_won_on_the_day_itself_after_the_moment_converts() -> None:
    assert one_lead(outcome("x", "won", "2025-01-31 20:00:01")) == (1, 1)
    assert one_lead(outcome("x", "won", "2025-01-31 20:00")) == (0, 0)


def test_a_lost_lead_does_not_convert() -> None:
    assert one_lead(outcome("x", "lost", "2025-02-10")) == (1, 0)


def test_a_lead_that_was_lost_and_then_won_converts_and_closed_when_lost() -> None:
    lost_and_won = outcome("x", "lost", "2025-02-10"), outcome("x", "won", "2025-03-10")
    assert one_lead(*lost_and_won) == (1, 1)
    assert one_lead(*lost_and_won, moments=[at("2025-02-20")]) == (0, 0)


def test_what_happened_after_the_end_of_observation_is_left_out() -> None:
    won = outcome("x", "won", "2025-03-10")
    assert one_lead(won, observed_until=at("2025-04-30")) == (1, 1)
    assert one_lead(won, observed_until=at("2025-03-01")) == (1, 0)


def test_a_rate_waits_until_the_last_microsecond_of_the_horizon_is_observed() -> None:
    past = Past(leads=[lead("x")], touchpoints=[touchpoint("x", "page_view", "2025-01-01")])
    end = at("2025-04-02") - 1

    def rate(until: int) -> object:
        found = past.backtest(
            horizon_days=60, moments=[at("2025-01-31 20:00")], observed_until=until
        )
        return found.moments[0].rate

    assert isinstance(rate(end), Rate)
    assert not isinstance(rate(end - 1), Rate)
