"""The names that a document declares and the fields that conditions may ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadscore.conditions import (
    ATTRIBUTE_SPACES,
    BAND_PREFIX,
    GRADE,
    OVERALL,
    SCORE_PREFIX,
    STAGE,
)
from leadscore.document.located import Entries, Node
from leadscore.fields import ModelFields


@dataclass(frozen=True, slots=True)
class Declared:
    """Names that other parts of the document may use, whether or not what they name is sound.

    `group_dimensions` holds the groups whose dimension is readable.
    """

    dimensions: tuple[str, ...]
    groups: tuple[str, ...]
    definitions: tuple[str, ...]
    has_grade: bool
    catalogue: ModelFields | None

    def computed_fields(self) -> tuple[str, ...]:
        """The model's own results that definitions may ask."""
        scores = tuple(f"{SCORE_PREFIX}{name}" for name in (*self.dimensions, OVERALL))
        bands = tuple(f"{BAND_PREFIX}{name}" for name in self.dimensions)
        return scores + bands + ((GRADE,) if self.has_grade else ())

    def attributes(self) -> tuple[str, ...]:
        """The attributes of the catalogue, or what attributes begin with."""
        if self.catalogue is not None:
            return tuple(self.catalogue.attributes)
        return (*(f"{space}." for space in ATTRIBUTE_SPACES), STAGE)


def declared_in(top: Mapping[str, Node], catalogue: ModelFields | None) -> Declared:
    """The names that stand as keys in the document."""

    def names(section: str) -> tuple[str, ...]:
        node = top.get(section)
        return tuple(node.key_spots) if isinstance(node, Entries) else ()

    return Declared(
        dimensions=names("dimensions"),
        groups=names("groups"),
        definitions=names("definitions"),
        has_grade="grade" in top,
        catalogue=catalogue,
    )
