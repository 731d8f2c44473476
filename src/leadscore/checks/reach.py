"""How far scores can go: an interval for each dimension, from its rules and caps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from leadscore.arithmetic import clamped, points_text
from leadscore.checks.problem import Places, Problem, Severity, kind
from leadscore.model import BehaviourRule, Dimension, Rule, ScoringModel

Bound = int | float
"""Milli-points, or an infinity."""


@dataclass(frozen=True, slots=True)
class Span:
    """All milli-points from `low` to `high`, both included."""

    low: Bound = -math.inf
    high: Bound = math.inf

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies between the ends."""
        return self.low > self.high

    def meet(self, other: Span) -> Span:
        """What lies in both."""
        return Span(max(self.low, other.low), min(self.high, other.high))

    def plus(self, other: Span) -> Span:
        """The sums of both."""
        return Span(self.low + other.low, self.high + other.high)

    def times(self, weight: int) -> Span:
        """All of it so many times; `weight` is above zero."""
        return Span(self.low * weight, self.high * weight)

    def limited(self, low: int | None, high: int | None) -> Span:
        """What becomes of it under a cap."""
        return Span(_limit(self.low, low, high), _limit(self.high, low, high))


def _limit(bound: Bound, low: int | None, high: int | None) -> Bound:
    if isinstance(bound, int):
        return clamped(bound, low, high)
    edge = low if bound < 0 else high
    return bound if edge is None else edge


ZERO = Span(0, 0)


@kind
class UnreachableBand(Problem):
    """A band that no lead can be in, whatever its rules give."""

    code: ClassVar[str] = "unreachable-band"
    severity: ClassVar[Severity] = Severity.WARNING
    dimension: str
    low: str
    high: str


def rule_span(rule: Rule) -> Span:
    """What a single rule can give."""
    most: Bound = rule.points_milli
    if isinstance(rule, BehaviourRule):
        size: Bound = math.inf
        if rule.max_times is not None:
            size = abs(rule.points_milli) * rule.max_times
        if rule.max_points_milli is not None:
            size = min(size, rule.max_points_milli)
        most = size if rule.points_milli > 0 else -size
    return Span(min(0, most), max(0, most))


def reachable(model: ScoringModel) -> dict[str, Span]:
    """The span of each dimension under its rules, groups and cap; never too narrow.

    Rules are taken to be independent of each other.
    """
    loose: dict[str, Span] = {dimension.name: ZERO for dimension in model.dimensions}
    grouped: dict[str, Span] = {group.name: ZERO for group in model.groups}
    for rule in model.rules:
        sums, name = (grouped, rule.group) if rule.group in grouped else (loose, rule.dimension)
        if name in sums:
            sums[name] = sums[name].plus(rule_span(rule))
    for group in model.groups:
        if group.dimension in loose:
            limited = grouped[group.name].limited(group.min_milli, group.max_milli)
            loose[group.dimension] = loose[group.dimension].plus(limited)
    return {
        dimension.name: loose[dimension.name].limited(dimension.min_milli, dimension.max_milli)
        for dimension in model.dimensions
    }


def weighted(spans: Mapping[str, Span], parts: Mapping[str, int]) -> Span:
    """The span of a weighted sum."""
    total = ZERO
    for name, weight in parts.items():
        if name in spans:
            total = total.plus(spans[name].times(weight))
    return total


def band_spans(dimension: Dimension) -> dict[str, Span]:
    """The scores of each band; the outer ones go on without end."""
    starts: list[Bound] = [band.from_milli for band in dimension.bands]
    edges = [-math.inf, *starts[1:], math.inf]
    ends = pairwise(edges)
    return {
        band.name: Span(low, high if math.isinf(high) else high - 1)
        for band, (low, high) in zip(dimension.bands, ends, strict=True)
    }


def band_problems_of_reach(model: ScoringModel, places: Places) -> Iterator[Problem]:
    """Warnings about bands that stay empty. A dimension without rules has its own warning."""
    spans = reachable(model)
    used = {rule.dimension for rule in model.rules}
    for dimension in model.dimensions:
        if dimension.name not in used:
            continue
        span, inside = spans[dimension.name], band_spans(dimension)
        for band in dimension.bands:
            if inside[band.name].meet(span).is_empty:
                yield UnreachableBand(
                    at=places.of(band, "from"),
                    found=band.name,
                    dimension=dimension.name,
                    low=span_end(span.low),
                    high=span_end(span.high),
                )


def span_end(bound: Bound) -> str:
    """An end of a span in points."""
    if isinstance(bound, int):
        return points_text(bound)
    return "∞" if bound > 0 else "-∞"
