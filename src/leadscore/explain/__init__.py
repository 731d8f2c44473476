"""Contributions to reasons: why a lead has the score it has, line by line.

In: a model, the row of scores and the contributions of one lead. Out: an explanation in English
or Polish whose lines were checked to add up to the score; nothing is shown that does not.
"""

from leadscore.explain.adding import DoesNotAddUp, Given, explanation
from leadscore.explain.sources import UnknownLead, explain, explain_live
from leadscore.explain.values import (
    DefinitionOutcome,
    DimensionReasons,
    Explanation,
    Line,
    LineKind,
    OverallTerm,
)

__all__ = [
    "DefinitionOutcome",
    "DimensionReasons",
    "DoesNotAddUp",
    "Explanation",
    "Given",
    "Line",
    "LineKind",
    "OverallTerm",
    "UnknownLead",
    "explain",
    "explain_live",
    "explanation",
]
