"""How far the record of a lead can be trusted, and what that does to its score.

In: a lead and the published model. Out: what the model asks and nobody knows, with the rules that
wait for it; how old the rest is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadscore.conditions import comparisons
from leadscore.fields import COMPANY_ID
from leadscore.judgement import overall_weights
from leadscore.language import rule_text
from leadscore.language.words import capitalised
from leadscore.model import AttributeRule, Rule, ScoringModel
from lejek.desk.words import Words
from lejek.identity.models import Lead
from lejek.identity.quality import Quality, quality_of
from lejek.scoring.models import ModelVersion
from lejek.scoring.versions import ready

_NO_GAPS = ("stage", COMPANY_ID)
_CONSENTS = "consent."
"""What a lead has not been asked is no gap: a consent that nobody gave is an answer."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A rule that cannot be judged. Units: milli-points."""

    label: str
    milli: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that the model asks for and nobody knows, with the rules that ask."""

    label: str
    rules: Sequence[Waiting]


@dataclass(frozen=True, slots=True)
class Record:
    """The state of a record. Units: milli-points.

    `lowest` and `highest` are what the rules that cannot be judged might take from the overall
    score and give it at most, by their weights, before limits.
    """

    quality: Quality
    gaps: Sequence[Gap]
    lowest: int
    highest: int

    @property
    def percent(self) -> int:
        """The known part, in whole per cent, rounded down: nothing is complete that is not."""
        return int(self.quality.completeness.share * 100)


def record_of(lead: Lead, version: ModelVersion | None, words: Words, now: datetime) -> Record:
    """The state of a lead's record, by what the published model asks.

    Queries: none when the lead was read with `contact__company`.
    """
    if version is None:
        return Record(quality_of(lead, now=now), (), 0, 0)
    model = ready(version).model
    asked = _asked(model)
    quality = quality_of(lead, now=now, fields=list(asked))
    missing = quality.completeness.missing
    gaps = [
        Gap(
            capitalised(words.field(name)),
            [
                Waiting(rule_text(rule, words.lang, model), rule.points_milli)
                for rule in asked[name]
            ],
        )
        for name in missing
    ]
    weights = dict(overall_weights(model))
    waiting = {
        rule.id: rule.points_milli * weights.get(rule.dimension, 0)
        for name in missing
        for rule in asked[name]
    }
    return Record(
        quality,
        gaps,
        sum(milli for milli in waiting.values() if milli < 0),
        sum(milli for milli in waiting.values() if milli > 0),
    )


def _asked(model: ScoringModel) -> dict[str, list[Rule]]:
    """By field of a lead or company, the rules of the model that ask for it."""
    found: dict[str, list[Rule]] = {}
    for rule in model.rules:
        if isinstance(rule, AttributeRule):
            for name in dict.fromkeys(part.field for part in comparisons(rule.when)):
                if name not in _NO_GAPS and not name.startswith(_CONSENTS):
                    found.setdefault(name, []).append(rule)
    return found
