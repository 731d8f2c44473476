"""From rows to reasons, with every sum checked on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from leadscore.arithmetic import capped, clamped
from leadscore.errors import LeadScoreError
from leadscore.explain.values import (
    DefinitionOutcome,
    DimensionReasons,
    Explanation,
    LeadId,
    Line,
    LineKind,
    OverallTerm,
)
from leadscore.judgement import overall_weights
from leadscore.language import Names, Text, condition_text, rule_text
from leadscore.language.words import counted_points, is_polish, quoted
from leadscore.model import BehaviourRule, Dimension, Group, ScoringModel
from leadscore.results import DIMENSION_CAP, GROUP_CAP

Row = Mapping[str, object]


class DoesNotAddUp(LeadScoreError):
    """Contributions that do not give the score they came with; never shown as a reason."""


class Given(NamedTuple):
    """One row of contributions, whoever made it. Units: milli-points."""

    rule_id: str
    times: int
    latest_on: date | None
    raw: int
    milli: int


def explanation(
    model: ScoringModel, contributions: Iterable[Given], row: Row, as_of: int, lang: str = "en"
) -> Explanation:
    """Why one lead has its score.

    `row` is the lead's row of scores, `contributions` its lines in any order.
    Raises: DoesNotAddUp when the lines do not give the scores of the row; ValueError for a
    language that is not spoken here.
    """
    is_polish(lang)
    names = Names(lang, model)
    by_rule = _by_rule(model, contributions)
    dimensions = tuple(_dimension(model, d, by_rule, row, names) for d in model.dimensions)
    explained = Explanation(
        lead_id=_lead_id(row),
        lang=lang,
        time_zone=model.time_zone,
        as_of=as_of,
        dimensions=dimensions,
        overall_terms=_overall_terms(model, dimensions),
        overall_milli=integer(row, "overall_millipoints"),
        grade=_text_or_none(row, "grade"),
        definitions=tuple(_definitions(model, row, names)),
    )
    _check_overall(explained)
    return explained


ByRule = Mapping[str, Given]


def _by_rule(model: ScoringModel, contributions: Iterable[Given]) -> ByRule:
    by_rule: dict[str, Given] = {}
    for given in contributions:
        if given.rule_id in by_rule:
            raise DoesNotAddUp(f"two contributions of {given.rule_id}")
        by_rule[given.rule_id] = given
    if unknown := sorted(by_rule.keys() - set(_line_ids(model))):
        raise DoesNotAddUp(f"contributions of no rule or cap of {model.name}: {', '.join(unknown)}")
    return by_rule


def _line_ids(model: ScoringModel) -> Iterator[str]:
    yield from (rule.id for rule in model.rules)
    yield from (GROUP_CAP + group.name for group in model.groups)
    yield from (DIMENSION_CAP + dimension.name for dimension in model.dimensions)


def _dimension(
    model: ScoringModel, dimension: Dimension, by_rule: ByRule, row: Row, names: Names
) -> DimensionReasons:
    rules = list(_rule_lines(model, dimension, by_rule, names.lang))
    groups = [group for group in model.groups if group.dimension == dimension.name]
    group_caps = [
        line for group in groups for line in _group_cap(model, group, rules, by_rule, names)
    ]
    lines = [*rules, *group_caps]
    lines += _cap_line(
        DIMENSION_CAP + dimension.name,
        (dimension.min_milli, dimension.max_milli),
        sum(line.milli for line in lines),
        by_rule,
        _Limit(LineKind.DIMENSION_CAP, names.dimension(dimension.name), names.lang),
    )
    milli = integer(row, f"{dimension.name}_millipoints")
    if (total := sum(line.milli for line in lines)) != milli:
        raise DoesNotAddUp(f"{dimension.name}: the lines give {total}, the score is {milli}")
    band = str(row[f"{dimension.name}_band"])
    return DimensionReasons(
        name=dimension.name,
        label=_heading(names.dimension(dimension.name)),
        lines=tuple(lines),
        milli=milli,
        max_milli=dimension.max_milli,
        band=band,
        band_label=names.band(dimension.name, band),
    )


def _rule_lines(
    model: ScoringModel, dimension: Dimension, by_rule: ByRule, lang: str
) -> Iterator[Line]:
    for rule in model.rules:
        given = by_rule.get(rule.id)
        if given is None or rule.dimension != dimension.name:
            continue
        most = rule.max_points_milli if isinstance(rule, BehaviourRule) else None
        if capped(given.raw, most) != given.milli:
            raise DoesNotAddUp(f"{rule.id}: {given.raw} within its limit is not {given.milli}")
        label = rule_text(rule, lang, model)
        yield Line(
            rule.id, LineKind.RULE, label, given.times, given.latest_on, given.raw, given.milli
        )


def _group_cap(
    model: ScoringModel, group: Group, rules: Sequence[Line], by_rule: ByRule, names: Names
) -> list[Line]:
    members = {rule.id for rule in model.rules if rule.group == group.name}
    raw = sum(line.milli for line in rules if line.rule_id in members)
    limits = (group.min_milli, group.max_milli)
    limit = _Limit(LineKind.GROUP_CAP, names.group(group.name), names.lang)
    return _cap_line(GROUP_CAP + group.name, limits, raw, by_rule, limit)


class _Limit(NamedTuple):
    kind: LineKind
    label: str
    lang: str

    def text(self, low: int | None, raw: int, within: int) -> str:
        """What the limit says, and of what: at most 20 points for “E-mail”."""
        sentences = _LOW if low is not None and raw < low else _HIGH
        return (
            sentences[self.kind]
            .of(self.lang)
            .format(
                label=quoted(_heading(self.label), self.lang),
                points=counted_points(within, self.lang),
            )
        )


_HIGH = {
    LineKind.GROUP_CAP: Text(
        "Limit of the group {label}: at most {points}", "Limit grupy {label}: najwyżej {points}"
    ),
    LineKind.DIMENSION_CAP: Text(
        "Limit of {label}: at most {points}", "Limit wymiaru {label}: najwyżej {points}"
    ),
}
_LOW = {
    LineKind.GROUP_CAP: Text(
        "Limit of the group {label}: at least {points}", "Limit grupy {label}: co najmniej {points}"
    ),
    LineKind.DIMENSION_CAP: Text(
        "Limit of {label}: at least {points}", "Limit wymiaru {label}: co najmniej {points}"
    ),
}


def _cap_line(
    rule_id: str, limits: tuple[int | None, int | None], raw: int, by_rule: ByRule, limit: _Limit
) -> list[Line]:
    """The line of a cap, none where it changed nothing; either way it must be as contributed."""
    within = clamped(raw, *limits)
    given = by_rule.get(rule_id)
    found = (given.raw, given.milli) if given else (raw, 0)
    if found != (raw, within - raw):
        raise DoesNotAddUp(f"{rule_id}: {raw} becomes {within}, but the contributions say {found}")
    if given is None:
        return []
    label = limit.text(limits[0], raw, within)
    return [Line(rule_id, limit.kind, label, 0, None, raw, given.milli)]


def _overall_terms(
    model: ScoringModel, dimensions: Sequence[DimensionReasons]
) -> tuple[OverallTerm, ...]:
    by_name = {dimension.name: dimension for dimension in dimensions}
    return tuple(
        OverallTerm(name, by_name[name].label, weight, by_name[name].milli)
        for name, weight in overall_weights(model)
    )


def _check_overall(explained: Explanation) -> None:
    total = sum(term.weight * term.milli for term in explained.overall_terms)
    if total != explained.overall_milli:
        raise DoesNotAddUp(f"overall: the terms give {total}, it is {explained.overall_milli}")


def _definitions(model: ScoringModel, row: Row, names: Names) -> Iterator[DefinitionOutcome]:
    for definition in model.definitions:
        kept = row.get(f"{definition.name}_kept") if definition.keep_while is not None else None
        yield DefinitionOutcome(
            name=definition.name,
            label=_heading(names.definition(definition.name)),
            condition=condition_text(definition.when, names.lang, model),
            is_met=bool(row[definition.name]),
            is_kept=None if kept is None else bool(kept),
        )


def _heading(label: str) -> str:
    """A label as a title; a bare name gets its first letter large and its underscores open."""
    text = label.replace("_", " ") if label.islower() else label
    return text[:1].upper() + text[1:]


def _lead_id(row: Row) -> LeadId:
    lead_id = row["lead_id"]
    return lead_id if isinstance(lead_id, int) else str(lead_id)


def integer(row: Row, name: str) -> int:
    """A whole number of a row.

    Raises: DoesNotAddUp when it is none.
    """
    value = row[name]
    if not isinstance(value, int):
        raise DoesNotAddUp(f"{name} is {value!r}, not a whole number")
    return value


def _text_or_none(row: Row, name: str) -> str | None:
    value = row.get(name)
    return None if value is None else str(value)
