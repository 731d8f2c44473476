"""A list narrowed by a condition of the condition language.

In: a condition as JSON. Out: whether each of some leads fits it; or all that is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from leadscore.checks.problem import Problem as Fault
from leadscore.conditions import (
    Comparison,
    DefinitionMet,
    FieldType,
    Leaf,
    Predicate,
    TouchpointCount,
    Value,
    comparisons,
    is_computed,
    needed_type,
    predicate,
    test_of,
)
from leadscore.document.askable import Setting
from leadscore.document.conditions import ConditionReader
from leadscore.document.json_text import json_tree
from leadscore.document.known import Declared
from leadscore.document.located import Node, ProblemList, Refused
from leadscore.document.places import NodePlaces
from leadscore.document.taking import Taker
from leadscore.document.text import checked_text
from leadscore.fields import ModelFields
from leadscore.judgement import in_milli
from leadscore.model import ScoringModel
from lejek.api.failures import Problem, invalid, problem
from lejek.consent.selectors import consents_of
from lejek.identity.fields import BUILT_IN
from lejek.identity.models import FieldDefinition, Lead
from lejek.scoring.facts import attributes_of
from lejek.scoring.models import LeadScore
from lejek.scoring.versions import NoActiveModel, active_version, ready

Row = tuple[Lead, LeadScore | None]

_KINDS = {kind.value: kind for kind in FieldType}
_WHERE = "query.where"
_DEFINITION = "definition#"
_CONSENT = "consent."
_EXAMPLE = 'a condition such as {"stage": {"eq": "lead"}}'


@dataclass(frozen=True, slots=True)
class Where:
    """A condition that is ready to be held against leads."""

    fields: ModelFields
    holds: Predicate

    def answers(self, rows: Sequence[Row]) -> Iterable[bool]:
        """Whether each lead fits.

        Queries: one when the condition asks for consents, else none.
        """
        asks_consent = any(name.startswith(_CONSENT) for name in self.fields.attributes)
        people = [lead.contact_id for lead, _ in rows] if asks_consent else []
        consents = consents_of(people) if people else {}
        for lead, score in rows:
            values = attributes_of(lead, self.fields, consents.get(lead.contact_id, {}))
            yield self.holds(values | _results(score))


def _results(score: LeadScore | None) -> dict[str, Value]:
    """The results of a lead as conditions name them; none of a lead without a score."""
    if score is None:
        return {}
    found: dict[str, Value] = {"score.overall": score.overall, "grade": score.grade or None}
    found.update((f"score.{name}", milli) for name, milli in score.scores.items())
    found.update((f"band.{name}", band) for name, band in score.bands.items())
    found.update((_DEFINITION + name, is_met) for name, is_met in score.definitions.items())
    return found


def read_where(text: str) -> Where:
    """The condition of a parameter.

    Raises: Refusal with everything that is wrong with it.
    Queries: two.
    """
    known = _known_fields()
    faults, places = ProblemList(), _Marks()
    try:
        reader = ConditionReader(Taker(faults), places, _declared(known))
        tree = json_tree(checked_text(text, faults), faults)
        condition = reader.condition(tree, Setting.DEFINITION)
    except Refused:
        condition = None
    found = [_told(fault) for fault in faults.found if fault.is_error]
    found += [each for part in places.parts for each in _misplaced(part, places, known)]
    if condition is None or found:
        raise invalid(found or [problem(_WHERE, text, _EXAMPLE)])
    asked = {part.field for part in comparisons(condition)}
    attributes = {name: kind for name, kind in known.items() if name in asked}
    return Where(ModelFields(attributes, {}), predicate(condition, _leaf))


def _known_fields() -> dict[str, FieldType]:
    found = {name: field.type for name, field in BUILT_IN.items()}
    for name, kind in FieldDefinition.objects.values_list("name", "type"):
        if kind in _KINDS:
            found.setdefault(name, _KINDS[kind])
    return found


def _declared(known: dict[str, FieldType]) -> Declared:
    """The names that a condition may use, those of the active model among them."""
    model = _active_model()
    catalogue = ModelFields(known, {})
    if model is None:
        return Declared((), (), (), (), catalogue)
    dimensions = tuple(dimension.name for dimension in model.dimensions)
    results = (
        *(f"score.{name}" for name in (*dimensions, "overall")),
        *(f"band.{name}" for name in dimensions),
        *(("grade",) if model.grade else ()),
    )
    definitions = tuple(definition.name for definition in model.definitions)
    return Declared(dimensions, (), definitions, results, catalogue)


def _active_model() -> ScoringModel | None:
    try:
        return ready(active_version()).model
    except NoActiveModel:
        return None


def _told(fault: Fault) -> Problem:
    path = f"{_WHERE}:{fault.path}" if fault.path else _WHERE
    return problem(path, fault.found or fault.message(), fault.accepted())


class _Marks(NodePlaces):
    """Remembers every part that could be read, also when the whole could not."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[object] = []

    def mark(self, part: object, node: Node) -> None:
        """Remembers where a part was made."""
        super().mark(part, node)
        self.parts.append(part)


def _misplaced(
    part: object, places: NodePlaces, known: Mapping[str, FieldType]
) -> Iterator[Problem]:
    """What the language can say and a list cannot: touchpoints, and fields of another type."""
    path = f"{_WHERE}:{places.of(part).path}"
    if isinstance(part, TouchpointCount):
        yield problem(path, "touchpoint", "attributes, results and definitions")
    if isinstance(part, Comparison) and not is_computed(part.field):
        needed, kind = needed_type(part), known.get(part.field)
        if kind is not None and needed not in (FieldType.ANY, kind):
            yield problem(path, part.operand, f"a {kind}, as {part.field} is")


def _leaf(part: Leaf) -> Predicate:
    if isinstance(part, DefinitionMet):
        key = _DEFINITION + part.name
        return lambda row: row.get(key) is True
    if isinstance(part, TouchpointCount):
        raise TypeError("touchpoints are not asked of a list")
    test, field = test_of(in_milli(part)), part.field
    return lambda row: test(row.get(field))
