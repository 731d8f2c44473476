"""What happened to a lead, newest first: what it did, what became known, who moved and judged it.

In: a lead, and the fact after which somebody reads on. Out: a page of lines, each said in the
language of the page, and where the older ones begin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from leadscore.days import from_instant, to_instant
from lejek.capture.models import Touchpoint
from lejek.consent.models import ConsentChange
from lejek.desk.words import Words
from lejek.identity.models import AttributeChange, Company, Lead
from lejek.identity.recording import COMPANY_LINK
from lejek.qualification.models import StageTransition, Verdict
from lejek.scoring.models import ModelVersion

MOST = 60
"""So many facts stand on a page."""

Fact = Touchpoint | AttributeChange | ConsentChange | StageTransition | Verdict


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline."""

    at: datetime
    label: str
    detail: str = ""
    is_machine: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fact stands: its moment, its kind among those of one moment, its id."""

    at: datetime
    kind: int
    fact_id: UUID | int

    @classmethod
    def of(cls, text: str) -> Place | None:
        """The place of an address; None where it is none."""
        try:
            instant, kind, fact_id = text.split(".")
            found = cls(
                from_instant(int(instant)),
                int(kind),
                UUID(fact_id) if int(kind) == _TOUCHPOINT else int(fact_id),
            )
        except (ValueError, OverflowError):
            return None
        is_id = isinstance(found.fact_id, UUID) or abs(found.fact_id) < 2**63
        return found if is_id and 0 <= found.kind < len(_KINDS) else None

    def __str__(self) -> str:
        return f"{to_instant(self.at)}.{self.kind}.{self.fact_id}"

    @property
    def key(self) -> tuple[datetime, int, Any]:
        """What the order goes by, the largest first."""
        return (self.at, self.kind, self.fact_id)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of what happened; `older` is its last fact where more follow, else None."""

    lines: Sequence[Happening]
    older: Place | None


def timeline(lead: Lead, words: Words, after: Place | None = None) -> Timeline:
    """What happened, newest first: a page of it, from the top or after a fact.

    Queries: five; one more where the person changed companies, one where definitions moved it.
    """
    found = [
        (Place(getattr(row, moment), kind, row.pk), row)
        for kind, (moment, facts_of) in enumerate(_KINDS)
        for row in _newest(facts_of(lead), moment, kind, after)
    ]
    found.sort(key=lambda each: each[0].key, reverse=True)
    facts: list[Fact] = [row for _, row in found[:MOST]]
    teller = _Teller(words, facts)
    lines = [teller.line(list(each)) for _, each in groupby(facts, _line_of)]
    return Timeline(lines, found[MOST - 1][0] if len(found) > MOST else None)


def _touchpoints(lead: Lead) -> QuerySet[Touchpoint]:
    rows = Touchpoint.objects.filter(contact_id=lead.contact_id)
    return rows.only("type", "properties", "occurred_at", "is_machine", "contact_id")


def _attribute_changes(lead: Lead) -> QuerySet[AttributeChange]:
    changes = AttributeChange.objects.filter(contact=lead.contact_id)
    if lead.contact.company_id is not None:
        changes |= AttributeChange.objects.filter(company=lead.contact.company_id)
    return changes


def _consent_changes(lead: Lead) -> QuerySet[ConsentChange]:
    return ConsentChange.objects.filter(contact=lead.contact_id)


def _moves(lead: Lead) -> QuerySet[StageTransition]:
    return StageTransition.objects.filter(lead=lead).select_related("actor")


def _verdicts(lead: Lead) -> QuerySet[Verdict]:
    return Verdict.objects.filter(lead=lead).select_related("reason", "actor")


_KINDS: Sequence[tuple[str, Callable[[Lead], QuerySet[Any]]]] = (
    ("occurred_at", _touchpoints),
    ("known_at", _attribute_changes),
    ("at", _consent_changes),
    ("at", _moves),
    ("at", _verdicts),
)
"""The kinds of facts, and what says when each happened. Of one moment, the later are newer."""
_TOUCHPOINT = 0


def _newest(rows: QuerySet[Any], moment: str, kind: int, after: Place | None) -> QuerySet[Any]:
    """The newest facts of a kind that stand after a place, one more than a page holds."""
    if after is not None:
        # The first condition alone says where the index begins to be read.
        rows = rows.filter(**{f"{moment}__lte": after.at})
        if kind == after.kind:
            rows = rows.exclude(**{moment: after.at, "pk__gte": after.fact_id})
        elif kind > after.kind:
            rows = rows.exclude(**{moment: after.at})
    return rows.order_by(f"-{moment}", "-pk")[: MOST + 1]


def _line_of(fact: Fact) -> tuple[object, ...]:
    """What one source said at one moment is one line; all else has a line of its own."""
    if isinstance(fact, AttributeChange):
        return AttributeChange, fact.known_at, fact.source
    if isinstance(fact, ConsentChange):
        return ConsentChange, fact.at, fact.source
    return type(fact), fact.pk


class _Teller:
    """Says facts in the language of the page."""

    def __init__(self, words: Words, facts: Sequence[Fact]) -> None:
        self._words = words
        self._companies = _companies([x for x in facts if isinstance(x, AttributeChange)])
        moved = {x.version_id for x in facts if isinstance(x, StageTransition)} - {None}
        self._versions: Mapping[int, ModelVersion] = (
            ModelVersion.objects.in_bulk(moved) if moved else {}
        )

    def line(self, facts: Sequence[Fact]) -> Happening:
        """Facts that share a line."""
        fact = facts[0]
        if isinstance(fact, Touchpoint):
            signal = self._words.signal(fact)
            return Happening(fact.occurred_at, signal.label, signal.detail, fact.is_machine)
        if isinstance(fact, StageTransition):
            return self._moved(fact)
        if isinstance(fact, Verdict):
            return self._judged(fact)
        at = fact.at if isinstance(fact, ConsentChange) else fact.known_at
        label = _("Consents") if isinstance(fact, ConsentChange) else _("New data")
        said = "; ".join(self._said(each) for each in reversed(facts))
        return Happening(at, f"{label} · {self._words.source(fact.source)}", said)

    def _said(self, change: Fact) -> str:
        words = self._words
        if isinstance(change, ConsentChange):
            name = f"consent.{change.purpose}"
            return f"{words.field(name)}: {words.value(name, change.is_given)}"
        if not isinstance(change, AttributeChange):
            return ""
        if change.field == COMPANY_LINK:
            label = _("company")
            old, new = (self._companies.get(value, "–") for value in (change.old, change.new))
        else:
            label = words.field(change.field)
            old, new = (words.value(change.field, value) for value in (change.old, change.new))
        return f"{label}: {new}" if change.old in (None, "") else f"{label}: {old} → {new}"

    def _moved(self, move: StageTransition) -> Happening:
        words = self._words
        version = self._versions.get(move.version_id or 0)
        said = filter(None, (words.move(move, version), str(move.actor or "")))
        return Happening(
            move.at, f"{words.stage(move.old)} → {words.stage(move.new)}", " · ".join(said)
        )

    def _judged(self, verdict: Verdict) -> Happening:
        label = _("Accepted by sales") if verdict.is_accepted else _("Rejected by sales")
        if verdict.undone_at is not None:
            label += f" ({_('taken back')})"
        reason = "" if verdict.reason is None else self._words.reason(verdict.reason)
        said = filter(None, (str(verdict.actor or ""), reason, verdict.comment))
        return Happening(verdict.at, label, " · ".join(said))


def _companies(changes: Sequence[AttributeChange]) -> Mapping[object, str]:
    """The names of the companies that people moved between."""
    links = [change for change in changes if change.field == COMPANY_LINK]
    ids = {int(value) for c in links for value in (c.old, c.new) if value is not None}
    return dict(Company.objects.filter(pk__in=ids).values_list("id", "name")) if ids else {}
