"""What can be wrong with conditions as a whole: those that nothing can meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from leadscore.arithmetic import points_text
from leadscore.checks.holding import Demand, Judge, World, score_span
from leadscore.checks.problem import Places, Problem, Severity, kind
from leadscore.checks.reach import Span, reachable, span_end, weighted
from leadscore.checks.worlds import bounded_world, free_world
from leadscore.conditions import (
    OVERALL,
    SCORE_PREFIX,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    DefinitionMet,
    NoneOf,
    TouchpointCount,
    walk,
)
from leadscore.judgement import overall_weights
from leadscore.model import (
    AttributeRule,
    Definition,
    FrequencyRule,
    Rule,
    ScoringModel,
)

_MOST_SHOWN = 6


@kind
class RuleNeverFires(Problem):
    """A rule whose condition contradicts itself."""

    code: ClassVar[str] = "rule-never-fires"
    rule: str


@kind
class ImpossibleCondition(Problem):
    """A condition of a definition that contradicts itself."""

    code: ClassVar[str] = "impossible-condition"
    definition: str


@kind
class UnreachableThreshold(Problem):
    """A definition that needs scores which the rules and caps do not allow."""

    code: ClassVar[str] = "unreachable-threshold"
    definition: str
    field: str
    low: str
    high: str


@kind
class UnreachableTogether(Problem):
    """A definition whose demands are within reach one by one, and not together."""

    code: ClassVar[str] = "unreachable-together"
    definition: str
    spans: tuple[str, ...]


@kind
class PartNeverHolds(Problem):
    """One of several alternatives that nothing can meet."""

    code: ClassVar[str] = "part-never-holds"
    severity: ClassVar[Severity] = Severity.WARNING


@kind
class KeepStrongerThanWhen(Problem):
    """A lead that has just met a definition would lose it at once."""

    code: ClassVar[str] = "keep-stronger-than-when"
    severity: ClassVar[Severity] = Severity.WARNING
    field: str
    definition: str


def rule_possibility_problems(model: ScoringModel, places: Places) -> Iterator[Problem]:
    """Rules that no lead and no touchpoint can satisfy, and parts of them that never hold."""
    judge = Judge(World())
    for rule in model.rules:
        for condition in _conditions_of(rule):
            if judge.can_hold(condition):
                yield from _idle_parts(condition, judge, places)
            else:
                part = _heart(condition, judge)
                found = _shown(judge.clash(part))
                yield RuleNeverFires(at=places.of(part), found=found, rule=rule.id)


def definition_possibility_problems(
    model: ScoringModel, places: Places, *, is_whole: bool
) -> Iterator[Problem]:
    """Definitions that contradict themselves, or, in a whole model, need more than there is."""
    properties = Judge(World())
    free, bounded = Judge(free_world(model)), Judge(bounded_world(model))
    lost = {part.name for part in model.definitions if not bounded.can_hold(part.when)}
    for definition in model.definitions:
        for condition in (definition.when, definition.keep_while):
            if condition is not None:
                yield from _where_problems(condition, definition, properties, places)
        if not free.can_hold(definition.when):
            if not _needs(definition.when) & lost:
                yield _impossible(definition, definition.when, free, places)
        elif is_whole and definition.name in lost and not _needs(definition.when) & lost:
            yield from _unreachable(definition, bounded, model, places)
        elif is_whole and definition.name not in lost:
            yield from _idle_parts(definition.when, bounded, places)
        yield from _keep_problems(definition, free, places)


def _conditions_of(rule: Rule) -> Iterator[Condition]:
    if isinstance(rule, AttributeRule):
        yield rule.when
        return
    selection = rule.count.selection if isinstance(rule, FrequencyRule) else rule.selection
    if selection.where is not None:
        yield selection.where


def _where_problems(
    condition: Condition, definition: Definition, judge: Judge, places: Places
) -> Iterator[Problem]:
    """Counts of touchpoints whose properties contradict each other."""
    for part in walk(condition):
        if isinstance(part, TouchpointCount) and part.selection.where is not None:
            where = part.selection.where
            if not judge.can_hold(where):
                yield _impossible(definition, where, judge, places)


def _impossible(
    definition: Definition, condition: Condition, judge: Judge, places: Places
) -> Problem:
    part = _heart(condition, judge)
    found = _shown(judge.clash(part))
    return ImpossibleCondition(at=places.of(part), found=found, definition=definition.name)


def _heart(condition: Condition, judge: Judge) -> Condition:
    """The innermost part that cannot hold by itself and takes the whole down with it."""
    while isinstance(condition, AllOf):
        inner = next((part for part in condition.parts if not judge.can_hold(part)), None)
        if inner is None:
            break
        condition = inner
    return condition


def _idle_parts(condition: Condition, judge: Judge, places: Places) -> Iterator[Problem]:
    """Alternatives that never hold, in a condition that can hold."""
    for part in walk(condition):
        if isinstance(part, AnyOf | NoneOf):
            for option in part.parts:
                if not judge.can_hold(option):
                    found = _shown(judge.clash(_heart(option, judge)))
                    yield PartNeverHolds(at=places.of(option), found=found)


def _needs(condition: Condition) -> set[str]:
    """The definitions that a condition asks for."""
    return {part.name for part in walk(condition) if isinstance(part, DefinitionMet)}


def _shown(parts: Iterable[Comparison]) -> str:
    texts = [f"{part.field} {part.operator} {_operand_text(part)}" for part in parts]
    rest = ["…"] if len(texts) > _MOST_SHOWN else []
    return ", ".join(texts[:_MOST_SHOWN] + rest)


def _operand_text(part: Comparison) -> str:
    if isinstance(part.operand, tuple):
        rest = ", …" if len(part.operand) > _MOST_SHOWN else ""
        return "[" + ", ".join(map(_literal_text, part.operand[:_MOST_SHOWN])) + rest + "]"
    return _literal_text(part.operand)


def _literal_text(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _unreachable(
    definition: Definition, judge: Judge, model: ScoringModel, places: Places
) -> Iterator[Problem]:
    """A problem for each threshold that is out of reach by itself, or one for them together."""
    spans = reachable(model)
    spans[OVERALL] = weighted(spans, dict(overall_weights(model)))
    own = [
        (part, spans[part.field.removeprefix(SCORE_PREFIX)])
        for part in _wanted_scores(definition.when)
        if part.field.removeprefix(SCORE_PREFIX) in spans
    ]
    alone = [(part, span) for part, span in own if score_span([Demand(part, True)], span).is_empty]
    for part, span in alone:
        yield UnreachableThreshold(
            at=places.of(part),
            found=_shown([part]),
            definition=definition.name,
            field=part.field,
            low=span_end(span.low),
            high=span_end(span.high),
        )
    if not alone:
        heart = _heart(definition.when, judge)
        yield UnreachableTogether(
            at=places.of(heart),
            found=_shown(judge.clash(heart)) or definition.name,
            definition=definition.name,
            spans=tuple(
                f"score.{name}: {span_end(span.low)} … {span_end(span.high)}"
                for name, span in spans.items()
            ),
        )


def _wanted_scores(condition: Condition) -> Iterator[Comparison]:
    """The comparisons of scores that have to hold, or may help to."""
    waiting = [(condition, True)]
    while waiting:
        part, is_wanted = waiting.pop()
        if isinstance(part, AllOf | AnyOf | NoneOf):
            is_part_wanted = is_wanted != isinstance(part, NoneOf)
            waiting.extend((inner, is_part_wanted) for inner in reversed(part.parts))
        elif isinstance(part, Comparison) and is_wanted and part.field.startswith(SCORE_PREFIX):
            yield part


def _keep_problems(definition: Definition, judge: Judge, places: Places) -> Iterator[Problem]:
    """Scores for which keeping a definition asks more than meeting it."""
    if definition.keep_while is None:
        return
    meeting, keeping = judge.scores(definition.when), judge.scores(definition.keep_while)
    for name, kept in keeping.items():
        met = meeting.get(name, Span())
        if name != OVERALL and (kept.low > met.low or kept.high < met.high):
            yield KeepStrongerThanWhen(
                at=places.of(definition, "keep_while"),
                found=_limit_text(kept, met),
                field=f"{SCORE_PREFIX}{name}",
                definition=definition.name,
            )


def _limit_text(kept: Span, met: Span) -> str:
    """The limit of a score that is stronger for keeping."""
    bound = kept.low if kept.low > met.low else kept.high
    return points_text(bound) if isinstance(bound, int) else span_end(bound)
