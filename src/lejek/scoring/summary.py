"""A model in words: its dimensions with their rules and bands, its definitions.

In: a model, a language. Out: frozen values for pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadscore.language import Names, condition_text, rule_text
from leadscore.language.words import capitalised
from leadscore.model import Dimension, Rule, ScoringModel
from lejek.scoring.difference import sentence
from lejek.scoring.rule_form import kind_of


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule as a list shows it. Units: milli-points."""

    id: str
    kind: str
    label: str
    sentence: str
    milli: int
    group: str
    limit_milli: int | None
    is_changed: bool


@dataclass(frozen=True, slots=True)
class BandLine:
    """A band, and where the next one begins. Units: milli-points."""

    name: str
    label: str
    from_milli: int
    number: int


@dataclass(frozen=True, slots=True)
class DimensionSummary:
    """A dimension with its rules."""

    name: str
    label: str
    min_milli: int
    max_milli: int
    bands: tuple[BandLine, ...]
    rules: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True)
class DefinitionLine:
    """A definition in words."""

    name: str
    label: str
    when: str
    keep_while: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A model in words."""

    name: str
    label: str
    dimensions: tuple[DimensionSummary, ...]
    definitions: tuple[DefinitionLine, ...]
    n_rules: int


def summary_of(model: ScoringModel, lang: str, before: ScoringModel | None = None) -> Summary:
    """A model in words; rules that differ from those of `before` are marked."""
    old = {} if before is None else {rule.id: rule for rule in before.rules}
    names = Names(lang, model)
    return Summary(
        name=model.name,
        label=model.label.get(lang, model.name),
        dimensions=tuple(
            _dimension(model, dimension, old if before else None, names)
            for dimension in model.dimensions
        ),
        definitions=tuple(
            DefinitionLine(
                each.name,
                capitalised(names.definition(each.name)),
                condition_text(each.when, lang, model),
                "" if each.keep_while is None else condition_text(each.keep_while, lang, model),
            )
            for each in model.definitions
        ),
        n_rules=len(model.rules),
    )


def _dimension(
    model: ScoringModel, dimension: Dimension, old: Mapping[str, Rule] | None, names: Names
) -> DimensionSummary:
    return DimensionSummary(
        name=dimension.name,
        label=capitalised(names.dimension(dimension.name)),
        min_milli=dimension.min_milli,
        max_milli=dimension.max_milli,
        bands=tuple(
            BandLine(band.name, names.band(dimension.name, band.name), band.from_milli, number)
            for number, band in enumerate(dimension.bands)
        ),
        rules=tuple(
            _rule(rule, model, old is not None and old.get(rule.id) != rule, names)
            for rule in model.rules
            if rule.dimension == dimension.name
        ),
    )


def _rule(rule: Rule, model: ScoringModel, is_changed: bool, names: Names) -> RuleLine:
    lang = names.lang
    return RuleLine(
        rule.id,
        kind_of(rule),
        rule_text(rule, lang, model),
        sentence(rule, lang, model),
        rule.points_milli,
        "" if rule.group is None else names.group(rule.group),
        getattr(rule, "max_points_milli", None),
        is_changed,
    )
