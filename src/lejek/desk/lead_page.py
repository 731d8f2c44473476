"""Everything about one lead: who, why, what happened, what may be done.

In: a lead, who looks at it, and the list that they came from. Out: the parts of its page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from leadscore.explain import Explanation
from lejek.consent.selectors import consents_of, may_call, may_write, objects_to_profiling
from lejek.desk.call_list import CallList, Filters, cursor_of, next_leads
from lejek.desk.history_chart import HistoryChart, history_chart
from lejek.desk.waterfall import Waterfall, waterfall
from lejek.desk.words import Words
from lejek.identity.models import Lead
from lejek.people.models import User
from lejek.qualification.models import Verdict
from lejek.scoring.models import LeadScore, ScorePoint

SHOWN_POINTS = 12


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The leads before and after in the list that one came from."""

    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class History:
    """The overall score over time: drawn, and the newest points to follow."""

    chart: HistoryChart | None
    newest: Sequence[tuple[datetime, int, int]]


def waterfalls(explained: Explanation) -> dict[str, Waterfall]:
    """The drawing of each dimension that has lines, by its name."""
    return {
        part.name: waterfall(part.lines, _("Total")) for part in explained.dimensions if part.lines
    }


def history_of(lead: Lead, now: datetime) -> History:
    """The history of the overall score.

    Queries: one.
    """
    rows = ScorePoint.objects.filter(lead=lead).order_by("at", "id")
    points = list(rows.values_list("at", "overall", "version__number"))
    return History(history_chart(points, now), points[: -SHOWN_POINTS - 1 : -1])


def neighbours(lead: Lead, score: LeadScore | None, user: User, filters: Filters) -> Neighbours:
    """The leads before and after in the list.

    Queries: three; at the edge between leads with and without a score, five.
    """
    return Neighbours(*next_leads(CallList(user, filters), cursor_of(lead, score, filters)))


def standing_verdict(lead: Lead) -> Verdict | None:
    """The newest verdict that was not taken back. Queries: one."""
    given = Verdict.objects.filter(lead=lead, undone_at__isnull=True)
    return given.select_related("actor", "reason").order_by("-id").first()


@dataclass(frozen=True, slots=True)
class Consents:
    """What the person has allowed or refused; what was never asked is not allowed."""

    said: Sequence[tuple[str, bool]]
    may_call: bool
    may_write: bool
    is_profiling_refused: bool


def consents(lead: Lead, words: Words) -> Consents:
    """What the person has allowed or refused, in words.

    Queries: one.
    """
    found = consents_of([lead.contact_id]).get(lead.contact_id, {})
    return Consents(
        [(words.field(f"consent.{purpose}"), given) for purpose, given in sorted(found.items())],
        may_call=may_call(found),
        may_write=may_write(found),
        is_profiling_refused=objects_to_profiling(found),
    )
