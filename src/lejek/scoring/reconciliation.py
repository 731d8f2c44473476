"""Live scoring and the batch must agree; whoever differs is a defect, with its details.

In: the rows that a batch changed though they had been scored live the same day, and a sample of the
others. Out: differences, each with the lead and both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadscore.days import to_instant
from leadscore.live import LeadScore as Scored
from lejek.identity.models import Lead
from lejek.kernel.models import Event
from lejek.scoring.facts import facts_of
from lejek.scoring.live import contribution_row
from lejek.scoring.models import DirtyLead, LeadScore, ModelVersion
from lejek.scoring.versions import Ready, ready

SAMPLE = 200
MOST_RECOMPUTED = 1000

Difference = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a run found.

    The kind of a difference is `engines` (live and batch differ on the same facts) or `unmarked`
    (facts changed, and nobody had the lead scored anew).
    """

    n_recomputed: int
    differences: list[Difference]


def reconcile(
    version: ModelVersion, as_of: datetime, stale: Sequence[dict[str, Any]]
) -> Reconciled:
    """Hold what the batch wrote against live scoring.

    `stale` are rows that were scored live on the same local day by the same version and came out
    differently; a lead that waits to be scored anyway is none of them.
    """
    waiting = _waiting()
    suspects = [row for row in stale if row["lead_id"] not in waiting][:MOST_RECOMPUTED]
    sample = _sample(version, as_of)
    ids = {row["lead_id"] for row in suspects} | set(sample)
    kept = LeadScore.objects.filter(lead_id__in=ids, version=version, as_of=as_of)
    written = {row.lead_id: row for row in kept if row.lead_id not in waiting}
    live = recomputed(sorted(written), ready(version), as_of)
    # What arrived while we were looking is no difference.
    waiting = _waiting()
    differences = [
        _difference("engines", lead_id, _kept(written[lead_id]), _live(scored))
        for lead_id, scored in live.items()
        if lead_id not in waiting and _kept(written[lead_id]) != _live(scored)
    ]
    engines = {each["lead_id"] for each in differences}
    differences += [
        _difference("unmarked", row["lead_id"], row["before"], _kept(written[row["lead_id"]]))
        for row in suspects
        if row["lead_id"] in written and row["lead_id"] not in waiting | engines
    ]
    return Reconciled(len(live), sorted(differences, key=lambda each: int(each["lead_id"])))


def recomputed(lead_ids: Sequence[int], current: Ready, as_of: datetime) -> dict[int, Scored]:
    """Live scores of some leads as of a moment; nothing is written."""
    leads = list(
        Lead.objects.filter(id__in=lead_ids, closed_at__isnull=True).select_related(
            "contact__company"
        )
    )
    facts = facts_of(leads, current.fields, with_colleagues=current.watches_companies)
    return {
        each.lead.id: current.scorer.score(
            each.attributes, each.touchpoints, to_instant(as_of), each.colleagues
        )
        for each in facts
    }


def _waiting() -> set[int]:
    """Leads whose facts changed and that live scoring has not come to yet."""
    marked = set(DirtyLead.objects.values_list("lead_id", flat=True))
    told = Event.objects.filter(handled_at__isnull=True).exclude(name="lead_scored")
    for content in told.values_list("content", flat=True).iterator():
        marked.update(content.get("lead_ids", ()))
        marked.update([content["lead_id"]] if "lead_id" in content else ())
    return marked


def _sample(version: ModelVersion, as_of: datetime) -> list[int]:
    """Some of the leads that the batch scored, evenly spread."""
    scored = LeadScore.objects.filter(version=version, as_of=as_of).order_by("lead_id")
    ids = list(scored.values_list("lead_id", flat=True))
    step = max(1, len(ids) // SAMPLE)
    return ids[::step][:SAMPLE]


def _kept(row: LeadScore) -> dict[str, Any]:
    return {
        "overall": row.overall,
        "scores": row.scores,
        "grade": row.grade,
        "definitions": row.definitions,
        "contributions": row.contributions,
    }


def _live(scored: Scored) -> dict[str, Any]:
    return {
        "overall": scored.overall,
        "scores": dict(scored.scores),
        "grade": scored.grade or "",
        "definitions": {**scored.definitions, **{f"{k}_kept": v for k, v in scored.kept.items()}},
        "contributions": [contribution_row(each) for each in scored.contributions],
    }


def _difference(kind: str, lead_id: int, one: dict[str, Any], other: dict[str, Any]) -> Difference:
    """What differs, without the lines that agree. `one` is kept or was, `other` is live or is."""
    told: Difference = {"kind": kind, "lead_id": lead_id}
    for name in ("overall", "scores", "grade", "definitions"):
        if name in one and one[name] != other[name]:
            told[name] = [one[name], other[name]]
    if "contributions" in one:
        ones, others = (
            {json_line[0]: json_line for json_line in side["contributions"]}
            for side in (one, other)
        )
        told["rules"] = sorted(
            rule for rule in ones.keys() | others.keys() if ones.get(rule) != others.get(rule)
        )
    return told
