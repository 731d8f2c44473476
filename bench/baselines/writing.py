"""The parts of the baselines that are written alike in all of them: conditions, caps, bands, ages.

In: the benchmark's own models, so only what these say. Out: pieces of SQL.
"""

from __future__ import annotations

from pathlib import Path
from string import Template

from bench.data import AS_OF, HISTORY_DAYS, Files
from leadscore.conditions import AllOf, Comparison, Condition, Operator
from leadscore.days import DAY_US, offsets
from leadscore.model import (
    AttributeRule,
    BehaviourRule,
    Dimension,
    FrequencyRule,
    ScoringModel,
    SilenceRule,
)

TouchpointRule = BehaviourRule | FrequencyRule | SilenceRule

NO_GROUP, ASKED = "none", "asked"
"""Cells for the rules without a group, and for what a definition counts."""

_COMPARED = {Operator.EQ: "=", Operator.NE: "<>", Operator.GE: ">="}


def read(name: str) -> str:
    """The text of a baseline."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def filled(name: str, model: ScoringModel, files: Files, **parts: str) -> str:
    """A baseline with its parts filled in."""
    fit, engagement = model.dimensions
    scored = Template(read("scored.sql")).substitute(
        leads=files.leads,
        fit=_fit(model),
        fit_max=fit.max_milli,
        engagement=_engagement(model),
        engagement_max=engagement.max_milli,
        fit_band=_band(fit, "fit", [band.name for band in fit.bands]),
        engagement_band=_band(engagement, "engagement", [b.name for b in engagement.bands]),
        fit_letter=_band(fit, "fit", ["D", "C", "B", "A"]),
        engagement_digit=_band(engagement, "engagement", ["4", "3", "2", "1"]),
        qualifying=str(engagement.bands[1].from_milli),
    )
    return Template(read(name)).substitute(
        touchpoints=files.touchpoints, as_of=AS_OF, age=age(), scored=scored, **parts
    )


def touchpoint_rules(model: ScoringModel) -> list[TouchpointRule]:
    """The rules that look at touchpoints, in order."""
    return [rule for rule in model.rules if not isinstance(rule, AttributeRule)]


def cell_names(model: ScoringModel) -> list[str]:
    """The cells that rules are summed into."""
    return [*(group.name for group in model.groups), NO_GROUP]


def condition(part: Condition, columns: dict[str, str] | None = None) -> str:
    """A condition of the benchmark's models; `columns` are names other than the field's own."""
    if isinstance(part, AllOf):
        return " AND ".join(condition(each, columns) for each in part.parts)
    if not isinstance(part, Comparison):
        raise TypeError(f"the benchmark's models have no {part}")
    column = (columns or {}).get(part.field, f'"{part.field}"')
    return _comparison(column, part)


def _comparison(column: str, part: Comparison) -> str:
    operand = part.operand
    if isinstance(operand, tuple):
        return f"{column} IN ({', '.join(_literal(item) for item in operand)})"
    if part.operator is Operator.EXISTS:
        return f"{column} IS NOT NULL"
    if part.operator is Operator.STARTS_WITH:
        return f"starts_with({column}, {_literal(operand)})"
    if part.operator is Operator.CONTAINS:
        return f"contains({column}, {_literal(operand)})"
    return f"{column} {_COMPARED[part.operator]} {_literal(operand)}"


def _literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


def age() -> str:
    """Whole local days before the as-of moment; the data is younger than two changes of clocks."""
    zone = offsets("Europe/Warsaw")
    steps = zone.between(AS_OF - (HISTORY_DAYS + 1) * DAY_US, AS_OF)
    cases = (
        f"WHEN epoch_us(occurred_at) < {until} THEN {shift}"
        for until, shift in zip(steps.starts[1:], steps.shifts, strict=False)
    )
    shifted = f"epoch_us(occurred_at) + CASE {' '.join(cases)} ELSE {steps.shifts[-1]} END"
    return f"CAST({zone.local_day(AS_OF)} - ({shifted}) // {DAY_US} AS INTEGER)"


def _fit(model: ScoringModel) -> str:
    return " + ".join(
        f"CASE WHEN {condition(rule.when)} THEN {rule.points_milli} ELSE 0 END"
        for rule in model.rules
        if isinstance(rule, AttributeRule)
    )


def _engagement(model: ScoringModel) -> str:
    """The sum of the cells, each capped; silence is given to all and taken back where it broke."""
    terms = [f"coalesce({NO_GROUP}, 0) + {_silent(model, None)}"]
    terms += [
        f"least(coalesce({group.name}, 0) + {_silent(model, group.name)}, {group.max_milli})"
        for group in model.groups
    ]
    return " + ".join(terms)


def _silent(model: ScoringModel, group: str | None) -> int:
    rules = (rule for rule in model.rules if isinstance(rule, SilenceRule))
    return sum(rule.points_milli for rule in rules if rule.group == group)


def _band(dimension: Dimension, score: str, names: list[str]) -> str:
    starts = [band.from_milli for band in dimension.bands]
    cases = (
        f"WHEN {score} >= {start} THEN '{name}'"
        for start, name in reversed(list(zip(starts[1:], names[1:], strict=True)))
    )
    return f"CASE {' '.join(cases)} ELSE '{names[0]}' END"
