"""Everything that can be wrong with what a model means, once its parts can be read."""

from __future__ import annotations

from collections.abc import Iterator

from leadscore.checks.definitions import circle_problems, column_problems, result_problems
from leadscore.checks.effect import effect_problems, unused_problems
from leadscore.checks.field_types import field_type_problems
from leadscore.checks.possibility import (
    definition_possibility_problems,
    rule_possibility_problems,
)
from leadscore.checks.problem import Places, Problem
from leadscore.checks.reach import band_problems_of_reach
from leadscore.fields import ModelFields
from leadscore.model import ScoringModel


def meaning_problems(
    model: ScoringModel,
    places: Places,
    *,
    is_whole: bool,
    catalogue: ModelFields | None = None,
) -> Iterator[Problem]:
    """The problems of a model's meaning.

    What adds up over all rules is judged only when the model `is_whole`: with parts left out it
    would accuse the rest.
    """
    yield from field_type_problems(model, places, catalogue)
    yield from column_problems(model, places)
    yield from circle_problems(model, places)
    yield from result_problems(model, places)
    yield from effect_problems(model, places)
    yield from rule_possibility_problems(model, places)
    yield from definition_possibility_problems(model, places, is_whole=is_whole)
    if is_whole:
        yield from unused_problems(model, places)
        yield from band_problems_of_reach(model, places)
