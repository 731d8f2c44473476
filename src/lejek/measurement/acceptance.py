"""How many of the leads that sales judged it accepted, and why it sent the others back.

In: verdicts. Out: shares with their intervals, by week and by salesperson; reasons, most given first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncWeek
from django.utils import timezone

from leadscore.statistics import NotEnoughData, Rate, rate
from lejek.people.access import for_user
from lejek.people.models import User
from lejek.qualification.models import RejectionReason, Verdict

N_WEEKS = 12


@dataclass(frozen=True, slots=True)
class Share:
    """Of whom or of which week; how many were judged, and the share accepted."""

    name: str
    monday: date | None
    rate: Rate | NotEnoughData


@dataclass(frozen=True, slots=True)
class GivenReason:
    """A reason and how often it was given. `of_rejected` in [0, 1]."""

    reason: RejectionReason
    n_leads: int
    of_rejected: float


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The report."""

    total: Rate | NotEnoughData
    weeks: Sequence[Share]
    salespeople: Sequence[Share]
    reasons: Sequence[GivenReason]
    since: date


def acceptance(user: User, now: datetime) -> Acceptance:
    """The share of accepted leads in the last weeks, of the leads that somebody may see.

    A lead counts once: with the newest verdict that was not taken back.
    Queries: three, and one for the names of reasons.
    """
    since = first_monday(now)
    verdicts = for_user(_newest().filter(at__gte=since, at__lte=now), user, path="lead__")
    by_week = {
        week.date(): (accepted, judged)
        for week, accepted, judged in _counts(verdicts.annotate(of=TruncWeek("at")))
    }
    people = _counts(verdicts.annotate(of=_name()))
    accepted = sum(n for n, _ in by_week.values())
    judged = sum(n for _, n in by_week.values())
    return Acceptance(
        total=rate(accepted, judged),
        weeks=_weeks(by_week, timezone.localtime(since).date()),
        salespeople=sorted(
            (Share(name or "–", None, rate(yes, of)) for name, yes, of in people),
            key=lambda each: each.name,
        ),
        reasons=_reasons(verdicts),
        since=timezone.localtime(since).date(),
    )


def first_monday(now: datetime) -> datetime:
    """Local midnight with which the first week shown begins."""
    today = timezone.localtime(now)
    monday = today.date() - timedelta(days=today.weekday(), weeks=N_WEEKS - 1)
    return timezone.make_aware(datetime.combine(monday, datetime.min.time()))
