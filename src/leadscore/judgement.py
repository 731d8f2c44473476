"""What judging a score means, whoever judges: the overall mix, the order of definitions, units.

In: a model. Out: its weights, its definitions in an order that can be answered one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from graphlib import TopologicalSorter

from leadscore.arithmetic import MILLI
from leadscore.conditions import SCORE_PREFIX, Comparison, DefinitionMet, Scalar, walk
from leadscore.model import Definition, ScoringModel


def overall_weights(model: ScoringModel) -> tuple[tuple[str, int], ...]:
    """The declared weights of the overall score; without any, every dimension once."""
    return model.overall or tuple((dimension.name, 1) for dimension in model.dimensions)


def in_order(definitions: Sequence[Definition]) -> list[Definition]:
    """Definitions so that each comes after those it refers to.

    Raises: ValueError when they refer to each other in a circle.
    """
    sorter = TopologicalSorter({d.name: _referred(d) for d in definitions})
    named = {definition.name: definition for definition in definitions}
    return [named[name] for name in sorter.static_order()]


def _referred(definition: Definition) -> set[str]:
    conditions = [definition.when, *([definition.keep_while] if definition.keep_while else [])]
    return {
        part.name for whole in conditions for part in walk(whole) if isinstance(part, DefinitionMet)
    }


def in_milli(comparison: Comparison) -> Comparison:
    """A comparison of a score with its operand in milli-points; any other as it is."""
    if not comparison.field.startswith(SCORE_PREFIX) or isinstance(comparison.operand, bool):
        return comparison
    operand = comparison.operand
    if isinstance(operand, tuple):
        return replace(comparison, operand=tuple(_milli(item) for item in operand))
    return replace(comparison, operand=_milli(operand))


def _milli(points: Scalar) -> int:
    return int(Decimal(str(points)) * MILLI)
