"""The score that each lead had at the moment at which its band is read.

In: leads, which score, at which moment. Out: arrays, one entry a lead.

The moment is one that does not depend on what came of the lead afterwards: either the end of the
14th day after it came in, for every lead, or its first entry into a stage, for the leads that
entered it. Reading some leads at one moment and the rest at the other would put those that later
grew hot into the hot bands and leave the cold ones with what nobody wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from lejek.deals.selectors import outcomes
from lejek.identity.models import Lead
from lejek.measurement.columns import Integers, Line, Member, columns
from lejek.measurement.moments import EndOfDay, Seconds, end_of_day
from lejek.people.access import for_user
from lejek.people.models import User
from lejek.qualification.models import StageTransition
from lejek.scoring.models import ScorePoint

LANDMARK_DAYS = 14
NEVER = 0
"""In place of a moment that has not come."""
_ABSENT = -(2**62)
"""In place of points where there is no score, or not in that dimension."""


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
    """When those leads came in that had no score at that moment."""
    to_come_created: Integers
    """When those leads came in whose moment is still to come."""


@dataclass(frozen=True, slots=True, eq=False)
class Wins:
    """Won deals, one entry each.

    Units: seconds since 1970; `amount` in the smallest unit of the currency of the report, 0 for a
    deal in another one.
    """

    lead_ids: Integers
    won: Integers
    amount: Integers
    is_foreign: npt.NDArray[np.bool_]
    """Whether its amount is in another currency."""

    def only(self, chosen: npt.NDArray[np.bool_]) -> Wins:
        """The chosen deals."""
        return Wins(
            self.lead_ids[chosen], self.won[chosen], self.amount[chosen], self.is_foreign[chosen]
        )


@dataclass(frozen=True, slots=True, eq=False)
class Closings:
    """What became of leads, one entry for each lead with a closed deal, by ascending id.

    Units: seconds since 1970. `currency` is the one in which most deals were won.
    """

    lead_ids: Integers
    first_closed: Integers
    first_won: Integers
    wins: Wins
    currency: str


def readings(user: User, *, dimension: str, now: datetime, stage: str = "") -> Readings:
    """The score of each lead that somebody may see, when it entered a stage or on its 14th day.

    Without a dimension it is the overall score. What a lead has today says nothing of a moment
    that is still to come.
    Queries: one.
    """
    # Ends of days are reckoned here: the database would need as long for them as for the rest.
    entered = Seconds("read_at") if stage else Value(NEVER)
    leads = _leads(user, stage).annotate(
        line=Line("pk", Seconds("created_at"), entered, _point(dimension))
    )
    found = columns(leads, "line", width=6)
    found = found[:, np.argsort(found[0])]
    if not stage:
        found[2] = end_of_day(found[1], days=LANDMARK_DAYS)
    has_come = found[2] <= int(now.timestamp())
    has_score = found[-1] != _ABSENT
    lead_ids, created, read, overall, version_ids, milli = found[:, has_come & has_score]
    unread, to_come = found[1, has_come & ~has_score], found[1, ~has_come]
    return Readings(lead_ids, created, read, milli, overall, version_ids, unread, to_come)


def _leads(user: User, stage: str) -> QuerySet[Lead]:
    """The leads, each with the moment `read_at` at which its band is read."""
    leads = for_user(Lead.objects.all(), user)
    if not stage:
        return leads.annotate(read_at=EndOfDay(F("created_at"), days=LANDMARK_DAYS))
    entries = StageTransition.objects.filter(lead=OuterRef("pk"), new=stage).order_by("at")
    return leads.annotate(read_at=Subquery(entries.values("at")[:1])).filter(read_at__isnull=False)


def _point(dimension: str) -> Coalesce:
    """The newest point of a lead's history at its reading: one look into an index a lead."""
    points = ScorePoint.objects.filter(lead=OuterRef("pk"), at__lte=OuterRef("read_at"))
    milli = Coalesce(Member("scores", dimension), Value(_ABSENT)) if dimension else F("overall")
    newest = points.order_by("-at", "-id").values(line=Line("overall", "version_id", milli))
    return Coalesce(Subquery(newest[:1]), Value(f"0,0,{_ABSENT}"))


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
    is_foreign = currencies != currency
    ids, place = np.unique(lead_ids, return_inverse=True)
    return Closings(
        lead_ids=ids,
        first_closed=_first(place, closed, ids.size),
        first_won=_first(place[is_won], closed[is_won], ids.size),
        wins=Wins(
            lead_ids=lead_ids[is_won],
            won=closed[is_won],
            amount=np.where(is_foreign, 0, amounts)[is_won],
            is_foreign=is_foreign[is_won],
        ),
        currency=currency,
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
