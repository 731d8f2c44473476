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
    version_id = content["version_id"]
    began = _cross(lead, content["definitions"], version_id=version_id, now=now)
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


def end_definitions(content: dict[str, Any], *, now: datetime) -> None:
    """A lead has no score any more: it ceases to meet whatever it met.

    Repeat: what has ended is not ended again.
    """
    for lead in Lead.objects.filter(pk=content["lead_id"]):
        _cross(lead, {}, version_id=None, now=now)


def _cross(
    lead: Lead, definitions: Mapping[str, bool], *, version_id: int | None, now: datetime
) -> list[str]:
    """Write down what was crossed; the definitions that began.

    One that is not among them any more, as another version knows nothing of it, has ended.
    """
    states = DefinitionState.objects.filter(lead=lead, is_met=True)
    met = set(states.values_list("definition", flat=True))
    began: list[str] = []
    for name in sorted(met.union(definitions)):
        if name.endswith(KEPT) and name.removesuffix(KEPT) in definitions:
            continue
        meets = definitions.get(name, False)
        keeps = definitions.get(name + KEPT, meets)
        happened = crossing(was_met=name in met, meets=meets, keeps=keeps)
        if happened is Crossing.NONE:
            continue
        is_met = happened is Crossing.BEGAN
        DefinitionState.objects.update_or_create(
            lead=lead, definition=name, defaults={"is_met": is_met, "since": now}
        )
        DefinitionCrossing.objects.create(
            lead=lead, definition=name, has_begun=is_met, at=now, version_id=version_id
        )
        if is_met:
            began.append(name)
    return began


def _stages() -> list[StageRule]:
    return [
        StageRule(stage.key, stage.position, stage.definition, stage.is_working)
        for stage in Stage.objects.order_by("position")
    ]
