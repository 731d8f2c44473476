"""Everything that can be wrong with what a model means, once its parts can be read."""

from __future__ import annotations

from collections.abc import Iterator

from leadscore.checks.problem import Places, Problem
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
    yield from ()
