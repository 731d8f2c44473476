"""What an explanation is made of; reads itself out as text, tables or plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rich.console import RenderableType

from leadscore.arithmetic import points_text
from leadscore.days import from_instant
from leadscore.rendering.explanation import explanation_tables
from leadscore.rendering.terminal import plain_text

LeadId = str | int


class LineKind(StrEnum):
    """What gave the points of a line, or took them."""

    RULE = "rule"
    GROUP_CAP = "group_cap"
    DIMENSION_CAP = "dimension_cap"

    @property
    def is_cap(self) -> bool:
        """Whether it is the line of a cap, which only changes what the rules gave."""
        return self is not LineKind.RULE


@dataclass(frozen=True, slots=True)
class Line:
    """One reason: what a rule gave, or what a cap changed.

    Units: milli-points. `raw_milli` is before the rule's own cap (for a cap: the sum before it),
    `milli` what counts towards the score. `latest_on` is a day of the model's time zone.
    """

    rule_id: str
    kind: LineKind
    label: str
    times: int
    latest_on: date | None
    raw_milli: int
    milli: int

    @property
    def is_limited(self) -> bool:
        """Whether the rule's own cap took something."""
        return not self.kind.is_cap and self.raw_milli != self.milli


@dataclass(frozen=True, slots=True)
class DimensionReasons:
    """One dimension: its lines in the order of the model, which add up to `milli`."""

    name: str
    label: str
    lines: tuple[Line, ...]
    milli: int
    max_milli: int
    band: str
    band_label: str


@dataclass(frozen=True, slots=True)
class OverallTerm:
    """One term of the overall score: weight × milli."""

    dimension: str
    label: str
    weight: int
    milli: int


@dataclass(frozen=True, slots=True)
class DefinitionOutcome:
    """Whether the lead meets a definition, and what the definition asks.

    `is_kept` says whether a lead that met it before keeps it; None when the model does not say.
    """

    name: str
    label: str
    condition: str
    is_met: bool
    is_kept: bool | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one lead has its scores, band, grade and definitions, in one language.

    Units: milli-points; `as_of` in microseconds since 1970 UTC.
    """

    lead_id: LeadId
    lang: str
    time_zone: str
    as_of: int
    dimensions: tuple[DimensionReasons, ...]
    overall_terms: tuple[OverallTerm, ...]
    overall_milli: int
    grade: str | None
    definitions: tuple[DefinitionOutcome, ...]

    def as_data(self) -> dict[str, object]:
        """The same as plain values, for machines; points as exact text."""
        return {
            "lead_id": self.lead_id,
            "as_of": from_instant(self.as_of).isoformat(),
            "time_zone": self.time_zone,
            "lang": self.lang,
            "dimensions": [_dimension_data(part) for part in self.dimensions],
            "overall": {
                "terms": [_term_data(term) for term in self.overall_terms],
                "points": points_text(self.overall_milli),
                "millipoints": self.overall_milli,
            },
            "grade": self.grade,
            "definitions": [
                {
                    "name": part.name,
                    "label": part.label,
                    "condition": part.condition,
                    "met": part.is_met,
                    "kept": part.is_kept,
                }
                for part in self.definitions
            ],
        }

    def as_text(self, width: int = 100) -> str:
        """The tables as plain text, without colours."""
        return plain_text(explanation_tables(self), width)

    def __rich__(self) -> RenderableType:
        return explanation_tables(self)

    def __str__(self) -> str:
        return self.as_text()


def _dimension_data(part: DimensionReasons) -> dict[str, object]:
    return {
        "name": part.name,
        "label": part.label,
        "points": points_text(part.milli),
        "millipoints": part.milli,
        "band": part.band,
        "band_label": part.band_label,
        "lines": [_line_data(line) for line in part.lines],
    }


def _line_data(line: Line) -> dict[str, object]:
    return {
        "rule_id": line.rule_id,
        "kind": line.kind.value,
        "label": line.label,
        "times": line.times,
        "latest_on": line.latest_on.isoformat() if line.latest_on else None,
        "points_raw": points_text(line.raw_milli),
        "points": points_text(line.milli),
        "millipoints_raw": line.raw_milli,
        "millipoints": line.milli,
    }


def _term_data(term: OverallTerm) -> dict[str, object]:
    return {
        "dimension": term.dimension,
        "label": term.label,
        "weight": term.weight,
        "points": points_text(term.milli),
        "millipoints": term.milli,
    }
