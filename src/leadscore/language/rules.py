"""A rule as a sentence, for rules that were given no label.

In: a rule, a language, the labels of the model. Out: text that begins with a capital letter.
"""

from __future__ import annotations

from leadscore.conditions import Selection
from leadscore.language.catalogue import ANY_TOUCHPOINT, touchpoint_noun
from leadscore.language.conditions import (
    Names,
    condition_text,
    count_text,
    described,
    last_days,
    whose,
)
from leadscore.language.words import (
    AND,
    DAYS,
    OR,
    TIMES,
    Text,
    capitalised,
    counted,
    is_polish,
    listed,
    noun,
)
from leadscore.model import AttributeRule, BehaviourRule, FrequencyRule, Rule, ScoringModel

_ANY = Text("any touchpoint", "dowolna aktywność")
_FROM_TODAY = Text("today", "z dzisiaj")
_FROM_LAST_DAYS = Text("last {days}", "z ostatnich {days}")
_HALF_LIFE = Text("half-life {days}", "punkty maleją o połowę co {days}")
_AT_MOST = Text("at most {times}", "najwyżej {times}")
_ONCE = Text("once", "raz")
_NONE = Text("no {things}", "brak {things}")
_DAYS = noun("day", "days", "dnia", "dni", "dni")


def rule_text(rule: Rule, lang: str, model: ScoringModel | None = None) -> str:
    """What a rule gives points for: its own label, else a sentence made from the rule."""
    own = rule.label.get(lang)
    return own if own is not None else capitalised(_sentence(rule, Names(lang, model)))


def _sentence(rule: Rule, names: Names) -> str:
    if isinstance(rule, AttributeRule):
        return condition_text(rule.when, names.lang, names.model)
    if isinstance(rule, BehaviourRule):
        return _behaviour(rule, names)
    if isinstance(rule, FrequencyRule):
        return count_text(rule.count, names)
    return _silence(rule.selection, rule.none_for, names)


def _behaviour(rule: BehaviourRule, names: Names) -> str:
    selection = rule.selection
    kinds = [touchpoint_noun(type_).of(names.lang).one for type_ in selection.on]
    things = listed(kinds, OR, names.lang) if kinds else _ANY.of(names.lang)
    window = _from_last_days(selection.within, names.lang)
    rest = [whose(selection, names)]
    if is_polish(names.lang):
        text = described(things, selection, [*rest, window], names)
    else:
        text = ", ".join(filter(None, [described(things, selection, rest, names), window]))
    notes = _notes(rule, names.lang)
    return f"{text} ({'; '.join(notes)})" if notes else text


def _from_last_days(days: int | None, lang: str) -> str:
    if days is None:
        return ""
    if days == 1:
        return _FROM_TODAY.of(lang)
    return _FROM_LAST_DAYS.of(lang).format(days=counted(days, _DAYS, lang))


def _notes(rule: BehaviourRule, lang: str) -> list[str]:
    notes = []
    if rule.half_life is not None:
        notes.append(_HALF_LIFE.of(lang).format(days=counted(rule.half_life, DAYS, lang)))
    if rule.max_times is not None:
        times = _ONCE.of(lang) if rule.max_times == 1 else counted(rule.max_times, TIMES, lang)
        notes.append(_AT_MOST.of(lang).format(times=times))
    return notes


def _silence(selection: Selection, none_for: int, names: Names) -> str:
    nouns = [touchpoint_noun(type_) for type_ in selection.on] or [ANY_TOUCHPOINT]
    joint = AND if is_polish(names.lang) else OR
    kinds = listed([thing.of(names.lang).many for thing in nouns], joint, names.lang)
    return described(
        _NONE.of(names.lang).format(things=kinds),
        selection,
        [whose(selection, names), last_days(none_for, names.lang)],
        names,
    )
