"""One lead at a time, in plain Python: live scoring, and the oracle of the engines.

In: a lead's attributes, its touchpoints, those of its colleagues, a moment.
Out: scores, bands, grade, definitions and the contributions that add up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from leadscore.arithmetic import WEIGHT_BITS, clamped, max_weight_sum
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
    test_of,
    type_of,
)
from leadscore.counting import MEMORY, Answers, Counter, Counting, RowMatcher, counting
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

NO_LIMIT = 1 << 62
"""More than anything that is counted."""

_ID = itemgetter(3)
_NO_IDS = {None}
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


class LeadScore(NamedTuple):
    """The whole result for one lead. Units: milli-points."""

    scores: Mapping[str, int]
    bands: Mapping[str, str]
    overall: int
    grade: str | None
    definitions: Mapping[str, bool]
    kept: Mapping[str, bool]
    contributions: tuple[Contribution, ...]


Ages = list[list[int]]
"""For each counter, the age in days of every touchpoint that it took."""

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


TypePlans = tuple[
    int, Sequence[tuple[str, Answers]], Sequence[tuple[int, Predicate]], "_PlansByBits"
]
"""For one type: how many microseconds ago is surely too long for any counter, what is asked of
single properties, of several, and the plans by what holds."""


class _Plans(dict[str, TypePlans]):
    """From a touchpoint's type to the plans for it; made when first asked for."""

    def __init__(self, counters: Sequence[tuple[int, Counter]]) -> None:
        super().__init__()
        self.counters = dict(counters)

    def __missing__(self, type_: str) -> TypePlans:
        if len(self) >= MEMORY:
            self.clear()
        chosen = {
            number: counter
            for number, counter in self.counters.items()
            if not counter.selection.on or type_ in counter.selection.on
        }
        matcher = RowMatcher((number, c.selection.where) for number, c in chosen.items())
        by_bits = _PlansByBits(matcher, self.counters)
        plans = self[type_] = _reach(chosen.values()), matcher.answers, matcher.others, by_bits
        return plans


def _reach(counters: Iterable[Counter]) -> int:
    """How long ago, at most, a touchpoint was that one of them takes. Units: microseconds.

    Two days more than its age in days says: local days can be longer, and start elsewhere.
    """
    ends = [counter.ends_at for counter in counters]
    return NO_LIMIT if None in ends else (max(filter(None, ends), default=0) + 2) * DAY_US


ByAge = tuple[Sequence[tuple[int, ...]], int]
"""By age in days, the counters that a touchpoint feeds, and the age from which nothing changes."""


class _PlansByBits(dict[int, ByAge | None]):
    """For one type, the plans by the bits of what holds; None where nothing is fed at any age."""

    def __init__(self, matcher: RowMatcher, counters: Mapping[int, Counter]) -> None:
        super().__init__()
        self._matcher, self._counters = matcher, counters

    def __missing__(self, bits: int) -> ByAge | None:
        chosen = [(number, self._counters[number]) for number in self._matcher.matching(bits)]
        plans = self[bits] = _by_age(chosen) if chosen else None
        return plans


def _by_age(chosen: list[tuple[int, Counter]]) -> ByAge:
    """The plans of some counters. They change only where one of them ends."""
    plans: list[tuple[int, ...]] = []
    for end in sorted({c.ends_at for _, c in chosen if c.ends_at is not None}):
        fed = tuple(n for n, c in chosen if c.ends_at is None or c.ends_at >= end)
        plans += [fed] * (end - len(plans))
    plans.append(tuple(n for n, c in chosen if c.ends_at is None))
    return plans, len(plans) - 1


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
        self._n_counters = len(needed.counters)
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
        ages: Ages = [[] for _ in range(self._n_counters)]
        people = [0] * self._n_counters
        self._count(self._lead_plans, touchpoints, as_of, ages)
        lead = _Lead(attributes, ages, people, self._offsets.local_day(as_of))
        if self.watches_companies and lead.has_company:
            for person in (touchpoints, *(colleagues or {}).values()):
                before = [len(found) for found in ages]
                self._count(self._company_plans, person, as_of, ages)
                for number in self._company_plans.counters:
                    people[number] += len(ages[number]) > before[number]
        contributions: list[Contribution] = []
        scores = {d.name: d.score(lead, contributions) for d in self._dimensions}
        return self._judge.judged(lead, scores, tuple(contributions))

    def _count(  # noqa: C901, PLR0912 - one loop: a call per touchpoint would double its cost
        self, plans: _Plans, touchpoints: Sequence[Touchpoint], as_of: int, ages: Ages
    ) -> None:
        """Add to `ages` what the touchpoints of one person feed.

        The hottest loop of live scoring: what does not change is looked up before it, and most
        touchpoints feed nothing, which is asked before anything else.
        """
        if not plans.counters:
            return
        ids = set(map(_ID, touchpoints))
        if len(ids) < len(touchpoints) and ids != _NO_IDS:
            touchpoints = deduplicated(touchpoints, as_of, self._properties)
        today, (shift, since) = self._offsets.local_day(as_of), self._offsets.step_at(as_of)
        shift_before, since_before = self._offsets.step_at(since - 1)
        day_ends, day_ends_before = _ends(today, shift), _ends(today, shift_before)
        for type_, at, received, _, properties in touchpoints:
            reach, answers, others, by_bits = plans[type_]
            if as_of - at > reach:
                continue
            bits = 0
            for field, answer in answers:
                bits |= answer[properties.get(field)]
            if others:
                for bit, where in others:
                    bits |= bit * where(properties)
            plan = by_bits[bits]
            if plan is None or at > as_of or (received is not None and received > as_of):
                continue
            if at >= since:
                age = (day_ends - at) // DAY_US
            else:
                if at >= since_before:
                    age = (day_ends_before - at) // DAY_US
                else:
                    age = today - self._offsets.local_day(at)
                if age < 0:  # noqa: PLR1730 - clocks were set back across midnight
                    age = 0
            plans_by_age, last = plan
            for number in plans_by_age[age if age < last else last]:  # noqa: FURB136
                ages[number].append(age)


def _ends(day: int, shift: int) -> int:
    """The last instant of a local day, where the offset from UTC is `shift`."""
    return (day + 1) * DAY_US - 1 - shift


def _of_scope(needed: Counting, scope: Scope) -> list[tuple[int, Counter]]:
    return [(n, c) for n, c in enumerate(needed.counters) if c.selection.scope is scope]


@dataclass(slots=True)
class _Lead:
    """What the rules look at: attributes, what each counter took, the local day.

    `people` says for counters of a company how many people were involved.
    """

    attributes: Row
    ages: Ages
    people: list[int]
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
    """What the rule gives where its condition holds."""
    points = rule.points_milli
    given = Contribution(rule.id, 1, None, points, points)
    return lambda _: given


def _behaviour_scorer(rule: BehaviourRule, number: int, counter: Counter) -> RuleScorer:
    id_, points, sign = rule.id, abs(rule.points_milli), 1 if rule.points_milli > 0 else -1
    saturated = max_weight_sum(points)
    most = NO_LIMIT if rule.max_points_milli is None else rule.max_points_milli
    newest = NO_LIMIT if counter.max_times is None else counter.max_times
    decays, weight_of = counter.half_life is not None, _Weights(counter).__getitem__

    def score(lead: _Lead) -> Contribution | None:
        ages = lead.ages[number]
        if not ages:
            return None
        times = len(ages)  # hot: here and below a comparison costs a third of `min`
        if times > newest:
            ages, times = sorted(ages)[:newest], newest
        weight = sum(map(weight_of, ages)) if decays else times << WEIGHT_BITS
        raw = points * (weight if weight < saturated else saturated) >> WEIGHT_BITS  # noqa: FURB136
        milli = raw if raw < most else most  # noqa: FURB136
        return Contribution(id_, times, lead.today - min(ages), sign * raw, sign * milli)

    return score


def _frequency_scorer(rule: FrequencyRule, number: int) -> RuleScorer:
    id_, points = rule.id, rule.points_milli
    at_least, people = rule.count.at_least, rule.count.people

    def score(lead: _Lead) -> Contribution | None:
        ages = lead.ages[number]
        if len(ages) < at_least or (people > 1 and lead.people[number] < people):
            return None
        return Contribution(id_, len(ages), lead.today - min(ages), points, points)

    return score


def _silence_scorer(rule: SilenceRule, number: int) -> RuleScorer:
    id_, points, none_for = rule.id, rule.points_milli, rule.none_for
    of_company = rule.selection.scope is Scope.COMPANY

    def score(lead: _Lead) -> Contribution | None:
        if of_company and not lead.has_company:
            return None
        ages = lead.ages[number]
        if not ages:
            return Contribution(id_, 0, None, points, points)
        newest = min(ages)
        if newest < none_for:
            return None
        return Contribution(id_, 0, lead.today - newest, points, points)

    return score


RuleScorers = list[tuple[RuleScorer, int | None]]
"""What rules give, each with the number of its group in the dimension."""


class _Held(dict[int, RuleScorers]):
    """By the bits of what holds for a lead's attributes, the rules that can give it anything.

    That is every rule but the attribute rules whose conditions do not hold.
    """

    def __init__(self, rules: Sequence[Rule], scorers: RuleScorers) -> None:
        super().__init__()
        self._scorers = scorers
        asking = [(n, rule.when) for n, rule in enumerate(rules) if isinstance(rule, AttributeRule)]
        self._asking = {number for number, _ in asking}
        self._matcher = RowMatcher(asking)
        self.bits = self._matcher.bits

    def __missing__(self, bits: int) -> RuleScorers:
        if len(self) >= MEMORY // 10:
            self.clear()
        failed = self._asking.difference(self._matcher.matching(bits))
        found = self[bits] = [s for number, s in enumerate(self._scorers) if number not in failed]
        return found


class _DimensionScorer:
    """One dimension: its rules, then the caps of its groups, then its own."""

    def __init__(self, model: ScoringModel, dimension: Dimension, needed: Counting) -> None:
        self.name = dimension.name
        self._low, self._high = dimension.min_milli, dimension.max_milli
        self._groups = [group for group in model.groups if group.dimension == dimension.name]
        numbers = {group.name: n for n, group in enumerate(self._groups)}
        own = [
            (rule, counter)
            for rule, counter in zip(model.rules, needed.of_rule, strict=True)
            if rule.dimension == dimension.name
        ]
        scorers = [
            (
                _rule_scorer(rule, counter, needed.counters),
                None if rule.group is None else numbers[rule.group],
            )
            for rule, counter in own
        ]
        self._rules = _Held([rule for rule, _ in own], scorers)

    def score(self, lead: _Lead, contributions: list[Contribution]) -> int:
        """Milli-points of the dimension; its lines are added to `contributions`."""
        total, sums = 0, [0] * len(self._groups)
        for scorer, group in self._rules[self._rules.bits(lead.attributes)]:
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
        self._bands = [
            (d.name, [band.from_milli for band in d.bands], [band.name for band in d.bands])
            for d in model.dimensions
        ]
        self._letters, self._digits = _letters(model), _digits(model)
        self._fields = [
            (d.name, SCORE_PREFIX + d.name, BAND_PREFIX + d.name) for d in model.dimensions
        ]
        self._weights = overall_weights(model)
        self._counts = [
            (counter, f"{_TIMES}{counter}", f"{_PEOPLE}{counter}")
            for counter in needed.of_condition.values()
        ]
        self._definitions = [
            (
                d.name,
                _DEFINITION + d.name,
                _judgement(d.when, needed),
                _judgement(d.keep_while or d.when, needed),
            )
            for d in in_order(model.definitions)
        ]
        self._order = [d.name for d in model.definitions]
        self._kept_order = [d.name for d in model.definitions if d.keep_while is not None]

    def judged(
        self, lead: _Lead, scores: dict[str, int], contributions: tuple[Contribution, ...]
    ) -> LeadScore:
        """The whole result for scores that are settled."""
        bands: dict[str, str] = {}
        numbers: dict[str, int] = {}
        for name, starts, names in self._bands:
            number = bisect_right(starts, scores[name]) - 1
            numbers[name] = number = max(number, 0)
            bands[name] = names[number]
        overall = 0
        for name, weight in self._weights:
            overall += weight * scores[name]
        grade = self._grade(numbers)
        if not self._definitions:
            return LeadScore(scores, bands, overall, grade, {}, {}, contributions)
        met, kept = self._met(self._row(lead, scores, bands, overall, grade))
        return LeadScore(scores, bands, overall, grade, met, kept, contributions)

    def _grade(self, numbers: Mapping[str, int]) -> str | None:
        grade = self._model.grade
        if grade is None:
            return None
        return self._letters[numbers[grade.rows]] + self._digits[numbers[grade.columns]]

    def _row(
        self,
        lead: _Lead,
        scores: Mapping[str, int],
        bands: Mapping[str, str],
        overall: int,
        grade: str | None,
    ) -> dict[str, Value]:
        """Everything that a definition can ask about, by field."""
        row: dict[str, Value] = {**lead.attributes, GRADE: grade, _OVERALL: overall}
        for name, score, band in self._fields:
            row[score], row[band] = scores[name], bands[name]
        for counter, times, people in self._counts:
            row[times], row[people] = len(lead.ages[counter]), lead.people[counter]
        return row

    def _met(self, row: dict[str, Value]) -> tuple[dict[str, bool], dict[str, bool]]:
        met = dict.fromkeys(self._order, False)
        kept = dict.fromkeys(self._kept_order, False)
        for name, key, when, keep_while in self._definitions:
            row[key] = met[name] = when(row)
            if name in kept:
                kept[name] = met[name] or keep_while(row)
        return met, kept


_OVERALL = SCORE_PREFIX + OVERALL
_TIMES, _PEOPLE, _DEFINITION = "times#", "people#", "definition#"


def _letters(model: ScoringModel) -> list[str]:
    """The row letters of the grade by band, coldest first."""
    if model.grade is None:
        return []
    rows = model.dimension(model.grade.rows)
    return [letter(rows, number) for number in range(len(rows.bands))]


def _digits(model: ScoringModel) -> list[str]:
    """The column numbers of the grade by band, coldest first."""
    if model.grade is None:
        return []
    columns = model.dimension(model.grade.columns)
    return [digit(columns, number) for number in range(len(columns.bands))]


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
    if at_least_people <= 1:
        return lambda row: row[times] >= at_least_times  # type: ignore[operator]
    return lambda row: (
        row[times] >= at_least_times and row[people] >= at_least_people  # type: ignore[operator]
    )
