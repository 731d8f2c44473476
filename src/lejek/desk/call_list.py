"""Whom to call now: open leads, hottest first, with the reasons that matter.

In: who asks, and how they narrowed the list. Out: a page of rows, each ready to be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import QueryDict

from lejek.capture.models import Touchpoint
from lejek.desk.words import Reason, Signal, Words
from lejek.people.access import for_user
from lejek.people.models import User
from lejek.scoring.models import LeadScore

PAGE_SIZE = 50
N_REASONS, N_SIGNALS = 3, 2
GRADES = "ABCD"
MINE, NOBODYS = "mine", "nobody"


@dataclass(frozen=True, slots=True)
class Filters:
    """How somebody narrowed the list; what is not understood is left out."""

    search: str = ""
    letter: str = ""
    stage: str = ""
    owner: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Filters:
        """The filters of an address."""
        letter = query.get("grade", "")
        return cls(
            search=query.get("q", "").strip()[:100],
            letter=letter if letter and letter in GRADES else "",
            stage=query.get("stage", "")[:40],
            owner=query.get("owner", "")[:20],
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing narrows the list."""
        return not (self.search or self.letter or self.stage or self.owner)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    place: int
    score: LeadScore
    reasons: Sequence[Reason]
    signals: Sequence[Signal]


def call_list(user: User, filters: Filters) -> QuerySet[LeadScore]:
    """Scored open leads that somebody may see, hottest first.

    The order ends with the lead's id, so that a page keeps its place.
    """
    scores = for_user(LeadScore.objects.all(), user, path="lead__").filter(
        lead__closed_at__isnull=True
    )
    if filters.search:
        scores = scores.filter(_found(filters.search))
    if filters.letter:
        scores = scores.filter(grade__startswith=filters.letter)
    if filters.stage:
        scores = scores.filter(lead__stage=filters.stage)
    if filters.owner == MINE:
        scores = scores.filter(lead__owner=user)
    elif filters.owner == NOBODYS:
        scores = scores.filter(lead__owner__isnull=True)
    elif filters.owner.isdigit():
        scores = scores.filter(lead__owner_id=int(filters.owner))
    return scores.select_related("lead__contact__company", "lead__owner", "version").order_by(
        "-overall", "lead_id"
    )


def _found(search: str) -> Q:
    found = Q()
    for word in search.split():
        found &= (
            Q(lead__contact__first_name__icontains=word)
            | Q(lead__contact__last_name__icontains=word)
            | Q(lead__contact__email__icontains=word)
            | Q(lead__contact__company__name__icontains=word)
        )
    return found


def page_of(scores: QuerySet[LeadScore], number: str | None) -> Page[LeadScore]:
    """A page of the list; a number that does not exist gives the nearest that does.

    Queries: two, and those of `rows_of`.
    """
    return Paginator(scores, PAGE_SIZE).get_page(number)


def rows_of(page: Page[LeadScore], words: Words, now: datetime) -> list[Row]:
    """The rows of a page.

    Queries: one, for the newest signals.
    """
    scores = list(page.object_list)
    signals = newest_signals([score.lead.contact_id for score in scores], words, now)
    first = page.start_index()
    return [
        Row(
            first + number,
            score,
            words.reasons(score, N_REASONS),
            signals.get(score.lead.contact_id, ()),
        )
        for number, score in enumerate(scores)
    ]


def newest_signals(
    contact_ids: Iterable[int], words: Words, now: datetime
) -> Mapping[int, Sequence[Signal]]:
    """The newest touchpoints of some contacts, those made by machines left out.

    Queries: one.
    """
    newest = (
        Touchpoint.objects.filter(
            contact_id__in=list(contact_ids), is_machine=False, occurred_at__lte=now
        )
        .annotate(
            place=Window(
                RowNumber(), partition_by=[F("contact_id")], order_by=[F("occurred_at").desc()]
            )
        )
        .filter(place__lte=N_SIGNALS)
        .order_by("contact_id", "place")
    )
    found: dict[int, list[Signal]] = defaultdict(list)
    for touchpoint in newest:
        if touchpoint.contact_id is not None:
            found[touchpoint.contact_id].append(words.signal(touchpoint))
    return found
