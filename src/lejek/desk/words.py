"""How scores and touchpoints are said in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadscore.language import Names, rule_text
from leadscore.language.catalogue import field_name, touchpoint_noun, value_label
from lejek.capture.models import Touchpoint
from lejek.scoring.models import LeadScore
from lejek.scoring.versions import ready


@dataclass(frozen=True, slots=True)
class Reason:
    """Why points were given. Units: milli-points."""

    label: str
    milli: int


@dataclass(frozen=True, slots=True)
class Signal:
    """A touchpoint as one says it."""

    label: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BandWord:
    """A band of one dimension as one says it."""

    dimension: str
    label: str
    number: int
    n_bands: int
    milli: int


class Words:
    """What things are called in one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang if lang in ("pl", "en") else "en"

    def reasons(self, score: LeadScore, most: int) -> list[Reason]:
        """The rules that gave a lead most; the caps and what was taken come on its own page."""
        labels = _labels(score, self.lang)
        gained = [
            Reason(labels[rule_id], milli)
            for rule_id, _times, _latest, _raw, milli in score.contributions
            if milli > 0 and rule_id in labels
        ]
        return sorted(gained, key=lambda reason: -reason.milli)[:most]

    def bands(self, score: LeadScore) -> list[BandWord]:
        """The band of each dimension."""
        model = ready(score.version).model
        names = Names(self.lang, model)
        found = []
        for dimension in model.dimensions:
            name = score.bands.get(dimension.name, "")
            order = [each.name for each in dimension.bands]
            if name in order:
                found.append(
                    BandWord(
                        names.dimension(dimension.name),
                        names.band(dimension.name, name),
                        order.index(name),
                        len(order),
                        score.scores[dimension.name],
                    )
                )
        return found

    def signal(self, touchpoint: Touchpoint) -> Signal:
        """A touchpoint: what it was, and of what."""
        noun = touchpoint_noun(touchpoint.type).of(self.lang)[0]
        details = (
            value_label(name, str(value), self.lang)
            for name, value in touchpoint.properties.items()
            if isinstance(value, str) and value
        )
        return Signal(noun[:1].upper() + noun[1:], ", ".join(details), touchpoint.occurred_at)

    def field(self, name: str) -> str:
        """What a field is called."""
        return field_name(name, self.lang)


_LABELS: dict[tuple[int, str], Mapping[str, str]] = {}
"""Labels by version and language: a published version never changes."""


def _labels(score: LeadScore, lang: str) -> Mapping[str, str]:
    """What each rule of the version that scored is called."""
    key = (score.version_id, lang)
    if key not in _LABELS:
        model = ready(score.version).model
        _LABELS[key] = {rule.id: rule_text(rule, lang, model) for rule in model.rules}
    return _LABELS[key]


def shown(reasons: Sequence[Reason]) -> str:
    """Reasons on one line, for a file."""
    return "; ".join(reason.label for reason in reasons)
