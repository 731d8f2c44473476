"""What conditions are held against before any lead is known: what a model says of its results."""

from __future__ import annotations

from leadscore.checks.definitions import all_bands, circles, results_of
from leadscore.checks.holding import World
from leadscore.checks.reach import Span, band_spans, reachable
from leadscore.conditions import Condition
from leadscore.judgement import overall_weights
from leadscore.model import ScoringModel


def free_world(model: ScoringModel) -> World:
    """Scores may be anything; bands and grades are those that the model names."""
    return World(
        spans={dimension.name: Span() for dimension in model.dimensions},
        bands={dimension.name: band_spans(dimension) for dimension in model.dimensions},
        results=results_of(model, all_bands(model)),
        weights=dict(overall_weights(model)),
        definitions=_plain_definitions(model),
    )


def bounded_world(model: ScoringModel) -> World:
    """Scores within the reach of rules and caps; only bands and grades that can be reached."""
    spans = reachable(model)
    bands = {dimension.name: band_spans(dimension) for dimension in model.dimensions}
    left = {
        name: tuple(band for band, span in inside.items() if not span.meet(spans[name]).is_empty)
        for name, inside in bands.items()
    }
    return World(
        spans=spans,
        bands=bands,
        results=results_of(model, left),
        weights=dict(overall_weights(model)),
        definitions=_plain_definitions(model),
    )


def _plain_definitions(model: ScoringModel) -> dict[str, Condition]:
    """Definitions that can be put in place of their names: none that is part of a circle."""
    circular = {name for circle in circles(model.definitions) for name in circle}
    return {part.name: part.when for part in model.definitions if part.name not in circular}
