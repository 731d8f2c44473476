"""How many of the leads that sales judged it accepted, and why it sent the others back.

In: verdicts. Out: shares with intervals, by week and by salesperson; reasons, most given first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
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
        for week, accepted, judged in _counts(verdicts, TruncWeek("at"))
    }
    people = _counts(verdicts, F("actor__name"))
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


def _newest() -> QuerySet[Verdict]:
    """The newest standing verdict of each lead."""
    standing = Verdict.objects.filter(undone_at__isnull=True)
    later = standing.filter(lead=OuterRef("lead"), id__gt=OuterRef("id"))
    return standing.filter(~Exists(later))


def _counts(verdicts: QuerySet[Verdict], of: Combinable) -> list[tuple[Any, int, int]]:
    """Accepted and judged leads by something, in its order."""
    counted = (
        verdicts.annotate(of=of)
        .values_list("of")
        .annotate(n_accepted=Count("pk", filter=Q(is_accepted=True)), n_judged=Count("pk"))
        .order_by("of")
    )
    return list(counted)


def _weeks(by_week: Mapping[date, tuple[int, int]], first: date) -> list[Share]:
    mondays = (first + timedelta(weeks=number) for number in range(N_WEEKS))
    return [Share("", monday, rate(*by_week.get(monday, (0, 0)))) for monday in mondays]


def _reasons(verdicts: QuerySet[Verdict]) -> list[GivenReason]:
    given = dict(
        verdicts.filter(is_accepted=False, reason__isnull=False)
        .values_list("reason")
        .annotate(n_leads=Count("pk"))
        .order_by("reason")
    )
    n_rejected = sum(given.values())
    reasons = RejectionReason.objects.filter(pk__in=given)
    ranked = sorted(reasons, key=lambda reason: (-given[reason.pk], reason.position))
    return [GivenReason(each, given[each.pk], given[each.pk] / n_rejected) for each in ranked]
