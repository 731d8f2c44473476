"""What qualification does when a lead was scored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lejek.identity.models import Lead
from lejek.qualification.models import DefinitionCrossing, DefinitionState, Stage
from lejek.qualification.rules import Crossing, StageRule, crossing, stage_after
from lejek.qualification.services import move_lead
from lejek.scoring.models import ModelVersion

KEPT = "_kept"


def move_by_definitions(content: dict[str, Any], *, now: datetime) -> None:
    """Note which definitions a lead began or ceased to meet, and move it on when one leads on.

    Repeat: a crossing is noted once, so a second call finds nothing to do.
    """
    lead = Lead.objects.filter(pk=content["lead_id"], closed_at__isnull=True).first()
    if lead is None:
        return
    began = _cross(lead, content, now)
    target = stage_after(_stages(), lead.stage, began)
    if target is None:
        return
    move_lead(
        lead=lead,
        to=target.key,
        reason=f"meets {target.definition}",
        actor=None,
        now=now,
        version=ModelVersion.objects.get(pk=content["version_id"]),
        definition=target.definition,
    )


def _cross(lead: Lead, content: Mapping[str, Any], now: datetime) -> list[str]:
    """Write down what was crossed; the definitions that began."""
    definitions: Mapping[str, bool] = content["definitions"]
    known = {state.definition: state for state in DefinitionState.objects.filter(lead=lead)}
    began: list[str] = []
    for name, meets in definitions.items():
        if name.endswith(KEPT) and name.removesuffix(KEPT) in definitions:
            continue
        state = known.get(name)
        was_met = state is not None and state.is_met
        keeps = definitions.get(name + KEPT, meets)
        happened = crossing(was_met=was_met, meets=meets, keeps=keeps)
        if happened is Crossing.NONE:
            continue
        is_met = happened is Crossing.BEGAN
        DefinitionState.objects.update_or_create(
            lead=lead, definition=name, defaults={"is_met": is_met, "since": now}
        )
        DefinitionCrossing.objects.create(
            lead=lead,
            definition=name,
            has_begun=is_met,
            at=now,
            version_id=content["version_id"],
        )
        if is_met:
            began.append(name)
    return began


def _stages() -> list[StageRule]:
    return [
        StageRule(stage.key, stage.position, stage.definition, stage.is_working)
        for stage in Stage.objects.order_by("position")
    ]
