"""Live scoring: leads whose facts changed are scored anew, in small batches.

In: leads marked dirty. Out: their scores, contributions and a point of history, and the event
lead_scored for each, in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from leadscore.days import day_to_date, from_instant, to_instant
from leadscore.live import Contribution
from leadscore.live import LeadScore as Scored
from lejek.consent.selectors import consents_of, objects_to_profiling
from lejek.identity.models import Lead
from lejek.kernel.events import emit
from lejek.kernel.locks import hold_others_back
from lejek.scoring.facts import LeadFacts, facts_of
from lejek.scoring.models import DirtyLead, LeadScore, ScorePoint
from lejek.scoring.versions import Ready, active_version, ready

BATCH = 100
CLOCKS_APART = timedelta(minutes=1)
"""So far the clocks of the machines of one installation may be apart."""
WRITING_SCORES = 0x5C0DE
"""Held by whoever writes scores, before the facts are looked at: what was known last is written
last."""


def mark(lead_ids: Sequence[int], *, now: datetime) -> None:
    """Let leads be scored anew.

    Repeat: a lead that waits already goes on waiting; one that was deleted since is left out.
    """
    known = Lead.objects.filter(id__in=set(lead_ids)).order_by("id").values_list("id", flat=True)
    rows = [DirtyLead(lead_id=lead_id, marked_at=now) for lead_id in known]
    DirtyLead.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def score_marked(*, now: datetime, at_most: int = BATCH) -> int:
    """Score some of the leads that wait, the longest waiting first.

    Returns: how many were scored. Repeat: scoring twice gives the same.
    """
    if not DirtyLead.objects.exists():
        return 0
    with transaction.atomic():
        hold_others_back(WRITING_SCORES)
        longest = DirtyLead.objects.order_by("marked_at", "lead_id")
        waiting = list(longest.values_list("lead_id", flat=True)[:at_most])
        # Taken off before the facts are read: a fact that arrives later marks the lead again.
        DirtyLead.objects.filter(lead_id__in=waiting).delete()
        score_leads(waiting, ready(active_version()), now=now)
    return len(waiting)


def score_leads(lead_ids: Sequence[int], current: Ready, *, now: datetime) -> None:
    """Score open leads as of now and keep what changed, in the caller's transaction.

    Writes: LeadScore, ScorePoint where a score or the version changed, an event for each lead;
    who refuses to be profiled has no score left.
    """
    leads = list(
        Lead.objects.filter(id__in=lead_ids, closed_at__isnull=True).select_related(
            "contact__company"
        )
    )
    refused = who_refuses({lead.id: lead.contact_id for lead in leads})
    withdraw_scores(sorted(refused), now=now)
    leads = [lead for lead in leads if lead.id not in refused]
    before = LeadScore.objects.in_bulk([lead.id for lead in leads], field_name="lead_id")
    rows: list[LeadScore] = []
    for facts in facts_of(leads, current.fields, with_colleagues=current.watches_companies):
        row = _row(facts, current, now)
        rows.append(row)
        emit("lead_scored", _content(row, before.get(facts.lead.id)), now=now)
    keep(rows, before)


def who_refuses(contacts: Mapping[int, int]) -> set[int]:
    """The leads, given with their contacts, of people who refuse to be profiled. Queries: one."""
    consents = consents_of(contacts.values())
    return {
        lead_id
        for lead_id, contact_id in contacts.items()
        if objects_to_profiling(consents.get(contact_id, {}))
    }


def withdraw_scores(lead_ids: Sequence[int], *, now: datetime) -> None:
    """Take away the scores of people who refuse to be profiled, in the caller's transaction.

    Writes: an event for each lead that had a score. Repeat: there is nothing left to take.
    """
    scores = LeadScore.objects.filter(lead_id__in=lead_ids)
    had = list(scores.order_by("lead_id").values_list("lead_id", flat=True))
    scores.delete()
    for lead_id in had:
        emit("score_withdrawn", {"lead_id": lead_id}, now=now)


def keep(rows: Sequence[LeadScore], before: dict[int, LeadScore]) -> None:
    """Write scores, and a point of history for each that differs from before."""
    LeadScore.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["lead"],
        update_fields=[
            "version",
            "as_of",
            "overall",
            "grade",
            "scores",
            "bands",
            "definitions",
            "contributions",
            "scored_at",
        ],
        batch_size=500,
    )
    ScorePoint.objects.bulk_create(
        (
            ScorePoint(
                lead_id=row.lead_id,
                version_id=row.version_id,
                at=row.as_of,
                overall=row.overall,
                scores=row.scores,
            )
            for row in rows
            if _differs(row, before.get(row.lead_id))
        ),
        batch_size=500,
    )


def _differs(row: LeadScore, before: LeadScore | None) -> bool:
    return before is None or before.scores != row.scores or before.version_id != row.version_id


def _row(facts: LeadFacts, current: Ready, now: datetime) -> LeadScore:
    as_of = _known_at(facts, now)
    scored = current.scorer.score(facts.attributes, facts.touchpoints, as_of, facts.colleagues)
    return score_row(facts.lead.id, scored, current.version_id, from_instant(as_of))


def _known_at(facts: LeadFacts, now: datetime) -> int:
    """The moment as of which a lead is scored: now, but not before its newest fact arrived.

    What is read has arrived, though the clock of the machine that took it in may be ahead.
    """
    here, furthest = to_instant(now), to_instant(now + CLOCKS_APART)
    everybody = (facts.touchpoints, *facts.colleagues.values())
    arrivals = (each.received_at or 0 for some in everybody for each in some)
    return max((at for at in arrivals if here < at <= furthest), default=here)


def score_row(lead_id: int, scored: Scored, version_id: int, now: datetime) -> LeadScore:
    """A scored lead as it is kept."""
    return LeadScore(
        lead_id=lead_id,
        version_id=version_id,
        as_of=now.astimezone(UTC),
        overall=scored.overall,
        grade=scored.grade or "",
        scores=dict(scored.scores),
        bands=dict(scored.bands),
        definitions={**scored.definitions, **{f"{k}_kept": v for k, v in scored.kept.items()}},
        contributions=[contribution_row(each) for each in scored.contributions],
        scored_at=now,
    )


def contribution_row(each: Contribution) -> list[Any]:
    """A contribution as it is kept: rule_id, times, latest_on, raw, milli."""
    latest_on = None if each.latest_day is None else day_to_date(each.latest_day).isoformat()
    return [each.rule_id, each.times, latest_on, each.raw, each.milli]


def _content(row: LeadScore, before: LeadScore | None) -> dict[str, Any]:
    return {
        "lead_id": row.lead_id,
        "version_id": row.version_id,
        "definitions": row.definitions,
        "overall": row.overall,
        "overall_before": None if before is None else before.overall,
        "version_before": None if before is None else before.version_id,
    }
