"""What can be wrong with the bands of a dimension: they have to cover its range exactly once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from leadscore.arithmetic import points_text
from leadscore.checks.problem import Place, Problem, kind
from leadscore.model import Band


@dataclass(frozen=True, slots=True)
class BandEdges:
    """A band with the end that the document gives it, if any, and where each of it stands."""

    band: Band
    to_milli: int | None
    at_name: Place
    at_from: Place
    at_to: Place | None


@kind
class BandGap(Problem):
    """Scores between two bands, or below the first, that fall nowhere."""

    code: ClassVar[str] = "band-gap"
    low: str
    high: str


@kind
class BandOverlap(Problem):
    """Scores that fall in two bands."""

    code: ClassVar[str] = "band-overlap"
    low: str
    high: str


@kind
class BandOrder(Problem):
    """A band that does not begin above the one before it."""

    code: ClassVar[str] = "band-order"
    before: str


@kind
class FirstBandNotAtMinimum(Problem):
    """A first band that begins elsewhere than its dimension."""

    code: ClassVar[str] = "first-band-not-at-minimum"
    minimum: str


@kind
class BandBeyondMaximum(Problem):
    """A band that begins, or ends, above its dimension's maximum."""

    code: ClassVar[str] = "band-beyond-maximum"
    maximum: str


@kind
class LastBandTooShort(Problem):
    """A last band that ends before its dimension does."""

    code: ClassVar[str] = "last-band-too-short"
    maximum: str


@kind
class DuplicateBand(Problem):
    """Two bands of one dimension with one name."""

    code: ClassVar[str] = "duplicate-band"


def band_problems(edges: Sequence[BandEdges], low: int, high: int) -> Iterator[Problem]:
    """Everything that keeps the bands from covering [low, high] exactly once."""
    if edges and (first := edges[0]).band.from_milli != low:
        found, minimum = points_text(first.band.from_milli), points_text(low)
        yield FirstBandNotAtMinimum(at=first.at_from, found=found, minimum=minimum)
    yield from _name_problems(edges)
    for before, after in pairwise(edges):
        yield from _edge_problems(before, after)
    for edge in edges:
        if edge.band.from_milli > high:
            found, maximum = points_text(edge.band.from_milli), points_text(high)
            yield BandBeyondMaximum(at=edge.at_from, found=found, maximum=maximum)
    if edges:
        yield from _end_problems(edges[-1], high)


def _name_problems(edges: Sequence[BandEdges]) -> Iterator[Problem]:
    seen: set[str] = set()
    for edge in edges:
        if edge.band.name in seen:
            yield DuplicateBand(at=edge.at_name, found=edge.band.name)
        seen.add(edge.band.name)


def _edge_problems(before: BandEdges, after: BandEdges) -> Iterator[Problem]:
    start = after.band.from_milli
    if start <= before.band.from_milli:
        earlier = points_text(before.band.from_milli)
        yield BandOrder(at=after.at_from, found=points_text(start), before=earlier)
    elif before.to_milli is not None and before.at_to is not None and before.to_milli != start:
        low, high = sorted((before.to_milli, start))
        kind = BandGap if before.to_milli < start else BandOverlap
        yield kind(
            at=before.at_to,
            found=points_text(before.to_milli),
            low=points_text(low),
            high=points_text(high),
        )


def _end_problems(last: BandEdges, high: int) -> Iterator[Problem]:
    if last.to_milli is None or last.at_to is None or last.to_milli == high:
        return
    kind = LastBandTooShort if last.to_milli < high else BandBeyondMaximum
    yield kind(at=last.at_to, found=points_text(last.to_milli), maximum=points_text(high))
