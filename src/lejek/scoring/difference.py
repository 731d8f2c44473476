"""What differs between two scoring models: in words, and line by line.

In: two models or documents. Out: changes, each a sentence in Polish or English; a unified diff.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from leadscore.document import read_model, write_yaml
from leadscore.language import Names, condition_text, rule_text
from leadscore.language.words import capitalised, points, signed_points
from leadscore.model import BehaviourRule, Dimension, Rule, ScoringModel

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
    """What differs, in words: rules first, then the scale, then definitions."""
    return [
        *_rules(before, after, lang),
        *_scale(before, after, lang),
        *_definitions(before, after, lang),
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
        yield _arrow(_("group"), old.group or "–", new.group or "–")
    sentences = sentence(old, lang, before), sentence(new, lang, after)
    if sentences[0] != sentences[1]:
        yield _arrow(_("gives points for"), *sentences)
    limits = [_limit(rule) for rule in (old, new)]
    if limits[0] != limits[1]:
        shown = ["–" if each is None else points(each, lang) for each in limits]
        yield _arrow(_("at most points"), shown[0], shown[1])
    if old.label != new.label:
        yield _arrow(_("label"), old.label.get(lang, "–"), new.label.get(lang, "–"))


def _limit(rule: Rule) -> int | None:
    return rule.max_points_milli if isinstance(rule, BehaviourRule) else None


def _arrow(what: str, old: str, new: str) -> str:
    return f"{what}: {old} → {new}"


def _scale(before: ScoringModel, after: ScoringModel, lang: str) -> Iterator[Change]:
    old = {each.name: each for each in before.dimensions}
    names = Names(lang, after)
    for dimension in after.dimensions:
        label = capitalised(names.dimension(dimension.name))
        if dimension.name not in old:
            yield Change(ADDED, _("Dimension %(name)s") % {"name": label})
        elif old[dimension.name] != dimension:
            details = tuple(_dimension_details(old[dimension.name], dimension, lang))
            yield Change(CHANGED, _("Dimension %(name)s") % {"name": label}, details)
    kept = {each.name for each in after.dimensions}
    for dimension in before.dimensions:
        if dimension.name not in kept:
            yield Change(REMOVED, _("Dimension %(name)s") % {"name": dimension.name})
    if before.groups != after.groups:
        yield Change(CHANGED, _("Groups"), tuple(_group_details(before, after, lang)))
    if before.overall != after.overall:
        pair = [", ".join(f"{n} × {w}" for n, w in m.overall) or "–" for m in (before, after)]
        yield Change(CHANGED, _("Overall score"), (_arrow(_("weights"), pair[0], pair[1]),))
    if before.grade != after.grade:
        shown = [f"{m.grade.rows} × {m.grade.columns}" if m.grade else "–" for m in (before, after)]
        yield Change(CHANGED, _("Grade"), (_arrow(_("made of"), shown[0], shown[1]),))


def _dimension_details(old: Dimension, new: Dimension, lang: str) -> Iterator[str]:
    if (old.min_milli, old.max_milli) != (new.min_milli, new.max_milli):
        shown = [f"{points(d.min_milli, lang)}–{points(d.max_milli, lang)}" for d in (old, new)]
        yield _arrow(_("limits"), shown[0], shown[1])
    if old.bands != new.bands:
        shown = [
            ", ".join(
                f"{b.label.get(lang, b.name)} ≥ {points(b.from_milli, lang)}" for b in d.bands
            )
            for d in (old, new)
        ]
        yield _arrow(_("bands"), shown[0], shown[1])


def _group_details(before: ScoringModel, after: ScoringModel, lang: str) -> Iterator[str]:
    old, new = ({g.name: g for g in model.groups} for model in (before, after))
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) == new.get(name):
            continue
        limits = [
            "–" if g is None or g.max_milli is None else points(g.max_milli, lang)
            for g in (old.get(name), new.get(name))
        ]
        yield _arrow(name, limits[0], limits[1])


def _definitions(before: ScoringModel, after: ScoringModel, lang: str) -> Iterator[Change]:
    old = {each.name: each for each in before.definitions}
    names = Names(lang, after)
    for each in after.definitions:
        subject = capitalised(names.definition(each.name))
        now = condition_text(each.when, lang, after)
        if each.name not in old:
            yield Change(ADDED, subject, (now,))
        elif old[each.name] != each:
            was = condition_text(old[each.name].when, lang, before)
            details = (_arrow(_("holds when"), was, now),) if was != now else ()
            yield Change(CHANGED, subject, details or (_("when it is kept, or its label"),))
    kept = {each.name for each in after.definitions}
    gone: Sequence[str] = [name for name in old if name not in kept]
    for name in gone:
        yield Change(REMOVED, capitalised(Names(lang, before).definition(name)))
