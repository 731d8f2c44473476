"""Everything about one lead: who, why, what happened, what may be done.

In: a lead. Out: the parts of its page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from leadscore.explain import Explanation, Given, explanation
from lejek.capture.models import Touchpoint
from lejek.consent.selectors import consents_of
from lejek.desk.call_list import Filters, call_list
from lejek.desk.history_chart import HistoryChart, history_chart
from lejek.desk.waterfall import Waterfall, waterfall
from lejek.desk.words import Words
from lejek.identity.models import AttributeChange, Lead
from lejek.people.models import User
from lejek.qualification.models import StageTransition, Verdict
from lejek.scoring.models import LeadScore, ScorePoint
from lejek.scoring.versions import ready

TIMELINE = 60


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline."""

    at: datetime
    icon: str
    label: str
    detail: str
    is_machine: bool = False


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The lead before and after in the list that one came from."""

    before: int | None
    after: int | None
    place: int
    of: int


def explained(score: LeadScore, lang: str) -> Explanation:
    """Why the lead has its score, from what was kept with it.

    Raises: leadscore.explain.DoesNotAddUp when it was not kept whole.
    """
    model = ready(score.version).model
    row: dict[str, object] = {
        "lead_id": score.lead_id,
        "overall_millipoints": score.overall,
        "grade": score.grade or None,
        **score.definitions,
    }
    for name, milli in score.scores.items():
        row[f"{name}_millipoints"] = milli
        row[f"{name}_band"] = score.bands[name]
    given = [
        Given(rule_id, times, None if latest is None else date.fromisoformat(latest), raw, milli)
        for rule_id, times, latest, raw, milli in score.contributions
    ]
    as_of = int(score.as_of.timestamp() * 1_000_000)
    return explanation(model, given, row, as_of, lang)


def waterfalls(explained_: Explanation) -> list[tuple[str, Waterfall]]:
    """The drawing of each dimension that has lines."""
    return [
        (part.label, waterfall(part.lines, _("Total")))
        for part in explained_.dimensions
        if part.lines
    ]


def chart_of(lead: Lead, now: datetime) -> HistoryChart | None:
    """The history of the overall score.

    Queries: one.
    """
    points = ScorePoint.objects.filter(lead=lead).order_by("at", "id")
    return history_chart(list(points.values_list("at", "overall", "version__number")), now)


def timeline(lead: Lead, words: Words) -> list[Happening]:
    """What happened, newest first.

    Queries: four.
    """
    found = [
        *_touched(lead, words),
        *_became_known(lead, words),
        *_moved(lead),
        *_judged(lead, words.lang),
    ]
    return sorted(found, key=lambda happening: happening.at, reverse=True)[:TIMELINE]


def _touched(lead: Lead, words: Words) -> list[Happening]:
    rows = Touchpoint.objects.filter(contact_id=lead.contact_id).order_by("-occurred_at")
    found = []
    for row in rows[:TIMELINE]:
        signal = words.signal(row)
        found.append(
            Happening(row.occurred_at, "click", signal.label, signal.detail, row.is_machine)
        )
    return found


def _became_known(lead: Lead, words: Words) -> list[Happening]:
    changes = AttributeChange.objects.filter(contact=lead.contact_id)
    if lead.contact.company_id is not None:
        changes |= AttributeChange.objects.filter(company=lead.contact.company_id)
    return [
        Happening(
            change.known_at,
            "pencil",
            words.field(change.field),
            f"{_shown(change.old)} → {_shown(change.new)}",
        )
        for change in changes.order_by("-known_at")[:TIMELINE]
    ]


def _moved(lead: Lead) -> list[Happening]:
    moves = StageTransition.objects.filter(lead=lead).select_related("actor").order_by("-at")
    return [
        Happening(move.at, "arrow-right", f"{move.old} → {move.new}", move.reason)
        for move in moves[:TIMELINE]
    ]


def _judged(lead: Lead, lang: str) -> list[Happening]:
    verdicts = Verdict.objects.filter(lead=lead).select_related("reason", "actor").order_by("-at")
    found = []
    for verdict in verdicts[:TIMELINE]:
        label = _("Accepted by sales") if verdict.is_accepted else _("Rejected by sales")
        if verdict.undone_at is not None:
            label += f" ({_('taken back')})"
        reason = "" if verdict.reason is None else getattr(verdict.reason, f"label_{lang}")
        said = [part for part in (str(verdict.actor or ""), reason, verdict.comment) if part]
        found.append(Happening(verdict.at, "gavel", label, " · ".join(said)))
    return found


def _shown(value: object) -> str:
    return "–" if value in (None, "") else str(value)


def neighbours(score: LeadScore, user: User, filters: Filters) -> Neighbours:
    """The leads before and after in the list.

    Queries: four.
    """
    scores = call_list(user, filters)
    ahead = scores.filter(overall__gt=score.overall) | scores.filter(
        overall=score.overall, lead_id__lt=score.lead_id
    )
    behind = scores.filter(overall__lt=score.overall) | scores.filter(
        overall=score.overall, lead_id__gt=score.lead_id
    )
    before = ahead.order_by("overall", "-lead_id").values_list("lead_id", flat=True).first()
    after = behind.order_by("-overall", "lead_id").values_list("lead_id", flat=True).first()
    return Neighbours(before, after, ahead.count() + 1, scores.count())


def consents(lead: Lead) -> Sequence[tuple[str, bool]]:
    """What the person has allowed or refused.

    Queries: one.
    """
    return sorted(consents_of([lead.contact_id]).get(lead.contact_id, {}).items())
