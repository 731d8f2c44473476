"""How many of the leads that sales judged it accepted, and why it sent the others back.

In: verdicts. Out: shares with intervals, by week and by salesperson; reasons, most given first.
"""

from __future__ import annotations

from collections import Counter
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
from lejek.scoring.models import Activation

N_WEEKS = 12


@dataclass(frozen=True, slots=True)
class Share:
    """Of whom or of which week; how many were judged, and the share accepted.

    Of a week, `versions` are the numbers of the model versions that scored in it.
    `email` tells people of one name apart, and is empty where nobody else has it.
    """

    name: str
    email: str
    monday: date | None
    rate: Rate | NotEnoughData
    versions: Sequence[int] = ()


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
    Queries: four, and one each for the names of people and of reasons.
    """
    since = first_monday(now)
    verdicts = for_user(_newest().filter(at__gte=since, at__lte=now), user, path="lead__")
    by_week = {
        week.date(): (accepted, judged)
        for week, accepted, judged in _counts(verdicts, TruncWeek("at"))
    }
    accepted = sum(n for n, _ in by_week.values())
    judged = sum(n for _, n in by_week.values())
    first = timezone.localtime(since).date()
    return Acceptance(
        total=rate(accepted, judged),
        weeks=_weeks(by_week, first),
        salespeople=_salespeople(_counts(verdicts, F("actor"))),
        reasons=_reasons(verdicts),
        since=first,
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


def _versions(first: date) -> dict[date, list[int]]:
    """The versions in force in each week; the one that was so before the first counts in it."""
    told = Activation.objects.order_by("id").values_list("at", "version__number")
    changes = [(timezone.localtime(at).date(), number) for at, number in told]
    found: dict[date, list[int]] = {}
    for monday in _mondays(first):
        before = [number for day, number in changes if day < monday][-1:]
        within = [n for day, n in changes if monday <= day < monday + timedelta(weeks=1)]
        found[monday] = list(dict.fromkeys([*before, *within]))
    return found


def _mondays(first: date) -> list[date]:
    return [first + timedelta(weeks=number) for number in range(N_WEEKS)]


def _weeks(by_week: Mapping[date, tuple[int, int]], first: date) -> list[Share]:
    scored = _versions(first)
    return [
        Share("", "", monday, rate(*by_week.get(monday, (0, 0))), scored[monday])
        for monday in _mondays(first)
    ]


def _salespeople(counts: Sequence[tuple[int | None, int, int]]) -> list[Share]:
    """The share of each person, by name; verdicts of nobody stand under a dash."""
    people = User.objects.in_bulk([user_id for user_id, _, _ in counts if user_id is not None])
    n_called = Counter(user.name for user in people.values())
    found = []
    for user_id, accepted, judged in counts:
        user = None if user_id is None else people.get(user_id)
        name = "" if user is None else user.name
        email = "" if user is None or n_called[name] == 1 else user.email
        found.append(Share(name or "–", email, None, rate(accepted, judged)))
    return sorted(found, key=lambda each: (each.name, each.email))


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
