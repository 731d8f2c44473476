"""What can be wrong with the effect of rules: caps, windows and half-lives that defeat them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from leadscore.arithmetic import last_weighted_age, points_text
from leadscore.checks.problem import Places, Problem, Severity, kind
from leadscore.checks.references import DimensionWithoutRules, UnusedGroup
from leadscore.model import BehaviourRule, Dimension, Group, Rule, ScoringModel


@kind
class ShadowedByCap(Problem):
    """A rule whose own cap already cuts its first touchpoint."""

    code: ClassVar[str] = "shadowed-by-cap"
    severity: ClassVar[Severity] = Severity.WARNING
    points: str


@kind
class ShadowedByGroup(Problem):
    """A rule whose group cuts its points even when it is the only one."""

    code: ClassVar[str] = "shadowed-by-group"
    severity: ClassVar[Severity] = Severity.WARNING
    group: str
    limit: str


@kind
class ShadowedByDimension(Problem):
    """A rule that gives more points than its dimension can have."""

    code: ClassVar[str] = "shadowed-by-dimension"
    severity: ClassVar[Severity] = Severity.WARNING
    dimension: str
    maximum: str


@kind
class CapNeverReached(Problem):
    """A cap above everything that the counted touchpoints can give."""

    code: ClassVar[str] = "cap-never-reached"
    severity: ClassVar[Severity] = Severity.WARNING
    most: str


@kind
class HalfLifeTooLong(Problem):
    """A half-life so long that points hardly fall before the window ends."""

    code: ClassVar[str] = "half-life-too-long"
    severity: ClassVar[Severity] = Severity.WARNING
    within: int


@kind
class WindowOutlivesDecay(Problem):
    """A window that goes on when nothing is left of the points."""

    code: ClassVar[str] = "window-outlives-decay"
    severity: ClassVar[Severity] = Severity.WARNING
    half_life: int
    last_day: int


_LONGEST_IN_WINDOWS = 2
"""A half-life of more windows than this takes less than a third of the points by the end."""


def effect_problems(model: ScoringModel, places: Places) -> Iterator[Problem]:
    """Warnings about rules whose limits get in each other's way."""
    dimensions = {dimension.name: dimension for dimension in model.dimensions}
    groups = {group.name: group for group in model.groups}
    for rule in model.rules:
        yield from _limit_problems(rule, places, dimensions, groups)
        if isinstance(rule, BehaviourRule):
            yield from _cap_problems(rule, places)
            yield from _decay_problems(rule, places)


def unused_problems(model: ScoringModel, places: Places) -> Iterator[Problem]:
    """Warnings about groups and dimensions that no rule names."""
    used_groups = {rule.group for rule in model.rules}
    used_dimensions = {rule.dimension for rule in model.rules}
    for group in model.groups:
        if group.name not in used_groups:
            yield UnusedGroup(at=places.of(group), found=group.name)
    for dimension in model.dimensions:
        if dimension.name not in used_dimensions:
            yield DimensionWithoutRules(at=places.of(dimension), found=dimension.name)


def _limit_problems(
    rule: Rule, places: Places, dimensions: Mapping[str, Dimension], groups: Mapping[str, Group]
) -> Iterator[Problem]:
    """Limits that cut a rule which stands alone.

    Negative points may well exceed the range: that is how a model says "never mind the rest".
    """
    points, found = rule.points_milli, points_text(rule.points_milli)
    dimension = dimensions.get(rule.dimension)
    if dimension is not None and points > max(dimension.max_milli, 0):
        yield ShadowedByDimension(
            at=places.of(rule, "points"),
            found=found,
            dimension=dimension.name,
            maximum=points_text(dimension.max_milli),
        )
    group = groups.get(rule.group or "")
    limit = None if group is None else group.max_milli if points > 0 else group.min_milli
    if group is not None and limit is not None and abs(points) > abs(limit):
        yield ShadowedByGroup(
            at=places.of(rule, "points"), found=found, group=group.name, limit=points_text(limit)
        )


def _cap_problems(rule: BehaviourRule, places: Places) -> Iterator[Problem]:
    cap, size = rule.max_points_milli, abs(rule.points_milli)
    if cap is None:
        return
    at, found = places.of(rule, "max_points"), points_text(cap)
    if size > cap:
        yield ShadowedByCap(at=at, found=found, points=points_text(rule.points_milli))
    elif rule.max_times is not None and size * rule.max_times < cap:
        yield CapNeverReached(at=at, found=found, most=points_text(size * rule.max_times))


def _decay_problems(rule: BehaviourRule, places: Places) -> Iterator[Problem]:
    within, half_life = rule.selection.within, rule.half_life
    if within is None or half_life is None:
        return
    if half_life > _LONGEST_IN_WINDOWS * within:
        at = places.of(rule, "half_life")
        yield HalfLifeTooLong(at=at, found=str(half_life), within=within)
    if within - 1 > (last_age := last_weighted_age(half_life)):
        at = places.of(rule, "within")
        yield WindowOutlivesDecay(
            at=at, found=str(within), half_life=half_life, last_day=last_age + 1
        )
