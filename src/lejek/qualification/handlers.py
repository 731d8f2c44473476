"""What qualification does when a lead was scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lejek.identity.models import Lead
from lejek.kernel.events import emit
from lejek.qualification.models import DefinitionCrossing, DefinitionState, Stage
from lejek.qualification.rules import Crossing, StageRule, crossing, stage_after
from lejek.qualification.services import move_lead
from lejek.scoring.models import LeadScore, ModelVersion

KEPT = "_kept"


def follow_score(content: dict[str, Any], *, now: datetime) -> None:
    """Note which definitions a lead began or ceased to meet, and move it on when one leads on.

    What counts is the score that the lead has now, however late the event is heard: one that is
    replayed after a week does not bring last week back. A lead without a score meets nothing.

    Writes: crossings, and the event definitions_crossed of all of them; what `move_lead` writes.
    Repeat: a crossing is noted once, so a second call finds nothing to do.
    """
    lead = Lead.objects.filter(pk=content["lead_id"]).first()
    if lead is None:
        return
    score = LeadScore.objects.filter(lead=lead).only("definitions", "version_id").first()
    if score is None:
        _cross(lead, {}, version_id=None, by_version=False, now=now)
        return
    if lead.closed_at is not None:
        return
    version_id, before = score.version_id, content.get("version_before")
    by_version = before is not None and before != version_id
    began = _cross(lead, score.definitions, version_id=version_id, by_version=by_version, now=now)
    target = stage_after(_stages(), lead.stage, began)
    if target is None:
        return
    move_lead(
        lead=lead,
        to=target.key,
        reason=f"meets {target.definition}",
        actor=None,
        now=now,
        version=ModelVersion.objects.get(pk=version_id),
        definition=target.definition,
    )


def _cross(
    lead: Lead,
    definitions: Mapping[str, bool],
    *,
    version_id: int | None,
    by_version: bool,
    now: datetime,
) -> list[str]:
    """Write down what was crossed; the definitions that began and are news.

    One that is not among them any more, as another version knows nothing of it, has ended. One that
    a version gives back to a lead from whom a version had taken it is no news: the lead is as it
    was when it first began, and whoever sent it back then did not mean the version.
    """
    states = DefinitionState.objects.filter(lead=lead, is_met=True)
    met = set(states.values_list("definition", flat=True))
    news: list[str] = []
    crossed: list[DefinitionCrossing] = []
    for name in sorted(met.union(definitions)):
        if name.endswith(KEPT) and name.removesuffix(KEPT) in definitions:
            continue
        meets = definitions.get(name, False)
        keeps = definitions.get(name + KEPT, meets)
        happened = crossing(was_met=name in met, meets=meets, keeps=keeps)
        if happened is Crossing.NONE:
            continue
        is_met = happened is Crossing.BEGAN
        if is_met and not (by_version and _was_taken_by_version(lead, name)):
            news.append(name)
        DefinitionState.objects.update_or_create(
            lead=lead, definition=name, defaults={"is_met": is_met, "since": now}
        )
        crossed.append(
            DefinitionCrossing.objects.create(
                lead=lead,
                definition=name,
                has_begun=is_met,
                at=now,
                version_id=version_id,
                by_version=by_version,
            )
        )
    if crossed:
        _tell(crossed, now=now)
    return news


def _tell(crossed: Sequence[DefinitionCrossing], *, now: datetime) -> None:
    """One event of all that a lead crossed at once: a new version may move every lead."""
    version_id = crossed[0].version_id
    numbers = ModelVersion.objects.values_list("number", flat=True)
    content = {
        "lead_id": crossed[0].lead_id,
        "began": [each.definition for each in crossed if each.has_begun],
        "ended": [each.definition for each in crossed if not each.has_begun],
        "model_version": None if version_id is None else numbers.get(pk=version_id),
    }
    emit("definitions_crossed", content, now=now)


def _was_taken_by_version(lead: Lead, definition: str) -> bool:
    """Whether the definition last ended because of a version, and not of the lead."""
    crossings = DefinitionCrossing.objects.filter(lead=lead, definition=definition)
    return crossings.order_by("-id").values_list("by_version", flat=True).first() is True


def _stages() -> list[StageRule]:
    return [
        StageRule(stage.key, stage.position, stage.definition, stage.is_working)
        for stage in Stage.objects.order_by("position")
    ]
