"""Whom to call now: open leads, hottest first, with the reasons that matter.

In: who asks, how they narrowed and ordered the list, and from which place they read on. Out: a page
of rows, each ready to be read.

A page is found in two steps: its places from narrow indexes, then the rest of only those rows. It
begins after a lead, not after a number of leads, so that it keeps its place while scores change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from string import ascii_uppercase, digits
from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict

from lejek.capture.models import Touchpoint
from lejek.consent.models import ConsentChange
from lejek.consent.selectors import PHONE, consents_of, may_call, objects_to_profiling
from lejek.desk.words import KINDS, BandWord, Signal, Words
from lejek.identity.models import Company, Contact, Lead
from lejek.identity.numbers import of_number, without_fillers
from lejek.identity.search import stands_in
from lejek.people.access import for_user
from lejek.people.models import User
from lejek.qualification.selectors import finished_stages, held_by, leads_that_hold
from lejek.scoring.models import LeadScore, ModelVersion
from lejek.scoring.selectors import Reason, top_reasons
from lejek.ui.numbers import whole_number

M = TypeVar("M", bound=Model)

PAGE_SIZE = 50
COUNTED = 1000
"""So many leads are counted at most: to know that there are more, nobody waits."""
MOST_WORDS = 8
N_REASONS, N_SIGNALS = 3, 2
MINE, NOBODYS = "mine", "nobody"
MAY_BE_CALLED = "yes"
EVERY_STAGE = "all"
"""Without a stage, the list leaves out those on which nobody works: nobody calls a customer."""

HOTTEST, WAITING = "", "waiting"
UNSCORED = -(2**62)
"""In place of the score of who has none: behind everybody who has one."""
_FURTHEST = 10**7
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Filters:
    """How somebody narrowed and ordered the list; what is not understood is left out."""

    search: str = ""
    letter: str = ""
    digit: str = ""
    stage: str = ""
    owner: str = ""
    order: str = HOTTEST
    may_call: bool = False
    """Whether only those are left whom one may call."""
    meets: str = ""
    """The definition that those who are left meet, or met and keep."""

    @classmethod
    def of(cls, query: QueryDict) -> Filters:
        """The filters of an address."""
        letter, digit = query.get("grade", ""), query.get("digit", "")
        owner = query.get("owner", "")
        is_known = owner in (MINE, NOBODYS) or whole_number(owner) is not None
        return cls(
            search=query.get("q", "").replace("\0", "").strip()[:100],
            letter=letter if len(letter) == 1 and letter in ascii_uppercase else "",
            digit=digit if len(digit) == 1 and digit in digits else "",
            stage=query.get("stage", "").replace("\0", "")[:40],
            owner=owner if is_known else "",
            order=WAITING if query.get("order") == WAITING else HOTTEST,
            may_call=query.get("call") == MAY_BE_CALLED,
            meets=query.get("meets", "").replace("\0", "")[:63],
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing narrows the list."""
        return self == Filters(order=self.order)

    @property
    def query(self) -> str:
        """The filters as the query of an address."""
        named = {
            "q": self.search,
            "grade": self.letter,
            "digit": self.digit,
            "stage": self.stage,
            "owner": self.owner,
            "call": MAY_BE_CALLED if self.may_call else "",
            "meets": self.meets,
            "order": self.order,
        }
        return urlencode({name: value for name, value in named.items() if value})


@dataclass(frozen=True, slots=True)
class Cursor:
    """A lead and where it stood in the order.

    `key` is its score, `UNSCORED` where it has none, or since when it waits.
    """

    key: int
    lead_id: int

    @classmethod
    def of(cls, text: str) -> Cursor | None:
        """The cursor of an address; None where it is none."""
        key, dot, lead_id = text.partition(".")
        figures = key.removeprefix("-") + lead_id
        if not (dot and figures.isascii() and figures.isdigit() and len(figures) < 36):
            return None
        try:
            found = cls(int(key), int(lead_id))
        except ValueError:
            return None
        return found if max(abs(found.key), found.lead_id) < 2**63 else None

    def __str__(self) -> str:
        return f"{self.key}.{self.lead_id}"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """From where somebody reads: after a lead, before one, or from the top. `place` is a guess."""

    after: Cursor | None = None
    before: Cursor | None = None
    place: int = 1

    @classmethod
    def of(cls, query: QueryDict) -> Whereabouts:
        """Where an address begins to read."""
        after, before = Cursor.of(query.get("after", "")), Cursor.of(query.get("before", ""))
        if after is None and before is None:
            return cls()
        place = whole_number(query.get("place", "")) or 1
        return cls(after, None if after else before, min(place, _FURTHEST))

    @property
    def query(self) -> str:
        """The same as the query of an address."""
        named = {"after": self.after, "before": self.before}
        found = {name: str(cursor) for name, cursor in named.items() if cursor is not None}
        return urlencode({**found, "place": self.place}) if found else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. `unscored` says why there is no score, where there is none.

    `kinds` are what the definitions are called that say what kind of lead it is.
    """

    place: int
    lead: Lead
    score: LeadScore | None
    stage: str
    kinds: Sequence[str]
    bands: Sequence[BandWord]
    reasons: Sequence[Reason]
    signals: Sequence[Signal]
    may_call: bool
    unscored: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the list. `n_found` counts no further than `COUNTED`."""

    rows: Sequence[Row]
    previous: Whereabouts | None
    next: Whereabouts | None
    n_found: int

    @property
    def n_unscored(self) -> int:
        """How many of its rows have no score."""
        return sum(row.score is None for row in self.rows)

    @property
    def is_all_counted(self) -> bool:
        """Whether `n_found` is how many there are, and not only that there are more."""
        return self.n_found <= COUNTED

    @property
    def first(self) -> int:
        """The place of the first row."""
        return self.rows[0].place if self.rows else 0

    @property
    def last(self) -> int:
        """The place of the last row."""
        return self.rows[-1].place if self.rows else 0


Place = tuple[int, int]
"""What the order goes by, the smallest first: the score turned round or since when; the lead."""


class CallList:
    """The list as one person sees it, narrowed and ordered.

    Queries: to search, one for each word and two for a number, when it is made.
    """

    def __init__(self, user: User, filters: Filters) -> None:
        self.user = user
        self.filters = filters
        self._found = _found(filters.search)

    def leads(self) -> QuerySet[Lead]:
        """The open leads that somebody may see, in no order.

        Those without a score are among them, unless a grade is asked for.
        """
        return self._graded(self._narrowed(Lead.objects.all()), "score__")

    def in_order(self) -> QuerySet[Lead]:
        """All of them in order, those without a score last.

        The order ends with the lead's id, so that every lead has one place.
        """
        if self.filters.order == WAITING:
            return self.leads().order_by("stage_since", "pk")
        return self.leads().order_by(F("score__overall").desc(nulls_last=True), "pk")

    @cached_property
    def places(self) -> Sequence[Place]:
        """The places of the leads on it in no order, no more than one beyond `COUNTED`.

        Queries: one, the first time. A short list is whole in it, and is put in order here: a
        search through everybody is made once and not once more for the order.
        """
        key = "stage_since" if self.filters.order == WAITING else "score__overall"
        found = self.leads().order_by().values_list(key, "pk")[: COUNTED + 1]
        return [_place(key, lead_id) for key, lead_id in found]

    @property
    def n_found(self) -> int:
        """How many leads are on it, counted no further than one more than `COUNTED`."""
        return len(self.places)

    def ids(self, cursor: Cursor | None, most: int, *, is_back: bool) -> list[int]:
        """The next leads after a place, or before it, the nearest first. Queries: two at most."""
        if self.n_found <= COUNTED:
            return self._short(cursor, most, is_back=is_back)
        if self.filters.order == WAITING:
            return list(self._waiting(cursor, is_back=is_back)[:most])
        return self._hottest(cursor, most, is_back=is_back)

    def _short(self, cursor: Cursor | None, most: int, *, is_back: bool) -> list[int]:
        places = sorted(self.places, reverse=is_back)
        if cursor is not None:
            sign = 1 if self.filters.order == WAITING else -1
            here = (sign * cursor.key, cursor.lead_id)
            places = [each for each in places if (each < here if is_back else each > here)]
        return [lead_id for _, lead_id in places[:most]]

    def _hottest(self, cursor: Cursor | None, most: int, *, is_back: bool) -> list[int]:
        """Those with a score and behind them those without; the second part is asked when needed.

        One reads on in the part where the cursor stands.
        """
        is_unscored = cursor is not None and cursor.key == UNSCORED
        parts = [
            (self._scored, None if is_unscored else cursor),
            (self._unscored, cursor if is_unscored else None),
        ]
        if is_back:
            parts.reverse()
        if cursor is not None and is_unscored != is_back:
            del parts[0]
        found: list[int] = []
        for part, begins in parts:
            if len(found) < most:
                found += part(begins, is_back=is_back)[: most - len(found)]
        return found

    def _waiting(self, cursor: Cursor | None, *, is_back: bool) -> QuerySet[Lead, int]:
        leads = self.in_order()
        if cursor is not None:
            since = _EPOCH + cursor.key * _MICROSECOND
            key, here = ("stage_since", since), ("pk", cursor.lead_id)
            leads = _beyond(leads, key, here, is_back=is_back, falls=False)
        return leads.values_list("pk", flat=True)

    def _scored(self, cursor: Cursor | None, *, is_back: bool) -> QuerySet[LeadScore, int]:
        """Those with a score, said so that the hottest are looked at one by one.

        SQLite does not see by itself that sorting half of all leads for fifty rows does not pay.
        """
        leads = self._narrowed(Lead.objects.filter(pk=OuterRef("lead_id")))
        scores = self._graded(LeadScore.objects.filter(Exists(leads)), "")
        scores = scores.order_by("-overall", "lead_id")
        if cursor is not None:
            key, here = ("overall", cursor.key), ("lead_id", cursor.lead_id)
            scores = _beyond(scores, key, here, is_back=is_back, falls=True)
        elif is_back:
            scores = scores.reverse()
        return scores.values_list("lead_id", flat=True)

    def _unscored(self, cursor: Cursor | None, *, is_back: bool) -> QuerySet[Lead, int]:
        """Those without a score, by their ids."""
        if self.filters.letter or self.filters.digit:
            return Lead.objects.none().values_list("pk", flat=True)
        leads = self._narrowed(Lead.objects.filter(score__isnull=True))
        if cursor is not None:
            further = "lt" if is_back else "gt"
            leads = leads.filter(**{f"pk__{further}": cursor.lead_id})
        return leads.order_by("-pk" if is_back else "pk").values_list("pk", flat=True)

    def _narrowed(self, leads: QuerySet[Lead]) -> QuerySet[Lead]:
        """Open leads, narrowed by what is asked of the lead itself."""
        filters = self.filters
        leads = for_user(leads, self.user).filter(closed_at__isnull=True)
        if self._found is not None:
            leads = leads.filter(contact__in=self._found)
        if filters.may_call:
            leads = _whom_one_may_call(leads)
        if filters.meets:
            leads = leads.filter(pk__in=leads_that_hold(filters.meets))
        if not filters.stage:
            leads = leads.exclude(stage__in=finished_stages())
        elif filters.stage != EVERY_STAGE:
            leads = leads.filter(stage=filters.stage)
        return self._of_owner(leads)

    def _of_owner(self, leads: QuerySet[Lead]) -> QuerySet[Lead]:
        owner = self.filters.owner
        if owner == NOBODYS:
            return leads.filter(owner__isnull=True)
        owner_id = self.user.pk if owner == MINE else owner
        return leads.filter(owner_id=int(owner_id)) if owner_id else leads

    def _graded(self, rows: QuerySet[M], path: str) -> QuerySet[M]:
        """Narrowed by the grade; `path` leads to the score."""
        filters = self.filters
        if filters.letter:
            rows = rows.filter(**{f"{path}grade__startswith": filters.letter})
        return rows.filter(**{f"{path}grade__endswith": filters.digit}) if filters.digit else rows


def _found(search: str) -> QuerySet[Contact] | None:
    """The contacts whose name, address, number or company have every word; None without a word.

    Small letters and Polish ones without their strokes find the others too, and so does a number
    however it is written. Firms are found first: as a query within the query, they hide from
    PostgreSQL how few people are asked for.
    """
    found, rest = of_number(search) or (Q(), search)
    for word in without_fillers(rest.split()[:MOST_WORDS]):
        is_said = stands_in(word, "search_key")
        firms = Company.objects.filter(is_said).values_list("id", flat=True)
        some = list(firms[: COUNTED + 1])
        theirs = Q(company__in=some if len(some) <= COUNTED else firms)
        found &= is_said | theirs if some else is_said
    return Contact.objects.filter(found).only("id") if found else None


def _whom_one_may_call(leads: QuerySet[Lead]) -> QuerySet[Lead]:
    """The leads with a number whose people allowed to be called, and did not take it back.

    The newest word stands first in an index of consents, and in it what it said.
    """
    said = ConsentChange.objects.filter(contact=OuterRef("contact_id"), purpose=PHONE)
    newest = said.order_by("-at", "-id").values("is_given")[:1]
    leads = leads.alias(may_call=Subquery(newest)).filter(may_call=True)
    return leads.exclude(contact__phone="")


def _beyond(
    rows: QuerySet[M], key: tuple[str, object], lead: tuple[str, int], *, is_back: bool, falls: bool
) -> QuerySet[M]:
    """What stands after a place in ordered rows; with `is_back` before it, the nearest first.

    `key` and `lead` are the names and values that the order goes by; `falls` when the key does.
    """
    (name, value), (id_name, lead_id) = key, lead
    further, id_further = ("lt" if falls != is_back else "gt"), ("lt" if is_back else "gt")
    # The first condition alone says where the index begins to be read.
    found = rows.filter(**{f"{name}__{further}e": value}).filter(
        Q(**{f"{name}__{further}": value}) | Q(**{f"{id_name}__{id_further}": lead_id})
    )
    return found.reverse() if is_back else found


def _place(key: datetime | int | None, lead_id: int) -> Place:
    if isinstance(key, datetime):
        return (_microseconds(key), lead_id)
    return (-(UNSCORED if key is None else key), lead_id)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def cursor_of(lead: Lead, score: LeadScore | None, filters: Filters) -> Cursor:
    """Where a lead stands in the order."""
    if filters.order == WAITING:
        return Cursor(_microseconds(lead.stage_since), lead.pk)
    return Cursor(UNSCORED if score is None else score.overall, lead.pk)


def next_leads(leads: CallList, cursor: Cursor) -> tuple[int | None, int | None]:
    """The leads before and after a place in the list; None at its ends. Queries: five at most."""
    before, after = (leads.ids(cursor, 1, is_back=is_back) for is_back in (True, False))
    return (before[0] if before else None), (after[0] if after else None)


def owners_for(user: User) -> QuerySet[User]:
    """The others who own leads that somebody may see, by name. Queries: one, when it is read."""
    theirs = for_user(Lead.objects.filter(owner=OuterRef("pk"), closed_at__isnull=True), user)
    return User.objects.filter(Exists(theirs)).exclude(pk=user.pk).order_by("name", "pk")


def page_at(leads: CallList, where: Whereabouts, words: Words, now: datetime) -> ListPage:
    """A page of the list. A place from which nothing is left gives the first page.

    Queries: nine at most.
    """
    filters = leads.filters
    ids, is_more = _ids(leads, where)
    if not ids and (where.after or where.before):
        where = Whereabouts()
        ids, is_more = _ids(leads, where)
    first = _first_place(where, len(ids), is_more=is_more)
    rows = _rows(ids, first, words, now)
    has_previous = bool(where.after) or (bool(where.before) and is_more)
    has_next = bool(where.before) or is_more
    return ListPage(
        rows,
        _before(rows, filters) if has_previous and rows else None,
        _after(rows, filters) if has_next and rows else None,
        leads.n_found,
    )


def _before(rows: Sequence[Row], filters: Filters) -> Whereabouts:
    return Whereabouts(before=cursor_of(rows[0].lead, rows[0].score, filters), place=rows[0].place)


def _after(rows: Sequence[Row], filters: Filters) -> Whereabouts:
    return Whereabouts(
        after=cursor_of(rows[-1].lead, rows[-1].score, filters), place=rows[-1].place + 1
    )


def _first_place(where: Whereabouts, n_rows: int, *, is_more: bool) -> int:
    if where.before is None:
        return where.place
    return max(1, where.place - n_rows) if is_more else 1


def _ids(leads: CallList, where: Whereabouts) -> tuple[list[int], bool]:
    """The leads of a page in their order, and whether more follow the way one reads."""
    found = leads.ids(where.after or where.before, PAGE_SIZE + 1, is_back=where.before is not None)
    ids = found[:PAGE_SIZE]
    return (ids[::-1] if where.before else ids), len(found) > PAGE_SIZE


def _rows(ids: Sequence[int], first: int, words: Words, now: datetime) -> list[Row]:
    leads = leads_of(ids)
    contact_ids = [lead.contact_id for lead in leads]
    signals, consents = newest_signals(contact_ids, words, now), consents_of(contact_ids)
    held = held_by(ids, KINDS)
    rows = []
    for place, lead in enumerate(leads, first):
        score, said = score_of(lead), consents.get(lead.contact_id, {})
        rows.append(
            Row(
                place,
                lead,
                score,
                words.stage(lead.stage),
                [] if score is None else words.kinds(held.get(lead.pk, ()), score.version),
                [] if score is None else words.bands(score),
                [] if score is None else top_reasons(score, N_REASONS, words.lang),
                signals.get(lead.contact_id, ()),
                may_call(said),
                "" if score else words.unscored(is_refused=objects_to_profiling(said)),
            )
        )
    return rows


def leads_of(ids: Sequence[int]) -> list[Lead]:
    """Some leads in the order of their ids here, with all that a row shows, score and version too.

    Queries: two. A version is read once and not with each score: its document is long.
    """
    found = Lead.objects.filter(pk__in=ids).select_related("contact__company", "owner", "score")
    found = found.defer("contact__attributes", "contact__company__attributes", "score__definitions")
    by_id = {lead.pk: lead for lead in found}
    scores = [score for lead in by_id.values() if (score := score_of(lead)) is not None]
    versions = ModelVersion.objects.in_bulk({score.version_id for score in scores})
    for score in scores:
        score.version = versions[score.version_id]
    return [by_id[lead_id] for lead_id in ids if lead_id in by_id]


def score_of(lead: Lead) -> LeadScore | None:
    """The score that came with a lead; None where it has none."""
    return getattr(lead, "score", None)


def newest_signals(
    contact_ids: Iterable[int], words: Words, now: datetime
) -> Mapping[int, Sequence[Signal]]:
    """The newest touchpoints of some contacts, those made by machines left out.

    Queries: two. The index is asked for the first entries of each contact: whoever does much has
    thousands.
    """
    theirs = Touchpoint.objects.filter(
        contact_id=OuterRef("pk"), is_machine=False, occurred_at__lte=now
    ).order_by("-occurred_at")
    newest = {f"newest_{n}": Subquery(theirs.values("pk")[n : n + 1]) for n in range(N_SIGNALS)}
    contacts = Contact.objects.filter(pk__in=list(contact_ids)).annotate(**newest)
    ids = {id_ for row in contacts.values_list(*newest) for id_ in row if id_ is not None}
    found: dict[int, list[Signal]] = defaultdict(list)
    touchpoints = Touchpoint.objects.filter(pk__in=ids).order_by("-occurred_at")
    for touchpoint in touchpoints.only("contact_id", "type", "properties", "occurred_at"):
        if touchpoint.contact_id is not None:
            found[touchpoint.contact_id].append(words.signal(touchpoint))
    return found
