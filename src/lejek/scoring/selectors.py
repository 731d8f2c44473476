"""What other rooms and pages may ask of scores and of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Count

from leadscore.checks import Problem
from leadscore.days import to_instant
from leadscore.document import Reading, read_model
from leadscore.explain import Explanation, Given, explanation
from leadscore.fields import model_fields
from leadscore.judgement import overall_weights
from leadscore.language import rule_text
from leadscore.live import Scorer
from leadscore.model import Rule, ScoringModel
from lejek.consent.selectors import consents_of, objects_to_profiling
from lejek.identity.models import Lead
from lejek.scoring.facts import facts_of
from lejek.scoring.models import (
    Activation,
    LeadScore,
    ModelDraft,
    ModelVersion,
    PreviewRun,
    ScorePoint,
    ScoringRun,
)
from lejek.scoring.versions import (
    NoActiveModel,
    active_version,
    draft_or_active,
    fingerprint,
    ready,
)

SAMPLE = 1000
"""So many leads are scored live to say how many a changed rule touches."""


# Of one lead --------------------------------------------------------------------------------


def score_history(lead: Lead) -> list[ScorePoint]:
    """The points of a lead's score history, the oldest first, each with its version.

    Queries: one.
    """
    return list(ScorePoint.objects.filter(lead=lead).select_related("version").order_by("at", "id"))


def explain_lead(score: LeadScore, lang: str) -> Explanation:
    """Why a lead has its score, from what was kept with it.

    Queries: none when the score came with its version.
    Raises: leadscore.explain.DoesNotAddUp when it was not kept whole.
    """
    row: dict[str, object] = {
        "lead_id": score.lead_id,
        "overall_millipoints": score.overall,
        "grade": score.grade or None,
        **score.definitions,
    }
    for name, milli in score.scores.items():
        row[f"{name}_millipoints"], row[f"{name}_band"] = milli, score.bands[name]
    given = [
        Given(rule_id, times, None if latest is None else date.fromisoformat(latest), raw, milli)
        for rule_id, times, latest, raw, milli in score.contributions
    ]
    return explanation(ready(score.version).model, given, row, to_instant(score.as_of), lang)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why points were given. Units: milli-points."""

    rule_id: str
    label: str
    milli: int


def top_reasons(score: LeadScore, n: int, lang: str) -> list[Reason]:
    """The rules that raised the overall score of a lead most, the largest first; without caps.

    Queries: none when the score came with its version.
    """
    return reasons_of(score.version, score.contributions, n, lang)


def reasons_of(
    version: ModelVersion, contributions: Sequence[Sequence[Any]], n: int, lang: str
) -> list[Reason]:
    """The same from contributions as they are kept, for lists that read nothing else of a score."""
    labels, weights = _told(version.fingerprint, version.document, lang)
    gained = [
        Reason(rule_id, labels[rule_id], milli)
        for rule_id, _times, _latest, _raw, milli in contributions
        if milli > 0 and rule_id in labels
    ]
    return sorted(gained, key=lambda r: (-r.milli * weights[r.rule_id], -r.milli))[:n]


@lru_cache(maxsize=32)
def _told(
    fingerprint: str,  # noqa: ARG001 - the document is long to compare
    document: str,
    lang: str,
) -> tuple[Mapping[str, str], Mapping[str, int]]:
    """By rule, what it says, and what a point of it weighs in the overall score."""
    model = read_model(document).sound_model()
    weights = dict(overall_weights(model))
    return (
        {rule.id: rule_text(rule, lang, model) for rule in model.rules},
        {rule.id: weights.get(rule.dimension, 0) for rule in model.rules},
    )


# Of the model -------------------------------------------------------------------------------


def active_or_none() -> ModelVersion | None:
    """The version that scores now; None before the first publication. Queries: one."""
    try:
        return active_version()
    except NoActiveModel:
        return None


def versions() -> list[ModelVersion]:
    """All published versions, the newest first. Queries: one."""
    return list(ModelVersion.objects.select_related("author").order_by("-number"))


def version_before(version: ModelVersion) -> ModelVersion | None:
    """The version that was published before another. Queries: one."""
    return ModelVersion.objects.filter(number__lt=version.number).order_by("-number").first()


@dataclass(frozen=True, slots=True)
class TimeInForce:
    """From when until when a version scored, and who let it; `until` is None while it does."""

    activation: Activation
    until: datetime | None


def times_in_force() -> dict[int, list[TimeInForce]]:
    """By version, when it scored, the newest time first. Queries: one."""
    found: dict[int, list[TimeInForce]] = {}
    until: datetime | None = None
    for activation in Activation.objects.select_related("actor").order_by("-id"):
        found.setdefault(activation.version_id, []).append(TimeInForce(activation, until))
        until = activation.at
    return found


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft as the editor needs it, whether it was ever saved or not."""

    row: ModelDraft
    reading: Reading
    active: ModelVersion | None

    @property
    def is_saved(self) -> bool:
        """Whether somebody saved it."""
        return self.row.pk is not None

    @property
    def is_changed(self) -> bool:
        """Whether publishing it would change anything."""
        return self.active is None or self.row.document != self.active.document

    @property
    def model(self) -> ScoringModel | None:
        """The model; None while the document has errors."""
        return self.reading.model

    @property
    def problems(self) -> Sequence[Problem]:
        """Everything that is wrong or doubtful."""
        return self.reading.problems


def current_draft(now: datetime) -> Draft:
    """The draft, or the active version where nobody has begun one; nothing is written.

    Queries: two.
    Raises: NoActiveModel when there is neither.
    """
    active = active_or_none()
    row = draft_or_active(active, now=now)
    return Draft(row, reading_of(row.document), active)


@lru_cache(maxsize=16)
def reading_of(document: str) -> Reading:
    """A document as read: a model, problems, or both."""
    return read_model(document, source="model")


def newest_preview(document: str, version: ModelVersion | None) -> PreviewRun | None:
    """The newest preview of exactly this document against this version. Queries: one."""
    if version is None:
        return None
    found = PreviewRun.objects.filter(fingerprint=fingerprint(document), version=version)
    return found.order_by("-id").first()


def newest_run() -> ScoringRun | None:
    """The newest scoring of everybody. Queries: one."""
    return ScoringRun.objects.select_related("version").order_by("-id").first()


def grades() -> list[tuple[str, int]]:
    """How many leads have each grade, the best first. Queries: one."""
    rows = LeadScore.objects.exclude(grade="").values_list("grade").annotate(n=Count("id"))
    return sorted(rows)


# How many leads a rule touches ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Touched:
    """How many leads a rule touches today; an estimate where only some leads were looked at."""

    n_leads: int
    is_estimate: bool = False


def touched_by_rules(draft: Draft, now: datetime) -> dict[str, Touched]:
    """By rule of the draft, how many leads it touches today.

    Rules that are as in the active version are counted from the contributions that were kept; for
    the others a sample of leads is scored live.
    """
    if draft.model is None:
        return {}
    kept: Mapping[str, int] = {}
    same: set[str] = set()
    if draft.active is not None:
        version = draft.active
        kept = touched_by_version(version, now)
        before = {rule.id: _occasion(rule) for rule in ready(version).model.rules}
        same = {r.id for r in draft.model.rules if before.get(r.id) == _occasion(r)}
    found = {
        rule.id: Touched(kept.get(rule.id, 0)) for rule in draft.model.rules if rule.id in same
    }
    if len(same) < len(draft.model.rules):
        sampled, share = _sampled(draft.row.document, _hour(now))
        found |= {
            rule.id: Touched(round(sampled.get(rule.id, 0) * share), share > 1)
            for rule in draft.model.rules
            if rule.id not in same
        }
    return found


def touched_by_version(version: ModelVersion, now: datetime) -> Mapping[str, int]:
    """By rule, how many leads it gave points to or took them from, by the scores that are kept.

    Queries: two; the answer is remembered for a quarter of an hour, or until the next run.
    """
    run = newest_run()
    quarter = int(now.timestamp()) // 900
    return _counted(version.pk, 0 if run is None else run.pk, quarter)


@lru_cache(maxsize=4)
def _counted(version_id: int, run_id: int, quarter: int) -> Mapping[str, int]:  # noqa: ARG001
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS[connection.vendor], [version_id])
        return dict(cursor.fetchall())


_COUNTS = {
    "sqlite": """
        SELECT json_extract(line.value, '$[0]'), count(*)
        FROM scoring_leadscore score JOIN identity_lead lead ON lead.id = score.lead_id
          JOIN json_each(score.contributions) line
        WHERE score.version_id = %s AND lead.closed_at IS NULL GROUP BY 1
    """,
    "postgresql": """
        SELECT line ->> 0, count(*)
        FROM scoring_leadscore score JOIN identity_lead lead ON lead.id = score.lead_id
          CROSS JOIN LATERAL jsonb_array_elements(score.contributions) line
        WHERE score.version_id = %s AND lead.closed_at IS NULL GROUP BY 1
    """,
}


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


@lru_cache(maxsize=16)
def _sampled(document: str, hour: datetime) -> tuple[Mapping[str, int], float]:
    """By rule, how many leads of a sample it touches, and how many leads one of them stands for."""
    current = reading_of(document).model
    if current is None:
        return {}, 1
    scorer, leads, share = Scorer(current), *_sample()
    counts: dict[str, int] = {}
    facts = facts_of(leads, model_fields(current), with_colleagues=scorer.watches_companies)
    # The end of the hour, so that what happened within it counts too.
    as_of = to_instant(hour) + 3_600_000_000
    for each in facts:
        scored = scorer.score(each.attributes, each.touchpoints, as_of, each.colleagues)
        for line in scored.contributions:
            counts[line.rule_id] = counts.get(line.rule_id, 0) + 1
    return counts, share


def _sample() -> tuple[list[Lead], float]:
    """Open leads, evenly spread, and how many each of them stands for."""
    ids = list(
        Lead.objects.filter(closed_at__isnull=True).order_by("id").values_list("id", flat=True)
    )
    step = max(1, -(-len(ids) // SAMPLE))
    chosen = ids[::step]
    leads = Lead.objects.filter(id__in=chosen).select_related("contact__company")
    consents = consents_of(lead.contact_id for lead in leads)
    asked = [x for x in leads if not objects_to_profiling(consents.get(x.contact_id, {}))]
    return asked, len(ids) / len(chosen) if chosen else 1.0


def _occasion(rule: Rule) -> Rule:
    """A rule without what does not decide whom it touches."""
    return replace(rule, label={}, points_milli=1000, group=None, dimension="any")
