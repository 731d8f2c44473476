"""The names that a document declares and the fields that conditions may ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from leadscore.conditions import (
    ATTRIBUTE_SPACES,
    BAND_PREFIX,
    GRADE,
    OVERALL,
    SCORE_PREFIX,
    STAGE,
    FieldType,
)
from leadscore.document.located import Entries, Node
from leadscore.document.vocabulary import MAX_DEFINITIONS, MAX_DIMENSIONS, MAX_GROUPS
from leadscore.fields import ModelFields


@dataclass(frozen=True, slots=True)
class Declared:
    """Names that other parts of the document may use, whether or not what they name is sound.

    `results` are the model's own scores, bands and grade, which definitions may ask.
    """

    dimensions: tuple[str, ...]
    groups: tuple[str, ...]
    definitions: tuple[str, ...]
    results: tuple[str, ...]
    catalogue: ModelFields | None

    @property
    def listed_attributes(self) -> Mapping[str, FieldType]:
        """The attributes of the catalogue; none where it lists none, and any may be asked."""
        return {} if self.catalogue is None else self.catalogue.attributes

    def attributes(self) -> tuple[str, ...]:
        """The attributes of the catalogue, or what attributes begin with."""
        if self.listed_attributes:
            return tuple(self.listed_attributes)
        return (*(f"{space}." for space in ATTRIBUTE_SPACES), STAGE)


def declared_in(top: Mapping[str, Node], catalogue: ModelFields | None) -> Declared:
    """The names that stand as keys in the document, as many of each kind as there may be."""

    def names(section: str, most: int) -> tuple[str, ...]:
        node = top.get(section)
        return tuple(islice(node.key_spots, most)) if isinstance(node, Entries) else ()

    dimensions = names("dimensions", MAX_DIMENSIONS)
    scores = (f"{SCORE_PREFIX}{name}" for name in (*dimensions, OVERALL))
    bands = (f"{BAND_PREFIX}{name}" for name in dimensions)
    return Declared(
        dimensions=dimensions,
        groups=names("groups", MAX_GROUPS),
        definitions=names("definitions", MAX_DEFINITIONS),
        results=(*scores, *bands, *((GRADE,) if "grade" in top else ())),
        catalogue=catalogue,
    )
