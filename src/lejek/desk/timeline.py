"""What happened to a lead, newest first: what it did, what became known, who moved and judged it.

In: a lead. Out: lines, each said in the language of the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.translation import gettext as _

from lejek.capture.models import Touchpoint
from lejek.desk.words import Words
from lejek.identity.models import AttributeChange, Company, Lead
from lejek.identity.recording import COMPANY_LINK
from lejek.qualification.models import StageTransition, Verdict

MOST = 60


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline."""

    at: datetime
    label: str
    detail: str = ""
    is_machine: bool = False


def timeline(lead: Lead, words: Words) -> list[Happening]:
    """What happened, newest first, the last `MOST` of it.

    Queries: five at most.
    """
    found = [
        *_touched(lead, words),
        *_became_known(lead, words),
        *_moved(lead, words),
        *_judged(lead, words),
    ]
    return sorted(found, key=lambda happening: happening.at, reverse=True)[:MOST]


def _touched(lead: Lead, words: Words) -> list[Happening]:
    rows = Touchpoint.objects.filter(contact_id=lead.contact_id).order_by("-occurred_at")
    found = []
    for row in rows.only("type", "properties", "occurred_at", "is_machine", "contact_id")[:MOST]:
        signal = words.signal(row)
        found.append(Happening(row.occurred_at, signal.label, signal.detail, row.is_machine))
    return found


def _became_known(lead: Lead, words: Words) -> list[Happening]:
    """What one source said at one moment is one line."""
    changes = AttributeChange.objects.filter(contact=lead.contact_id)
    if lead.contact.company_id is not None:
        changes |= AttributeChange.objects.filter(company=lead.contact.company_id)
    newest = list(changes.order_by("-known_at", "source", "id")[:MOST])
    companies = _companies(newest)
    found = []
    for (at, source), told in groupby(newest, key=lambda change: (change.known_at, change.source)):
        said = [_said(change, words, companies) for change in told]
        found.append(Happening(at, f"{_('New data')} · {words.source(source)}", "; ".join(said)))
    return found


def _companies(changes: list[AttributeChange]) -> dict[object, str]:
    """The names of the companies that people moved between."""
    links = [change for change in changes if change.field == COMPANY_LINK]
    ids = {int(value) for c in links for value in (c.old, c.new) if value is not None}
    if not ids:
        return {}
    return dict(Company.objects.filter(pk__in=ids).values_list("id", "name"))


def _said(change: AttributeChange, words: Words, companies: dict[object, str]) -> str:
    if change.field == COMPANY_LINK:
        label = _("company")
        old, new = (companies.get(value, "–") for value in (change.old, change.new))
    else:
        label = words.field(change.field)
        old, new = (words.value(change.field, value) for value in (change.old, change.new))
    return f"{label}: {new}" if change.old in (None, "") else f"{label}: {old} → {new}"


def _moved(lead: Lead, words: Words) -> list[Happening]:
    moves = StageTransition.objects.filter(lead=lead).select_related("actor").order_by("-at")
    return [
        Happening(
            move.at,
            f"{words.stage(move.old)} → {words.stage(move.new)}",
            " · ".join(filter(None, (words.move(move.reason), str(move.actor or "")))),
        )
        for move in moves[:MOST]
    ]


def _judged(lead: Lead, words: Words) -> list[Happening]:
    verdicts = Verdict.objects.filter(lead=lead).select_related("reason", "actor").order_by("-at")
    found = []
    for verdict in verdicts[:MOST]:
        label = _("Accepted by sales") if verdict.is_accepted else _("Rejected by sales")
        if verdict.undone_at is not None:
            label += f" ({_('taken back')})"
        reason = "" if verdict.reason is None else words.reason(verdict.reason)
        said = [part for part in (str(verdict.actor or ""), reason, verdict.comment) if part]
        found.append(Happening(verdict.at, label, " · ".join(said)))
    return found
