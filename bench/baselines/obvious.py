"""The obvious one by hand: an aggregate per rule.

In: a model, the files. Out: the query, and the one table that it expects.
"""

from __future__ import annotations

import pyarrow as pa

from bench.baselines.writing import (
    ASKED,
    NO_GROUP,
    TouchpointRule,
    cell_names,
    condition,
    filled,
    touchpoint_rules,
)
from bench.data import HISTORY_DAYS, Files
from leadscore.arithmetic import WEIGHT_BITS, decay_weight
from leadscore.conditions import Selection
from leadscore.model import BehaviourRule, FrequencyRule, ScoringModel, SilenceRule

_COLUMNS = {"page.path": "path", "value": "value"}


def tables(model: ScoringModel) -> dict[str, pa.Table]:
    """The tables by name."""
    half_lives = sorted(
        {
            rule.half_life
            for rule in model.rules
            if isinstance(rule, BehaviourRule) and rule.half_life is not None
        }
    )
    ages = range(-2, HISTORY_DAYS + 2)
    weights = {
        f"w{half_life}": pa.array(
            [decay_weight(max(0, age), half_life) for age in ages], pa.int32()
        )
        for half_life in half_lives
    }
    return {"decay": pa.table({"age": pa.array(ages, pa.int32()), **weights})}


def query(model: ScoringModel, files: Files, *, filters: bool = False) -> str:
    """The query over this table, its aggregates with CASE or with FILTER."""
    rules = list(enumerate(touchpoint_rules(model)))
    aggregates = [f"{_aggregate(rule, filters=filters)} AS r{number}" for number, rule in rules]
    aggregates.append(f"count(*) FILTER (type IN ('type_03') AND age < 30) AS {ASKED}")
    points: dict[str, list[str]] = {cell: [] for cell in cell_names(model)}
    for number, rule in rules:
        points[rule.group or NO_GROUP].append(_points(f"r{number}", rule))
    cells = [f"{' + '.join(terms) or '0'} AS {cell}" for cell, terms in points.items()]
    return filled(
        "obvious.sql",
        model,
        files,
        aggregates=",\n         ".join(aggregates),
        cells=",\n         ".join([*cells, ASKED]),
    )


def _aggregate(rule: TouchpointRule, *, filters: bool) -> str:
    taken = _taken(rule)
    weight = "1"
    if isinstance(rule, BehaviourRule) and rule.half_life is not None:
        weight = f"w{rule.half_life}"
        if rule.max_times is not None:
            return f"list_sum(max(CASE WHEN {taken} THEN {weight} END, {rule.max_times}))"
    if filters:
        return f"sum({weight}) FILTER (WHERE {taken})"
    return f"sum(CASE WHEN {taken} THEN {weight} ELSE 0 END)"


def _taken(rule: TouchpointRule) -> str:
    selection: Selection = (
        rule.count.selection if isinstance(rule, FrequencyRule) else rule.selection
    )
    within = rule.none_for if isinstance(rule, SilenceRule) else selection.within
    parts = [f"type IN ({', '.join(repr(each) for each in selection.on)})"]
    if within is not None:
        parts.append(f"age < {within}")
    if selection.where is not None:
        parts.append(condition(selection.where, _COLUMNS))
    return " AND ".join(parts)


def _points(column: str, rule: TouchpointRule) -> str:
    """The points of a rule from its aggregate; silence is given to all, and here taken back."""
    summed, points = f"CAST(coalesce({column}, 0) AS BIGINT)", rule.points_milli
    if isinstance(rule, SilenceRule):
        return f"CASE WHEN {summed} > 0 THEN {-points} ELSE 0 END"
    if isinstance(rule, FrequencyRule):
        return f"CASE WHEN {summed} >= {rule.count.at_least} THEN {points} ELSE 0 END"
    if rule.half_life is not None:
        raw = f"(({summed} * {abs(points)}) >> {WEIGHT_BITS})"
    else:
        times = summed if rule.max_times is None else f"least({summed}, {rule.max_times})"
        raw = f"{times} * {abs(points)}"
    most = rule.max_points_milli
    capped = raw if most is None else f"least({raw}, {most})"
    return capped if points > 0 else f"-({capped})"
