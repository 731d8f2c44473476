"""What holds for every model and every history, on every engine."""

from dataclasses import replace
from random import Random
from typing import Any

from leadscore.conditions import FieldType
from leadscore.results import Scores
from tests.leadscore.engines.engine import Engine
from tests.leadscore.engines.histories import Case, Record, a_touchpoint
from tests.leadscore.engines.test_agreement import assert_same
from tests.leadscore.engines.vocabulary import VALUES


def test_order_and_repetition_of_facts_change_nothing(engine: Engine) -> None:
    def changes_nothing(case: Case) -> None:
        random = Random(len(case.touchpoints))
        again = [each for each in case.touchpoints if each.get("id") is not None]
        touchpoints = random.sample([*case.touchpoints, *again], len(case.touchpoints) + len(again))
        leads = tuple(reversed(case.leads))
        assert_equal(engine, case, replace(case, leads=leads, touchpoints=tuple(touchpoints)))

    engine.for_generated(30, changes_nothing)


def test_the_order_of_rules_and_groups_changes_no_score(engine: Engine) -> None:
    def changes_no_score(case: Case) -> None:
        model = replace(
            case.model,
            rules=tuple(reversed(case.model.rules)),
            groups=tuple(reversed(case.model.groups)),
        )
        found = engine.scored(replace(case, model=model), contributions=False)
        assert_same(found.table, engine.scored(case, contributions=False).table)

    engine.for_generated(20, changes_no_score)


def test_facts_that_come_later_change_nothing_earlier(engine: Engine) -> None:
    """What is not known yet, by its own moment or by the moment of its arrival, is as if never."""

    def changes_nothing(case: Case) -> None:
        case = replace(case, changes=some_changes(case))
        assert_equal(engine, case, known_then(case))

    engine.for_generated(30, changes_nothing)


def test_more_positive_facts_never_lower_a_score(engine: Engine) -> None:
    """In models without points for silence, and without a loss of points for something done."""

    def lowers_nothing(case: Case) -> None:
        random = Random(len(case.touchpoints))
        more = [
            a_touchpoint(random, case, lead["lead_id"]) for lead in case.leads for _ in range(2)
        ]
        richer = case.with_touchpoints([*case.touchpoints, *more])
        before, after = (points(engine.scored(each)) for each in (case, richer))
        for lead_id, scores in before.items():
            for name, score in scores.items():
                assert after[lead_id][name] >= score

    engine.for_generated(30, lowers_nothing, is_monotone=True)


def assert_equal(engine: Engine, one: Case, other: Case) -> None:
    """The two cases have the same scores and contributions."""
    first, second = engine.scored(one), engine.scored(other)
    assert_same(second.table, first.table)
    assert first.contributions is not None
    assert_same(second.contributions, first.contributions)


def points(scores: Scores) -> dict[Any, dict[str, int]]:
    """The milli-points of each lead by column."""
    columns = [name for name in scores.table.column_names if name.endswith("_millipoints")]
    return {
        row["lead_id"]: {name: row[name] for name in columns} for row in scores.table.to_pylist()
    }


def known_then(case: Case) -> Case:
    """The case with nothing but what was known at its moment."""

    def is_known(moment: int | None) -> bool:
        return moment is None or moment <= case.as_of

    return replace(
        case,
        leads=tuple(lead for lead in case.leads if is_known(lead.get("known_at"))),
        touchpoints=tuple(
            each
            for each in case.touchpoints
            if is_known(each["occurred_at"]) and is_known(each.get("received_at"))
        ),
        changes=tuple(change for change in case.changes if is_known(change["known_at"])),
    )


def some_changes(case: Case) -> tuple[Record, ...]:
    """Changes of attributes around the moment of a case."""
    random = Random(case.as_of)
    attributes = case.fields.attributes
    changes = []
    for lead in case.leads:
        for name in random.sample(sorted(attributes), min(2, len(attributes))):
            known_at = case.as_of + random.choice((-86_400_000_000, -1, 0, 1, 86_400_000_000))
            value = in_words(attributes[name], random.choice((*VALUES[attributes[name]], None)))
            changes.append(
                {"lead_id": lead["lead_id"], "field": name, "value": value, "known_at": known_at}
            )
    return tuple(changes)


def in_words(kind: FieldType, value: Any) -> str | None:
    """A value as it is written in a list of changes."""
    if value is None or kind is FieldType.TEXT:
        return value
    return str(value).lower() if kind is FieldType.BOOLEAN else str(value)
