"""From counts to scores: points, caps, bands, grade, definitions, for a block of leads at once.

In: a block of leads with their attributes and counts. Out: the rows of scores and contributions.
The same arithmetic as `live`, a column of leads at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadscore.arithmetic import WEIGHT_BITS, max_weight_sum
from leadscore.conditions import (
    BAND_PREFIX,
    GRADE,
    OVERALL,
    SCORE_PREFIX,
    Comparison,
    DefinitionMet,
    Leaf,
    Scope,
    TouchpointCount,
    test_of,
)
from leadscore.fields import COMPANY_ID
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
from leadscore.relational.counts import Counts, Tally
from leadscore.relational.vectors import Attributes, Numbers, Truths, compare_numbers, holds
from leadscore.results import DIMENSION_CAP, GROUP_CAP, contribution_schema, score_schema

CountHolds = Callable[[TouchpointCount, int], Truths]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the explanation for the leads that have it.

    Shape: `leads` are lead numbers in the block; the other columns have as many values.
    Units: milli-points; `latest` local day numbers, None where the line has no date.
    """

    name: str
    leads: Numbers
    times: Numbers
    raw: Numbers
    milli: Numbers
    latest: Numbers | None = None
    has_latest: Truths | None = None


class Block:
    """A block of leads on its way from counts to scores."""

    def __init__(
        self, model: ScoringModel, leads: pa.Table, counts: Counts, today: int, *, lines: bool
    ) -> None:
        self._model, self._leads, self._counts, self._today = model, leads, counts, today
        self._size = leads.num_rows
        self._attributes = Attributes(leads)
        self._lines: list[Line] | None = [] if lines else None

    def finished(self) -> tuple[pa.Table, pa.Table | None]:
        """The rows of scores and, where lines were asked for, of contributions."""
        scores = {d.name: self._dimension(d) for d in self._model.dimensions}
        table = self._score_table(scores)
        return table, None if self._lines is None else self._contribution_table(self._lines)

    # Points

    def _dimension(self, dimension: Dimension) -> Numbers:
        total = np.zeros(self._size, np.int64)
        groups = [group for group in self._model.groups if group.dimension == dimension.name]
        sums = {group.name: np.zeros(self._size, np.int64) for group in groups}
        for number, rule in enumerate(self._model.rules):
            if rule.dimension == dimension.name:
                self._add_points(number, rule, total if rule.group is None else sums[rule.group])
        for group in groups:
            line = GROUP_CAP + group.name
            total += self._capped(line, sums[group.name], group.min_milli, group.max_milli)
        line = DIMENSION_CAP + dimension.name
        return self._capped(line, total, dimension.min_milli, dimension.max_milli)

    def _add_points(self, number: int, rule: Rule, into: Numbers) -> None:
        """Add what a rule gives to the leads that it gives anything."""
        if isinstance(rule, AttributeRule):
            held = holds(rule.when, self._attribute_leaf, self._size)
            self._add_once(rule, np.flatnonzero(held), None, into)
            return
        counter = self._counts.need.of_rule[number]
        if counter is None:
            raise TypeError(f"rule {rule.id} counts touchpoints but has no counter")
        tally = self._counts.of(counter)
        if isinstance(rule, BehaviourRule):
            self._add_behaviour(rule, tally, into)
        elif isinstance(rule, FrequencyRule):
            reached = _chosen(tally, np.flatnonzero(_reaches(rule.count, tally)))
            self._add_once(rule, reached.leads, reached, into)
        else:
            self._add_silence(rule, tally, self._counts.need.evidence_of_rule[number], into)

    def _attribute_leaf(self, leaf: Leaf) -> Truths:
        if not isinstance(leaf, Comparison):
            raise TypeError(f"{leaf} is no comparison of an attribute")
        return self._attributes.compare(leaf)

    def _add_behaviour(self, rule: BehaviourRule, tally: Tally, into: Numbers) -> None:
        times, weight = tally.times, tally.weight
        if rule.half_life is None:
            times = times if rule.max_times is None else np.minimum(times, rule.max_times)
            weight = times << WEIGHT_BITS
        points = abs(rule.points_milli)
        raw = (np.minimum(weight, max_weight_sum(points)) * points) >> WEIGHT_BITS
        most = rule.max_points_milli
        milli = raw if most is None else np.minimum(raw, most)
        if rule.points_milli < 0:
            raw, milli = -raw, -milli
        into[tally.leads] += milli
        self._add_line(Line(rule.id, tally.leads, times, raw, milli, self._today - tally.newest))

    def _add_silence(
        self, rule: SilenceRule, tally: Tally, evidence: int | None, into: Numbers
    ) -> None:
        silent = np.ones(self._size, np.bool_)
        silent[tally.leads] = False
        if rule.selection.scope is Scope.COMPANY:
            silent &= self._attributes.is_present(COMPANY_ID)
        ever = None if evidence is None else self._counts.of(evidence)
        self._add_once(rule, np.flatnonzero(silent), ever, into)

    def _add_once(self, rule: Rule, leads: Numbers, ever: Tally | None, into: Numbers) -> None:
        """Add the points of a rule that gives them once; `ever` tells when it last happened."""
        into[leads] += rule.points_milli
        if self._lines is None:
            return
        milli = np.full(len(leads), rule.points_milli, np.int64)
        times = np.full(len(leads), isinstance(rule, AttributeRule), np.int64)
        if isinstance(rule, FrequencyRule) and ever is not None:
            times = ever.times
        latest, has_latest = self._latest(leads, ever)
        self._add_line(Line(rule.id, leads, times, milli, milli, latest, has_latest))

    def _latest(self, leads: Numbers, ever: Tally | None) -> tuple[Numbers, Truths]:
        """The local day on which something last happened to some leads, and whether it ever did."""
        latest, has_latest = np.zeros(self._size, np.int64), np.zeros(self._size, np.bool_)
        if ever is not None:
            latest[ever.leads], has_latest[ever.leads] = self._today - ever.newest, True
        return latest[leads], has_latest[leads]

    def _add_line(self, line: Line) -> None:
        if self._lines is not None:
            self._lines.append(line)

    def _count_holds(self, count: TouchpointCount, counter: int) -> Truths:
        tally = self._counts.of(counter)
        held = np.zeros(self._size, np.bool_)
        held[tally.leads] = _reaches(count, tally)
        return held

    def _capped(self, name: str, raw: Numbers, low: int | None, high: int | None) -> Numbers:
        within = raw
        if low is not None:
            within = np.maximum(within, low)
        if high is not None:
            within = np.minimum(within, high)
        if self._lines is not None:
            leads = np.flatnonzero(within != raw)
            change = (within - raw)[leads]
            self._add_line(Line(name, leads, np.zeros_like(leads), raw[leads], change))
        return within

    # Judgement

    def _score_table(self, scores: dict[str, Numbers]) -> pa.Table:
        bands = {d.name: _band_numbers(d, scores[d.name]) for d in self._model.dimensions}
        overall = np.zeros(self._size, np.int64)
        for name, weight in overall_weights(self._model):
            overall += weight * scores[name]
        judge = _Judge(
            self._model, self._attributes, self._counts, scores, bands, overall, self._count_holds
        )
        ids = self._leads.column("lead_id")
        schema = score_schema(self._model, ids.type)
        columns: dict[str, pa.Array | pa.ChunkedArray | npt.NDArray[np.generic]] = {"lead_id": ids}
        for dimension in self._model.dimensions:
            columns[f"{dimension.name}_millipoints"] = scores[dimension.name]
            names = [band.name for band in dimension.bands]
            columns[f"{dimension.name}_band"] = _named(bands[dimension.name], names)
        columns["overall_millipoints"] = overall
        columns[GRADE] = judge.grades()
        columns.update(judge.definitions())
        return pa.table({name: columns[name] for name in schema.names}, schema=schema)

    def _contribution_table(self, lines: list[Line]) -> pa.Table:
        leads = np.concatenate([line.leads for line in lines])
        names = np.repeat(np.arange(len(lines)), [len(line.leads) for line in lines])
        order = _in_order(leads)
        ids = self._leads.column("lead_id").combine_chunks()
        latest, dated = _latest_column(lines)
        return pa.table(
            [
                ids.take(pa.array(leads[order])),
                _named(names[order], [line.name for line in lines]),
                np.concatenate([line.times for line in lines])[order],
                pa.array(latest[order].astype(np.int32), mask=~dated[order]).cast(pa.date32()),
                np.concatenate([line.raw for line in lines])[order],
                np.concatenate([line.milli for line in lines])[order],
            ],
            schema=contribution_schema(ids.type),
        )


def _in_order(leads: Numbers) -> Numbers:
    """The rows in the order of leads, those of one lead as they come.

    Each lead and its row make one number: whole numbers are sorted several times faster than rows.
    """
    bits = len(leads).bit_length()
    order: Numbers = np.sort(leads << bits | np.arange(len(leads))) & ((1 << bits) - 1)
    return order


def _latest_column(lines: list[Line]) -> tuple[Numbers, Truths]:
    days, dated = [], []
    for line in lines:
        size = len(line.leads)
        days.append(np.zeros(size, np.int64) if line.latest is None else line.latest)
        if line.has_latest is not None:
            dated.append(line.has_latest)
        else:
            dated.append(np.full(size, line.latest is not None))
    return np.concatenate(days), np.concatenate(dated)


def _reaches(count: TouchpointCount, tally: Tally) -> Truths:
    """Which leads of a tally have as much as is asked for."""
    reached: Truths = (tally.times >= count.at_least) & (tally.people >= count.people)
    return reached


def _chosen(tally: Tally, rows: Numbers) -> Tally:
    return Tally(
        tally.leads[rows],
        tally.times[rows],
        tally.weight[rows],
        tally.newest[rows],
        tally.people[rows],
    )


def _named(numbers: Numbers, names: list[str]) -> pa.Array:
    """Texts for numbers that count them."""
    encoded = pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32)), pa.array(names))
    return encoded.cast(pa.string())


def _band_numbers(dimension: Dimension, scores: Numbers) -> Numbers:
    starts = np.array([band.from_milli for band in dimension.bands])
    return np.maximum(0, np.searchsorted(starts, scores, side="right") - 1)


class _Judge:
    """Grade and definitions of a block of leads."""

    def __init__(
        self,
        model: ScoringModel,
        attributes: Attributes,
        counts: Counts,
        scores: dict[str, Numbers],
        bands: dict[str, Numbers],
        overall: Numbers,
        count_holds: CountHolds,
    ) -> None:
        self._model, self._attributes, self._counts = model, attributes, counts
        self._scores, self._bands = {**scores, OVERALL: overall}, bands
        self._count_holds = count_holds
        self._size = len(overall)
        self._met: dict[str, Truths] = {}

    def grades(self) -> pa.Array:
        """The grade of each lead; null without a declared grade."""
        grade = self._model.grade
        if grade is None:
            return pa.nulls(self._size, pa.string())
        names, numbers = self._grade_numbers(grade.rows, grade.columns)
        return _named(numbers, names)

    def _grade_numbers(self, rows: str, columns: str) -> tuple[list[str], Numbers]:
        row, column = self._model.dimension(rows), self._model.dimension(columns)
        width = len(column.bands)
        names = [
            letter(row, r) + digit(column, c) for r in range(len(row.bands)) for c in range(width)
        ]
        return names, self._bands[rows] * width + self._bands[columns]

    def definitions(self) -> dict[str, Truths]:
        """By column, where each definition is met, and where one that was met is kept."""
        kept: dict[str, Truths] = {}
        for definition in in_order(self._model.definitions):
            met = self._met[definition.name] = holds(definition.when, self._leaf, self._size)
            if definition.keep_while is not None:
                keeps = holds(definition.keep_while, self._leaf, self._size)
                kept[f"{definition.name}_kept"] = met | keeps
        return {**self._met, **kept}

    def _leaf(self, leaf: Leaf) -> Truths:
        if isinstance(leaf, DefinitionMet):
            return self._met[leaf.name]
        if isinstance(leaf, TouchpointCount):
            return self._count_holds(leaf, self._counts.need.of_condition[leaf])
        if leaf.field.startswith(SCORE_PREFIX):
            return self._compare_score(leaf)
        if leaf.field.startswith(BAND_PREFIX):
            name = leaf.field.removeprefix(BAND_PREFIX)
            names = [band.name for band in self._model.dimension(name).bands]
            return _compare_names(leaf, names, self._bands[name])
        if leaf.field == GRADE:
            return self._compare_grade(leaf)
        return self._attributes.compare(leaf)

    def _compare_score(self, leaf: Comparison) -> Truths:
        test = test_of(in_milli(leaf))
        scores = self._scores[leaf.field.removeprefix(SCORE_PREFIX)]
        if isinstance(leaf.operand, bool):
            return np.full(self._size, test(0), np.bool_)
        return compare_numbers(in_milli(leaf), scores)

    def _compare_grade(self, leaf: Comparison) -> Truths:
        grade = self._model.grade
        if grade is None:
            return np.full(self._size, test_of(leaf)(None), np.bool_)
        return _compare_names(leaf, *self._grade_numbers(grade.rows, grade.columns))


def _compare_names(leaf: Comparison, names: list[str], numbers: Numbers) -> Truths:
    test = test_of(leaf)
    answers: Truths = np.array([test(name) for name in names], np.bool_)[numbers]
    return answers
