"""Live scoring of single leads in plain Python.

In: nothing. Out: the time for one lead with 90 touchpoints and a model of 50 rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pyarrow as pa

from bench.data import AS_OF, HISTORY_DAYS
from bench.measuring import by_turns
from bench.models import (
    COUNTRIES,
    DEPARTMENTS,
    INDUSTRIES,
    MOST_EMPLOYEES,
    PAGES,
    SENIORITIES,
    TYPES,
    benchmark_model,
)
from bench.table import Row, row_of, seconds
from leadscore.conditions import Value
from leadscore.days import DAY_US
from leadscore.engines.duckdb import score
from leadscore.fields import model_fields
from leadscore.inputs import read_facts
from leadscore.live import Scorer, Touchpoint

N_RULES, N_TOUCHPOINTS = 30, 90
MOST_SECONDS = 60e-6

Lead = tuple[dict[str, Value], list[Touchpoint]]


def live_rows(n_leads: int, rounds: int) -> Iterator[Row]:
    """The time for one lead; the scores are asserted to be those of the batch engine."""
    leads = _leads(n_leads)
    scorer = Scorer(benchmark_model(N_RULES))
    _assert_equal_scores(scorer, leads)

    def all_leads() -> None:
        for attributes, touchpoints in leads:
            scorer.score(attributes, touchpoints, AS_OF)

    def looked_at() -> None:
        for _, touchpoints in leads:
            _look_at(touchpoints)

    looked_at()
    timings = by_turns({"live": all_leads, "floor": looked_at}, rounds)
    live = timings["live"].divided_by(n_leads)
    floor = timings["floor"].divided_by(n_leads)
    what = f"one lead live, {N_TOUCHPOINTS} touchpoints, {N_RULES} + 20 rules"
    yield row_of("one lead: each touchpoint looked at once (floor)", floor)
    yield row_of(what, live, "the floor of one lead", floor)
    yield Row(
        what,
        seconds(live.best),
        seconds(live.typical),
        seconds(live.work),
        seconds(MOST_SECONDS),
        live.best / MOST_SECONDS,
        live.work / MOST_SECONDS,
        1.0,
    )


def _look_at(touchpoints: list[Touchpoint]) -> None:
    """What no scoring in plain Python can do without."""
    for _, occurred_at, received_at, _, properties in touchpoints:
        if occurred_at <= AS_OF and (received_at is None or received_at <= AS_OF):
            properties.get("page.path")
            properties.get("value")


def _leads(n_leads: int) -> list[Lead]:
    random = Random(1)
    return [(_attributes(random), _touchpoints(random, lead)) for lead in range(n_leads)]


def _attributes(random: Random) -> dict[str, Value]:
    return {
        "lead.country": random.choice(COUNTRIES),
        "lead.seniority": random.choice(SENIORITIES),
        "lead.department": random.choice((None, *DEPARTMENTS)),
        "lead.phone": random.choice((None, "+48 600 000 000")),
        "company.industry": random.choice(INDUSTRIES),
        "company.employees": float(random.randrange(1, MOST_EMPLOYEES)),
    }


def _touchpoints(random: Random, lead: int) -> list[Touchpoint]:
    weights = [1 / place for place in range(1, len(TYPES) + 1)]
    return [
        Touchpoint(
            type_,
            AS_OF - int(random.random() ** 1.5 * HISTORY_DAYS * DAY_US),
            None,
            f"{lead}-{number}",
            {
                "page.path": random.choice(PAGES),
                "value": float(random.randrange(100)) if random.random() > 0.2 else None,
            },
        )
        for number, type_ in enumerate(random.choices(TYPES, weights, k=N_TOUCHPOINTS))
    ]


def _assert_equal_scores(scorer: Scorer, leads: list[Lead]) -> None:
    """Raises: AssertionError when the batch engine has other scores for these leads."""
    fields = model_fields(scorer.model)
    rows = [{"lead_id": number, **attributes} for number, (attributes, _) in enumerate(leads)]
    touchpoints = [
        {
            "lead_id": number,
            "type": each.type,
            "occurred_at": each.occurred_at,
            "id": each.id,
            **each.properties,
        }
        for number, (_, history) in enumerate(leads)
        for each in history
    ]
    table = pa.Table.from_pylist(touchpoints)
    moments = table["occurred_at"].cast(pa.timestamp("us", "UTC"))
    table = table.set_column(table.column_names.index("occurred_at"), "occurred_at", moments)
    with read_facts(
        pa.Table.from_pylist(rows),
        table,
        attributes=fields.attributes,
        properties=fields.properties,
    ) as facts:
        expected = score(scorer.model, facts, AS_OF, contributions=False).table
    for (attributes, history), row in zip(leads, expected.to_pylist(), strict=True):
        found = scorer.score(attributes, history, AS_OF)
        if any(row[f"{name}_millipoints"] != milli for name, milli in found.scores.items()):
            raise AssertionError(f"lead {row['lead_id']}: live and batch give different scores")
