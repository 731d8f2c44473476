"""One lead at a time, in plain Python: live scoring, and the oracle of the engines.

In: a lead's attributes, its touchpoints, those of its colleagues, a moment.
Out: scores, bands, grade, definitions and the contributions that add up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from operator import itemgetter
from typing import NamedTuple

from leadscore.arithmetic import WEIGHT_BITS, capped, clamped, decayed
from leadscore.conditions import (
    BAND_PREFIX,
    GRADE,
    OVERALL,
    SCORE_PREFIX,
    Condition,
    DefinitionMet,
    FieldType,
    Leaf,
    Predicate,
    Row,
    Scope,
    TouchpointCount,
    Value,
    predicate,
    row_predicate,
    test_of,
    type_of,
)
from leadscore.counting import MEMORY, Counter, Counting, Matcher, TypeMatcher, counting
from leadscore.days import DAY_US, offsets
from leadscore.fields import COMPANY_ID, model_fields
from leadscore.judgement import in_milli, in_order, overall_weights
from leadscore.model import (
    AttributeRule,
    BehaviourRule,
    Dimension,
    FrequencyRule,
    Rule,
    ScoringModel,
    SilenceRule,
    digit,
    letter,
)
from leadscore.results import DIMENSION_CAP, GROUP_CAP

_ID = itemgetter(3)
_NO_PROPERTIES: Mapping[str, Value] = {}
_TYPE_ORDER = (None, FieldType.BOOLEAN, FieldType.NUMBER, FieldType.DATE, FieldType.TEXT)


class Touchpoint(NamedTuple):
    """One recorded interaction. Instants are UTC microseconds since 1970; properties are typed."""

    type: str
    occurred_at: int
    received_at: int | None = None
    id: str | None = None
    properties: Mapping[str, Value] = _NO_PROPERTIES


class Contribution(NamedTuple):
    """What one rule, or one cap, gave a lead.

    Units: milli-points; `latest_day` a local day number. `raw` is before the rule's own cap (for
    a cap: the sum before it), `milli` after it (for a cap: what it added).
    """

    rule_id: str
    times: int
    latest_day: int | None
    raw: int
    milli: int


@dataclass(frozen=True, slots=True)
class LeadScore:
    """The whole result for one lead. Units: milli-points."""

    scores: Mapping[str, int]
    bands: Mapping[str, str]
    overall: int
    grade: str | None
    definitions: Mapping[str, bool]
    kept: Mapping[str, bool]
    contributions: tuple[Contribution, ...]


@dataclass(slots=True)
class Tally:
    """What one counter took: the age in days of each touchpoint, and how many people made them."""

    ages: list[int]
    people: int = 1


Tallies = dict[int, Tally]
Fields = Mapping[str, FieldType]


def deduplicated(
    touchpoints: Iterable[Touchpoint], as_of: int, properties: Fields
) -> list[Touchpoint]:
    """The touchpoints that exist as of a moment, each id once: the one received first.

    `properties` are those of the model; they settle which of two that are otherwise alike counts.
    """
    order = sorted(properties.items())
    first: dict[str, Touchpoint] = {}
    without_id: list[Touchpoint] = []
    for touchpoint in touchpoints:
        received = touchpoint.received_at
        if touchpoint.occurred_at > as_of or (received is not None and received > as_of):
            continue
        id_ = touchpoint.id
        if id_ is None:
            without_id.append(touchpoint)
        elif id_ not in first or _arrival(touchpoint, order) < _arrival(first[id_], order):
            first[id_] = touchpoint
    return [*without_id, *first.values()]


def _arrival(touchpoint: Touchpoint, order: Sequence[tuple[str, FieldType]]) -> tuple[object, ...]:
    received = touchpoint.received_at
    return (
        touchpoint.occurred_at if received is None else received,
        touchpoint.occurred_at,
        touchpoint.type,
        *(_place(touchpoint.properties.get(name), kind) for name, kind in order),
    )


def _place(value: Value, kind: FieldType) -> tuple[int, Value]:
    """Where a value stands: missing ones first; where only presence matters, all others alike."""
    if value is None or kind is FieldType.ANY:
        return int(value is not None), None
    return _TYPE_ORDER.index(type_of(value)), value


class _Plans(dict[str, "_TypePlans"]):
    """From a touchpoint's type to the plans for it; made when first asked for."""

    def __init__(self, counters: Sequence[tuple[int, Counter]]) -> None:
        super().__init__()
        self.counters = dict(counters)
        self._matcher = Matcher(counters)

    def __missing__(self, type_: str) -> _TypePlans:
        if len(self) >= MEMORY:
            self.clear()
        plans = self[type_] = _TypePlans(self._matcher.of_type(type_), self.counters)
        return plans


class _TypePlans(dict[int, "_PlansByAge"]):
    """For one type, the plans by the bits of the conditions that hold."""

    __slots__ = ("_counters", "_matcher", "answers", "others")

    def __init__(self, matcher: TypeMatcher, counters: Mapping[int, Counter]) -> None:
        super().__init__()
        self._matcher, self._counters = matcher, counters
        self.answers, self.others = matcher.answers, matcher.others

    def __missing__(self, bits: int) -> _PlansByAge:
        chosen = [(number, self._counters[number]) for number in self._matcher.matching(bits)]
        plans = self[bits] = _PlansByAge(chosen)
        return plans


class _PlansByAge(dict[int, tuple[int, ...]]):
    """By age in days, the counters that a touchpoint feeds; made when first asked for."""

    def __init__(self, chosen: list[tuple[int, Counter]]) -> None:
        super().__init__()
        self._chosen = chosen

    def __missing__(self, age: int) -> tuple[int, ...]:
        if len(self) >= MEMORY:
            self.clear()
        plan = self[age] = tuple(n for n, counter in self._chosen if counter.weight(age))
        return plan


class _Weights(dict[int, int]):
    """The weight of a touchpoint by its age in days, worked out when first asked for."""

    def __init__(self, counter: Counter) -> None:
        super().__init__()
        self._counter = counter

    def __missing__(self, age: int) -> int:
        weight = self[age] = self._counter.weight(age)
        return weight


class Scorer:
    """A model made ready to score single leads.

    Make it once, use it for many leads; it remembers what does not depend on the lead.
    """

    def __init__(self, model: ScoringModel) -> None:
        self.model = model
        self._offsets = offsets(model.time_zone)
        self._properties = model_fields(model).properties
        needed = counting(model)
        self._lead_plans = _Plans(_of_scope(needed, Scope.LEAD))
        self._company_plans = _Plans(_of_scope(needed, Scope.COMPANY))
        self._dimensions = [_DimensionScorer(model, d, needed) for d in model.dimensions]
        self._judge = _Judge(model, needed)

    @property
    def watches_companies(self) -> bool:
        """Whether touchpoints of colleagues count."""
        return bool(self._company_plans.counters)

    def score(
        self,
        attributes: Row,
        touchpoints: Sequence[Touchpoint],
        as_of: int,
        colleagues: Mapping[str, Sequence[Touchpoint]] | None = None,
    ) -> LeadScore:
        """The score of one lead as of a moment.

        `attributes` are its values then, by field; `colleagues` the touchpoints of every other
        lead of the same company, by lead. Units: `as_of` in microseconds since 1970 UTC.
        """
        tallies = self._counted(self._lead_plans, touchpoints, as_of)
        lead = _Lead(attributes, tallies, self._offsets.local_day(as_of))
        if self.watches_companies and lead.has_company:
            for person in (touchpoints, *(colleagues or {}).values()):
                _join(tallies, self._counted(self._company_plans, person, as_of))
        contributions: list[Contribution] = []
        scores = {d.name: d.score(lead, contributions) for d in self._dimensions}
        return self._judge.judged(lead, scores, tuple(contributions))

    def _counted(self, plans: _Plans, touchpoints: Sequence[Touchpoint], as_of: int) -> Tallies:
        """What the touchpoints of one person feed, by counter."""
        today, (shift, since) = self._offsets.local_day(as_of), self._offsets.step_at(as_of)
        shift_before, since_before = self._offsets.step_at(since - 1)
        ages: dict[int, list[int]] = {number: [] for number in plans.counters}
        if len(set(map(_ID, touchpoints))) < len(touchpoints):
            touchpoints = deduplicated(touchpoints, as_of, self._properties)
        for type_, at, received, _, properties in touchpoints:
            if at > as_of or (received is not None and received > as_of):
                continue
            plan = plans[type_]
            bits = 0
            for field, answer in plan.answers:
                bits |= answer[properties.get(field)]
            for bit, where in plan.others:
                bits |= bit * where(properties)
            if at >= since:
                age = today - (at + shift) // DAY_US
            elif at >= since_before:
                age = today - (at + shift_before) // DAY_US
            else:
                age = today - self._offsets.local_day(at)
            if age < 0:  # noqa: PLR1730 - clocks set back across midnight; max() costs a call
                age = 0
            for number in plan[bits][age]:
                ages[number].append(age)
        return {number: Tally(found) for number, found in ages.items() if found}


def _join(tallies: Tallies, other: Tallies) -> None:
    """Count what one more person did."""
    for number, tally in other.items():
        if number in tallies:
            tallies[number].ages += tally.ages
            tallies[number].people += 1
        else:
            tallies[number] = tally


def _of_scope(needed: Counting, scope: Scope) -> list[tuple[int, Counter]]:
    return [(n, c) for n, c in enumerate(needed.counters) if c.selection.scope is scope]


@dataclass(frozen=True, slots=True)
class _Lead:
    """What the rules look at: attributes, tallies by counter, the local day."""

    attributes: Row
    tallies: Tallies
    today: int

    @property
    def has_company(self) -> bool:
        return self.attributes.get(COMPANY_ID) is not None


RuleScorer = Callable[[_Lead], Contribution | None]


def _rule_scorer(rule: Rule, number: int | None, counters: Sequence[Counter]) -> RuleScorer:
    if isinstance(rule, AttributeRule):
        return _attribute_scorer(rule)
    if number is None:
        raise TypeError(f"rule {rule.id} counts touchpoints but has no counter")
    if isinstance(rule, BehaviourRule):
        return _behaviour_scorer(rule, number, counters[number])
    if isinstance(rule, FrequencyRule):
        return _frequency_scorer(rule, number)
    return _silence_scorer(rule, number)


def _attribute_scorer(rule: AttributeRule) -> RuleScorer:
    when, points = row_predicate(rule.when), rule.points_milli
    given = Contribution(rule.id, 1, None, points, points)
    return lambda lead: given if when(lead.attributes) else None


def _behaviour_scorer(rule: BehaviourRule, number: int, counter: Counter) -> RuleScorer:
    id_, points, most = rule.id, rule.points_milli, rule.max_points_milli
    newest, decays, weights = counter.max_times, counter.half_life is not None, _Weights(counter)

    def score(lead: _Lead) -> Contribution | None:
        tally = lead.tallies.get(number)
        if tally is None:
            return None
        ages, times = tally.ages, len(tally.ages)
        if newest is not None and times > newest:
            ages, times = nsmallest(newest, ages), newest
        weight = sum(map(weights.__getitem__, ages)) if decays else times << WEIGHT_BITS
        raw = decayed(points, weight)
        return Contribution(id_, times, lead.today - min(ages), raw, capped(raw, most))

    return score


def _frequency_scorer(rule: FrequencyRule, number: int) -> RuleScorer:
    id_, points = rule.id, rule.points_milli
    at_least, people = rule.count.at_least, rule.count.people

    def score(lead: _Lead) -> Contribution | None:
        tally = lead.tallies.get(number)
        if tally is None or len(tally.ages) < at_least or tally.people < people:
            return None
        return Contribution(id_, len(tally.ages), lead.today - min(tally.ages), points, points)

    return score


def _silence_scorer(rule: SilenceRule, number: int) -> RuleScorer:
    id_, points, none_for = rule.id, rule.points_milli, rule.none_for
    of_company = rule.selection.scope is Scope.COMPANY

    def score(lead: _Lead) -> Contribution | None:
        if of_company and not lead.has_company:
            return None
        tally = lead.tallies.get(number)
        if tally is None:
            return Contribution(id_, 0, None, points, points)
        newest = min(tally.ages)
        if newest < none_for:
            return None
        return Contribution(id_, 0, lead.today - newest, points, points)

    return score


class _DimensionScorer:
    """One dimension: its rules, then the caps of its groups, then its own."""

    def __init__(self, model: ScoringModel, dimension: Dimension, needed: Counting) -> None:
        self.name = dimension.name
        self._low, self._high = dimension.min_milli, dimension.max_milli
        self._groups = [group for group in model.groups if group.dimension == dimension.name]
        numbers = {group.name: n for n, group in enumerate(self._groups)}
        self._rules = [
            (
                _rule_scorer(rule, counter, needed.counters),
                None if rule.group is None else numbers[rule.group],
            )
            for rule, counter in zip(model.rules, needed.of_rule, strict=True)
            if rule.dimension == dimension.name
        ]

    def score(self, lead: _Lead, contributions: list[Contribution]) -> int:
        """Milli-points of the dimension; its lines are added to `contributions`."""
        total, sums = 0, [0] * len(self._groups)
        for scorer, group in self._rules:
            given = scorer(lead)
            if given is None:
                continue
            contributions.append(given)
            if group is None:
                total += given.milli
            else:
                sums[group] += given.milli
        for group_, raw in zip(self._groups, sums, strict=True):
            total += _cap(
                GROUP_CAP + group_.name, raw, group_.min_milli, group_.max_milli, contributions
            )
        return _cap(DIMENSION_CAP + self.name, total, self._low, self._high, contributions)


def _cap(
    line: str, raw: int, low: int | None, high: int | None, contributions: list[Contribution]
) -> int:
    """`raw` within its limits; what the limits changed becomes a line of its own."""
    within = clamped(raw, low, high)
    if within != raw:
        contributions.append(Contribution(line, 0, None, raw, within - raw))
    return within


class _Judge:
    """From scores to bands, grade, overall and definitions."""

    def __init__(self, model: ScoringModel, needed: Counting) -> None:
        self._model = model
        self._bands = {d.name: ([band.from_milli for band in d.bands], d) for d in model.dimensions}
        self._weights = overall_weights(model)
        self._counts = needed.of_condition
        self._definitions = [
            (d.name, _judgement(d.when, needed), _judgement(d.keep_while or d.when, needed))
            for d in in_order(model.definitions)
        ]
        self._keeps = {d.name for d in model.definitions if d.keep_while is not None}

    def judged(
        self, lead: _Lead, scores: dict[str, int], contributions: tuple[Contribution, ...]
    ) -> LeadScore:
        """The whole result for scores that are settled."""
        numbers = {
            name: max(0, bisect_right(starts, scores[name]) - 1)
            for name, (starts, _) in self._bands.items()
        }
        bands = {name: self._bands[name][1].bands[number].name for name, number in numbers.items()}
        overall = sum(weight * scores[name] for name, weight in self._weights)
        grade = self._grade(numbers)
        row = self._row(lead, scores, bands, overall, grade)
        met, kept = self._met(row)
        return LeadScore(scores, bands, overall, grade, met, kept, contributions)

    def _grade(self, numbers: Mapping[str, int]) -> str | None:
        grade = self._model.grade
        if grade is None:
            return None
        rows, columns = self._bands[grade.rows][1], self._bands[grade.columns][1]
        return letter(rows, numbers[grade.rows]) + digit(columns, numbers[grade.columns])

    def _row(
        self,
        lead: _Lead,
        scores: Mapping[str, int],
        bands: Mapping[str, str],
        overall: int,
        grade: str | None,
    ) -> dict[str, Value]:
        """Everything that a definition can ask about, by field."""
        if not self._definitions:
            return {}
        row: dict[str, Value] = {**lead.attributes, GRADE: grade, SCORE_PREFIX + OVERALL: overall}
        row.update((SCORE_PREFIX + name, score) for name, score in scores.items())
        row.update((BAND_PREFIX + name, band) for name, band in bands.items())
        for counter in self._counts.values():
            tally = lead.tallies.get(counter, _NOTHING)
            row[f"{_TIMES}{counter}"] = len(tally.ages)
            row[f"{_PEOPLE}{counter}"] = tally.people
        return row

    def _met(self, row: dict[str, Value]) -> tuple[dict[str, bool], dict[str, bool]]:
        met: dict[str, bool] = {}
        kept: dict[str, bool] = {}
        for name, when, keep_while in self._definitions:
            row[_DEFINITION + name] = met[name] = when(row)
            if name in self._keeps:
                kept[name] = met[name] or keep_while(row)
        order = [definition.name for definition in self._model.definitions]
        return (
            {name: met[name] for name in order},
            {name: kept[name] for name in order if name in kept},
        )


_NOTHING = Tally([], 0)
_TIMES, _PEOPLE, _DEFINITION = "times#", "people#", "definition#"


def _judgement(condition: Condition, needed: Counting) -> Predicate:
    """A definition's condition over the row that the judge makes."""

    def leaf(part: Leaf) -> Predicate:
        if isinstance(part, DefinitionMet):
            key = _DEFINITION + part.name
            return lambda row: bool(row[key])
        if isinstance(part, TouchpointCount):
            return _count_test(part, needed.of_condition[part])
        test, name = test_of(in_milli(part)), part.field
        return lambda row: test(row.get(name))

    return predicate(condition, leaf)


def _count_test(count: TouchpointCount, counter: int) -> Predicate:
    times, people = f"{_TIMES}{counter}", f"{_PEOPLE}{counter}"
    at_least_times, at_least_people = count.at_least, count.people
    return lambda row: (
        row[times] >= at_least_times and row[people] >= at_least_people  # type: ignore[operator]
    )
