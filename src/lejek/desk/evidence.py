"""What stands behind one line of an explanation.

In: a lead, its score and the line. Out: the touchpoints that were counted, or the values that a
condition was held against, with when and from where they became known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadscore.arithmetic import WEIGHT_ONE
from leadscore.conditions import Condition, Scope, Selection, comparisons, row_predicate
from leadscore.counting import Counter
from leadscore.days import offsets, to_instant
from leadscore.explain import Explanation, Line
from leadscore.language import condition_text
from leadscore.language.words import capitalised
from leadscore.model import (
    AttributeRule,
    BehaviourRule,
    FrequencyRule,
    Rule,
    ScoringModel,
    SilenceRule,
)
from leadscore.results import GROUP_CAP
from lejek.capture.models import Touchpoint
from lejek.consent.selectors import consents_of
from lejek.desk.words import Signal, Words
from lejek.identity.models import AttributeChange, Lead
from lejek.scoring.facts import attributes_of, people_who_count, typed
from lejek.scoring.models import LeadScore
from lejek.scoring.versions import Ready, ready

MOST = 50
"""So many touchpoints are shown, the newest; how many there are is said."""


@dataclass(frozen=True, slots=True)
class Known:
    """A value that a condition asked for. `at` and `source` are None where nobody noted them."""

    label: str
    value: str
    at: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class Counted:
    """A touchpoint that counts. Units: `weight` out of WEIGHT_ONE, what its age has left of it."""

    signal: Signal
    weight: int

    @property
    def percent(self) -> int:
        """How much of it still counts; what counts at all is one per cent at least."""
        return max(1, (100 * self.weight + WEIGHT_ONE // 2) // WEIGHT_ONE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands behind a line. `asks` is the condition in words, `parts` what a limit covers.

    Units: `half_life` in days; `points` in milli-points, of one touchpoint while it is fresh.
    """

    line: Line
    asks: str = ""
    values: Sequence[Known] = ()
    touchpoints: Sequence[Counted] = ()
    n_touchpoints: int = 0
    half_life: int | None = None
    points: int = 0
    is_of_company: bool = False
    is_silence: bool = False
    parts: Sequence[Line] = ()


def evidence(
    lead: Lead, score: LeadScore, why: Explanation, rule_id: str, words: Words
) -> Evidence | None:
    """The evidence of one line; None when the lead has no such line.

    Queries: four at most.
    """
    lines = [(part, line) for part in why.dimensions for line in part.lines]
    found = next(((part, line) for part, line in lines if line.rule_id == rule_id), None)
    if found is None:
        return None
    part, line = found
    current = ready(score.version)
    if line.kind.is_cap:
        return Evidence(line, parts=_covered(part.lines, line, current.model))
    rule = current.model.rule(rule_id)
    if isinstance(rule, AttributeRule):
        return _of_condition(lead, line, rule.when, current, words)
    return _of_touchpoints(lead, score, line, rule, current, words)


def _covered(lines: Sequence[Line], limit: Line, model: ScoringModel) -> list[Line]:
    """The lines whose sum a limit cut."""
    if not limit.rule_id.startswith(GROUP_CAP):
        return [line for line in lines if line is not limit]
    group = limit.rule_id.removeprefix(GROUP_CAP)
    members = {rule.id for rule in model.rules if rule.group == group}
    return [line for line in lines if line.rule_id in members]


def _of_condition(
    lead: Lead, line: Line, condition: Condition, current: Ready, words: Words
) -> Evidence:
    names = list(dict.fromkeys(part.field for part in comparisons(condition)))
    consents = consents_of([lead.contact_id]).get(lead.contact_id, {})
    values = attributes_of(lead, current.fields, consents)
    learned = _learned(lead, names)
    known = []
    for name in names:
        change = learned.get(name)
        known.append(
            Known(
                capitalised(words.field(name)),
                words.value(name, values.get(name)),
                None if change is None else change.known_at,
                "" if change is None else words.source(change.source),
            )
        )
    asks = capitalised(condition_text(condition, words.lang, current.model))
    return Evidence(line, asks=asks, values=known)


def _learned(lead: Lead, names: Sequence[str]) -> dict[str, AttributeChange]:
    """By field, when its value became known last."""
    changes = AttributeChange.objects.filter(contact=lead.contact_id, field__in=names)
    if lead.contact.company_id is not None:
        changes |= AttributeChange.objects.filter(company=lead.contact.company_id, field__in=names)
    return {change.field: change for change in changes.order_by("known_at", "id")}


def _of_touchpoints(
    lead: Lead, score: LeadScore, line: Line, rule: Rule, current: Ready, words: Words
) -> Evidence:
    selection, counter = _selected(rule)
    people = _people(lead, selection)
    rows = Touchpoint.objects.filter(
        contact_id__in=people,
        is_machine=False,
        occurred_at__lte=score.as_of,
        received_at__lte=score.as_of,
    )
    if selection.on:
        rows = rows.filter(type__in=selection.on)
    weigh = _Weighing(current, counter, score)
    weighed = ((row, weigh(row)) for row in rows.order_by("-occurred_at"))
    fitting = [(row, weight) for row, weight in weighed if weight]
    if isinstance(rule, BehaviourRule) and rule.max_times is not None:
        fitting = fitting[: rule.max_times]
    if isinstance(rule, SilenceRule):
        last = [Counted(words.signal(row), weight) for row, weight in fitting[:1]]
        return Evidence(line, touchpoints=last, n_touchpoints=line.times, is_silence=True)
    return Evidence(
        line,
        touchpoints=[Counted(words.signal(row), weight) for row, weight in fitting[:MOST]],
        n_touchpoints=len(fitting),
        half_life=counter.half_life,
        points=rule.points_milli,
        is_of_company=selection.scope is Scope.COMPANY,
    )


def _selected(rule: Rule) -> tuple[Selection, Counter]:
    """Which touchpoints a rule looks at, and for how long they count."""
    if isinstance(rule, AttributeRule):
        raise TypeError(f"rule {rule.id} looks at no touchpoints")
    selection = rule.count.selection if isinstance(rule, FrequencyRule) else rule.selection
    half_life = rule.half_life if isinstance(rule, BehaviourRule) else None
    return selection, Counter(selection, half_life)


def _people(lead: Lead, selection: Selection) -> set[int]:
    """The contacts whose touchpoints count, the same as when the lead was scored."""
    company_id = lead.contact.company_id
    if selection.scope is Scope.LEAD or company_id is None:
        return {lead.contact_id}
    return {lead.contact_id, *people_who_count([company_id])}


class _Weighing:
    """What a touchpoint counted: nothing where its properties do not fit, or it was too old."""

    def __init__(self, current: Ready, counter: Counter, score: LeadScore) -> None:
        where = counter.selection.where
        self._fits = None if where is None else row_predicate(where)
        self._properties = current.fields.properties
        self._days = offsets(current.model.time_zone)
        self._today = self._days.local_day(to_instant(score.as_of))
        self._counter = counter

    def __call__(self, row: Touchpoint) -> int:
        """Its weight out of WEIGHT_ONE."""
        age = self._today - self._days.local_day(to_instant(row.occurred_at))
        weight = self._counter.weight(max(0, age))
        if not weight or self._fits is None:
            return weight
        known = row.properties.get
        asked = {name: typed(known(name), kind) for name, kind in self._properties.items()}
        return weight if self._fits(asked) else 0
