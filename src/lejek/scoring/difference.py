"""What differs between two scoring models: in words, and line by line.

In: two models or documents. Out: changes, each a sentence in Polish or English; a unified diff.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from leadscore.conditions import Condition
from leadscore.document import as_data, read_model, write_yaml
from leadscore.document.writing import condition_data
from leadscore.language import Names, condition_text, rule_text
from leadscore.language.words import capitalised, points, signed_points
from leadscore.model import (
    Band,
    BehaviourRule,
    Definition,
    Dimension,
    Group,
    Labels,
    Rule,
    ScoringModel,
)

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. `kind` is added, removed or changed."""

    kind: str
    subject: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a unified diff; `sign` is +, -, @ or a space."""

    sign: str
    text: str


def sentence(rule: Rule, lang: str, model: ScoringModel) -> str:
    """What a rule gives points for, in words, whatever its label says."""
    return rule_text(replace(rule, label={}), lang, model)


def document_difference(before: str, after: str) -> list[DiffLine]:
    """How a document differs from another, line by line; comments and layout do not count.

    While one of them cannot be read, everything counts.
    """
    models = [read_model(document).model for document in (before, after)]
    texts = [
        document if None in models else write_yaml(model) if model is not None else document
        for document, model in zip((before, after), models, strict=True)
    ]
    lines = difflib.unified_diff(texts[0].splitlines(), texts[1].splitlines(), lineterm="", n=2)
    return [DiffLine(line[:1], line[1:]) for line in lines if not line.startswith(("---", "+++"))]


def changes(before: ScoringModel, after: ScoringModel, lang: str) -> list[Change]:
    """What differs, in words: rules first, then the scale, definitions and the model itself.

    Another order of rules, dimensions, groups or definitions is no difference.
    """
    return [
        *_rules(before, after, lang),
        *_scale(before, after, lang),
        *_definitions(before, after, lang),
        *_itself(before, after),
    ]


def _rules(before: ScoringModel, after: ScoringModel, lang: str) -> Iterator[Change]:
    old = {rule.id: rule for rule in before.rules}
    new = {rule.id: rule for rule in after.rules}
    for rule in after.rules:
        if rule.id not in old:
            yield Change(ADDED, _subject(rule, after, lang), (_whole(rule, after, lang),))
        elif old[rule.id] != rule:
            details = tuple(_rule_details(old[rule.id], rule, before, after, lang))
            yield Change(CHANGED, _subject(rule, after, lang), details)
    for rule in before.rules:
        if rule.id not in new:
            yield Change(REMOVED, _subject(rule, before, lang), (_whole(rule, before, lang),))


def _subject(rule: Rule, model: ScoringModel, lang: str) -> str:
    return rule_text(rule, lang, model)


def _whole(rule: Rule, model: ScoringModel, lang: str) -> str:
    dimension = Names(lang, model).dimension(rule.dimension)
    points_ = signed_points(rule.points_milli, lang)
    return f"{capitalised(dimension)}: {points_} – {sentence(rule, lang, model)}"


def _rule_details(
    old: Rule, new: Rule, before: ScoringModel, after: ScoringModel, lang: str
) -> Iterator[str]:
    if old.points_milli != new.points_milli:
        yield _arrow(
            _("points"),
            signed_points(old.points_milli, lang),
            signed_points(new.points_milli, lang),
        )
    names = Names(lang, before), Names(lang, after)
    if old.dimension != new.dimension:
        yield _arrow(
            _("dimension"), names[0].dimension(old.dimension), names[1].dimension(new.dimension)
        )
    if old.group != new.group:
        yield _arrow(_("group"), _group_name(old, names[0]), _group_name(new, names[1]))
    yield from _occasion_details(old, new, before, after, lang)
    yield from _limit_details(_("at most points"), _limit(old), _limit(new), lang)
    yield from _label_details(old.label, new.label)


def _group_name(rule: Rule, names: Names) -> str:
    return "–" if rule.group is None else names.group(rule.group)


def _limit(rule: Rule) -> int | None:
    return rule.max_points_milli if isinstance(rule, BehaviourRule) else None


_TOLD_APART = frozenset({"id", "dimension", "group", "points", "max_points", "label"})
"""The keys of a rule that say nothing of what it gives points for."""


def _occasion_details(
    old: Rule, new: Rule, before: ScoringModel, after: ScoringModel, lang: str
) -> Iterator[str]:
    """What a rule gives points for; as the document says it, where the words are the same."""
    sentences = sentence(old, lang, before), sentence(new, lang, after)
    if sentences[0] != sentences[1]:
        yield _arrow(_("gives points for"), *sentences)
        return
    said = [_document_of(rule.id, model) for rule, model in ((old, before), (new, after))]
    for key in dict.fromkeys([*said[0], *said[1]]):
        if key not in _TOLD_APART and said[0].get(key) != said[1].get(key):
            yield _arrow(key, _as_said(said[0].get(key)), _as_said(said[1].get(key)))


def _document_of(rule_id: str, model: ScoringModel) -> Mapping[str, object]:
    alone = replace(model, rules=(model.rule(rule_id),))
    rules: Any = as_data(alone)["rules"]
    said: dict[str, object] = rules[0]
    return said


def _as_said(value: object) -> str:
    """A part of a document as it stands there."""
    return "–" if value is None else json.dumps(value, ensure_ascii=False)


def _condition_details(
    what: str,
    old: Condition | None,
    new: Condition | None,
    models: tuple[ScoringModel, ScoringModel],
    lang: str,
) -> Iterator[str]:
    """A condition before and after; as the document says it, where the words are the same."""
    data = [None if each is None else condition_data(each) for each in (old, new)]
    if _as_said(data[0]) == _as_said(data[1]):
        return
    words = [
        "–" if each is None else condition_text(each, lang, model)
        for each, model in zip((old, new), models, strict=True)
    ]
    shown = words if words[0] != words[1] else [_as_said(each) for each in data]
    yield _arrow(what, shown[0], shown[1])


def _limit_details(what: str, old: int | None, new: int | None, lang: str) -> Iterator[str]:
    if old != new:
        shown = ["–" if each is None else points(each, lang) for each in (old, new)]
        yield _arrow(what, shown[0], shown[1])


def _label_details(old: Labels, new: Labels) -> Iterator[str]:
    for lang in dict.fromkeys([*old, *new]):
        if old.get(lang) != new.get(lang):
            yield _arrow(f"{_('label')} ({lang})", old.get(lang, "–"), new.get(lang, "–"))


def _arrow(what: str, old: str, new: str) -> str:
    return f"{what}: {old} → {new}"


def _scale(before: ScoringModel, after: ScoringModel, lang: str) -> Iterator[Change]:
    yield from _dimensions(before, after, lang)
    yield from _groups(before, after, lang)
    if before.overall != after.overall:
        pair = [", ".join(f"{n} × {w}" for n, w in m.overall) or "–" for m in (before, after)]
        yield Change(CHANGED, _("Overall score"), (_arrow(_("weights"), pair[0], pair[1]),))
    if before.grade != after.grade:
        shown = [f"{m.grade.rows} × {m.grade.columns}" if m.grade else "–" for m in (before, after)]
        yield Change(CHANGED, _("Grade"), (_arrow(_("made of"), shown[0], shown[1]),))


def _dimensions(before: ScoringModel, after: ScoringModel, lang: str) -> Iterator[Change]:
    old = {each.name: each for each in before.dimensions}
    names = Names(lang, after)
    for dimension in after.dimensions:
        subject = _("Dimension %(name)s") % {"name": capitalised(names.dimension(dimension.name))}
        if dimension.name not in old:
            yield Change(ADDED, subject)
        elif old[dimension.name] != dimension:
            details = tuple(_dimension_details(old[dimension.name], dimension, lang))
            yield Change(CHANGED, subject, details)
    kept = {each.name for each in after.dimensions}
    for name in (name for name in old if name not in kept):
        label = capitalised(Names(lang, before).dimension(name))
        yield Change(REMOVED, _("Dimension %(name)s") % {"name": label})


def _dimension_details(old: Dimension, new: Dimension, lang: str) -> Iterator[str]:
    if (old.min_milli, old.max_milli) != (new.min_milli, new.max_milli):
        shown = [f"{points(d.min_milli, lang)}–{points(d.max_milli, lang)}" for d in (old, new)]
        yield _arrow(_("limits"), shown[0], shown[1])
    if [_edge(band) for band in old.bands] != [_edge(band) for band in new.bands]:
        shown = [
            ", ".join(f"{_band_name(b, lang)} ≥ {points(b.from_milli, lang)}" for b in d.bands)
            for d in (old, new)
        ]
        yield _arrow(_("bands"), shown[0], shown[1])
    labels = {band.name: band.label for band in old.bands}
    for band in new.bands:
        if band.name in labels:
            for detail in _label_details(labels[band.name], band.label):
                yield f"{band.name}: {detail}"
    yield from _label_details(old.label, new.label)


def _edge(band: Band) -> tuple[str, int]:
    return band.name, band.from_milli


def _band_name(band: Band, lang: str) -> str:
    """What a band is called, and its name in the document where that is another."""
    label = band.label.get(lang, band.name)
    return label if label == band.name else f"{label} ({band.name})"


def _groups(before: ScoringModel, after: ScoringModel, lang: str) -> Iterator[Change]:
    old, new = ({g.name: g for g in model.groups} for model in (before, after))
    names = Names(lang, before), Names(lang, after)
    for name in dict.fromkeys([*new, *old]):
        was, now = old.get(name), new.get(name)
        label = names[0 if now is None else 1].group(name)
        subject = _("Group %(name)s") % {"name": label}
        if was is None or now is None:
            yield Change(REMOVED if now is None else ADDED, subject)
        elif was != now:
            yield Change(CHANGED, subject, tuple(_group_details(was, now, names, lang)))


def _group_details(old: Group, new: Group, names: tuple[Names, Names], lang: str) -> Iterator[str]:
    if old.dimension != new.dimension:
        yield _arrow(
            _("dimension"), names[0].dimension(old.dimension), names[1].dimension(new.dimension)
        )
    yield from _limit_details(_("at least points"), old.min_milli, new.min_milli, lang)
    yield from _limit_details(_("at most points"), old.max_milli, new.max_milli, lang)
    yield from _label_details(old.label, new.label)


def _definitions(before: ScoringModel, after: ScoringModel, lang: str) -> Iterator[Change]:
    old = {each.name: each for each in before.definitions}
    names = Names(lang, after)
    for each in after.definitions:
        subject = capitalised(names.definition(each.name))
        if each.name not in old:
            yield Change(ADDED, subject, tuple(_definition_told(each, after, lang)))
        elif old[each.name] != each:
            models = before, after
            details = tuple(_definition_details(old[each.name], each, models, lang))
            yield Change(CHANGED, subject, details)
    kept = {each.name for each in after.definitions}
    for name in (name for name in old if name not in kept):
        yield Change(REMOVED, capitalised(Names(lang, before).definition(name)))


def _definition_told(definition: Definition, model: ScoringModel, lang: str) -> Iterator[str]:
    yield condition_text(definition.when, lang, model)
    if definition.keep_while is not None:
        yield f"{_('kept while')}: {condition_text(definition.keep_while, lang, model)}"


def _definition_details(
    old: Definition, new: Definition, models: tuple[ScoringModel, ScoringModel], lang: str
) -> Iterator[str]:
    yield from _condition_details(_("holds when"), old.when, new.when, models, lang)
    yield from _condition_details(_("kept while"), old.keep_while, new.keep_while, models, lang)
    yield from _label_details(old.label, new.label)


def _itself(before: ScoringModel, after: ScoringModel) -> Iterator[Change]:
    """What the model says of itself as a whole."""
    said = (
        (_("name in the document"), before.name, after.name),
        (_("time zone"), before.time_zone, after.time_zone),
        (_("schema"), str(before.schema), str(after.schema)),
    )
    details = [_arrow(what, old, new) for what, old, new in said if old != new]
    details += _label_details(before.label, after.label)
    if details:
        yield Change(CHANGED, _("Model"), tuple(details))
