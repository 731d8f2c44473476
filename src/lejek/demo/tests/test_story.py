"""What the demo says of definitions is what its scores say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lejek.demo.loading import load
from lejek.qualification.handlers import KEPT
from lejek.qualification.models import DefinitionCrossing, DefinitionState
from lejek.scoring.models import LeadScore

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.django_db
def test_definitions_are_met_by_those_whose_score_meets_or_keeps_them() -> None:
    load(NOW, lambda _: None, 60)
    said = {
        (score.lead_id, name): (is_met, score.definitions.get(name + KEPT, is_met))
        for score in LeadScore.objects.all()
        for name, is_met in score.definitions.items()
        if not name.endswith(KEPT)
    }
    states = DefinitionState.objects.filter(is_met=True).values_list("lead_id", "definition")
    met = set(states)
    assert {one for one, (meets, _) in said.items() if meets} <= met
    assert met <= {one for one, (_, keeps) in said.items() if keeps}
    crossings = DefinitionCrossing.objects.order_by("at", "id")
    last = {(each.lead_id, each.definition): each.has_begun for each in crossings}
    assert met == {one for one, has_begun in last.items() if has_begun}
    begun = crossings.filter(definition="marketing_qualified", has_begun=True)
    assert begun.count() > 0
    assert begun.count() == begun.values("lead").distinct().count()
