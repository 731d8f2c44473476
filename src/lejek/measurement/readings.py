"""The score that each lead had at the moment at which its band is read.

In: leads, which score, at which moment. Out: arrays, one entry a lead.

The moment is one that does not depend on what came of the lead afterwards: either the end of the
14th day after it came in, for every lead, or its first entry into a stage, for the leads that
entered it. Reading some leads at one moment and the rest at the other would put those that later
grew hot into the hot bands and leave the cold ones with what nobody wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from lejek.deals.selectors import outcomes
from lejek.identity.models import Lead
from lejek.measurement.moments import EndOfDay, Seconds
from lejek.people.access import for_user
from lejek.people.models import User
from lejek.qualification.models import StageTransition
from lejek.scoring.models import ScorePoint

Integers = npt.NDArray[np.int64]
LANDMARK_DAYS = 14
NEVER = 0
"""In place of a moment that has not come."""


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """Leads that have a score at the moment of reading, by ascending id.

    Units: moments in seconds since 1970, scores in milli-points.
    """

    lead_ids: Integers
    created: Integers
    read: Integers
    milli: Integers
    overall: Integers
    version_ids: Integers
    unread_created: Integers
    """When those leads came in that had no score at that moment, or whose moment is to come."""


@dataclass(frozen=True, slots=True, eq=False)
class Closings:
    """What became of leads, one entry for each lead with a closed deal, by ascending id.

    Units: seconds since 1970; `amount` in the smallest unit of `currency`, over deals in it alone.
    """

    lead_ids: Integers
    first_closed: Integers
    first_won: Integers
    amount: Integers
    currency: str
    n_other_currency: int
    """Won deals in other currencies: they count, their amounts do not."""


def readings(user: User, *, dimension: str, stage: str = "") -> Readings:
    """The score of each lead that somebody may see, when it entered a stage or on its 14th day.

    Queries: two.
    """
    leads = _leads(user, stage)
    moments = _columns(
        leads.annotate(created_s=Seconds("created_at"), read_s=Seconds("read_at"))
        .order_by("pk")
        .values_list("pk", "created_s", "read_s")
    )
    scores = _columns(
        _points(leads)
        .annotate(milli=Cast(KT(f"scores__{dimension}"), BigIntegerField()))
        .filter(milli__isnull=False)
        .values_list("lead_id", "milli", "overall", "version_id"),
        width=4,
    )
    has_score = np.isin(moments[0], scores[0])
    place = np.argsort(scores[0])
    lead_ids, created, read = moments[:, has_score]
    _, milli, overall, version_ids = scores[:, place]
    unread = moments[1, ~has_score]
    return Readings(lead_ids, created, read, milli, overall, version_ids, unread)


def _leads(user: User, stage: str) -> QuerySet[Lead]:
    """The leads, each with the moment `read_at` at which its band is read."""
    leads = for_user(Lead.objects.all(), user)
    if not stage:
        return leads.annotate(read_at=EndOfDay(F("created_at"), days=LANDMARK_DAYS))
    entries = StageTransition.objects.filter(lead=OuterRef("pk"), new=stage).order_by("at")
    return leads.annotate(read_at=Subquery(entries.values("at")[:1])).filter(read_at__isnull=False)


def _points(leads: QuerySet[Lead]) -> QuerySet[ScorePoint]:
    """The newest point of each lead's history at its reading: one look into an index a lead."""
    points = ScorePoint.objects.filter(lead=OuterRef("pk"), at__lte=OuterRef("read_at"))
    newest = Subquery(points.order_by("-at", "-id").values("pk")[:1])
    return ScorePoint.objects.filter(pk__in=leads.values(newest=newest))


def _columns(rows: QuerySet[Any, tuple[int, ...]], width: int = 3) -> Integers:
    """Rows of whole numbers as one array a column."""
    found = list(rows.iterator(chunk_size=5000))
    return np.array(found, dtype=np.int64).reshape(-1, width).T


def closings() -> Closings:
    """What became of every lead with a closed deal.

    Queries: one.
    """
    rows = list(
        outcomes()
        .annotate(closed_s=Seconds("closed_at"))
        .values_list("lead_id", "outcome", "closed_s", "amount", "currency")
    )
    lead_ids = np.array([row[0] for row in rows], dtype=np.int64)
    closed = np.array([row[2] for row in rows], dtype=np.int64)
    is_won = np.array([row[1] == "won" for row in rows], dtype=bool)
    amounts = np.array([row[3] for row in rows], dtype=np.int64)
    currencies = np.array([row[4] for row in rows], dtype="U3")
    currency = _most_common(currencies[is_won])
    counts = is_won & (currencies == currency)
    ids, place = np.unique(lead_ids, return_inverse=True)
    return Closings(
        lead_ids=ids,
        first_closed=_first(place, closed, ids.size),
        first_won=_first(place[is_won], closed[is_won], ids.size),
        amount=_sum(place[counts], amounts[counts], ids.size),
        currency=currency,
        n_other_currency=int(is_won.sum() - counts.sum()),
    )


def _most_common(currencies: npt.NDArray[np.str_]) -> str:
    if not currencies.size:
        return "PLN"
    names, counts = np.unique(currencies, return_counts=True)
    return str(names[np.argmax(counts)])


def _first(place: npt.NDArray[np.intp], moments: Integers, size: int) -> Integers:
    """The earliest moment of each place; NEVER where there is none."""
    latest = np.iinfo(np.int64).max
    first = np.full(size, latest, dtype=np.int64)
    np.minimum.at(first, place, moments)
    first[first == latest] = NEVER
    return first


def _sum(place: npt.NDArray[np.intp], amounts: Integers, size: int) -> Integers:
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, place, amounts)
    return total
