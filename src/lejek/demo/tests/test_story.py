"""What the demo says of definitions is what its scores say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lejek.demo.loading import load
from lejek.qualification.models import DefinitionState
from lejek.scoring.models import LeadScore

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.django_db
def test_definitions_are_met_by_those_whose_score_meets_them() -> None:
    load(NOW, lambda _: None, 60)
    by_score = {
        (score.lead_id, name)
        for score in LeadScore.objects.all()
        for name, is_met in score.definitions.items()
        if is_met
    }
    states = DefinitionState.objects.filter(is_met=True).values_list("lead_id", "definition")
    assert set(states) == by_score
    assert by_score
