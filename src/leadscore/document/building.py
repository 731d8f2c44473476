"""A located tree to a model, with everything that is wrong with single parts of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib import resources

from leadscore.arithmetic import points_text
from leadscore.checks.bands import BandEdges, band_problems
from leadscore.checks.problem import Place
from leadscore.checks.structure import (
    Empty,
    Expected,
    MissingKey,
    NameForm,
    RangeReversed,
    ReservedName,
    Thing,
    UnknownSchemaVersion,
    UnknownTimeZone,
)
from leadscore.conditions import OVERALL
from leadscore.document.askable import Setting
from leadscore.document.conditions import ConditionReader
from leadscore.document.known import Declared, declared_in
from leadscore.document.located import Entries, Node, ProblemList, excerpt
from leadscore.document.places import NodePlaces
from leadscore.document.rules import RuleReader
from leadscore.document.taking import Taker, shown
from leadscore.document.vocabulary import (
    BAND_KEYS,
    DEFINITION_KEYS,
    DIMENSION_KEYS,
    GRADE_KEYS,
    GROUP_KEYS,
    MAX_BANDS,
    MAX_DEFINITIONS,
    MAX_DIMENSIONS,
    MAX_GROUPS,
    MAX_RULES,
    MAX_WEIGHT,
    MODEL_KEYS,
)
from leadscore.fields import ModelFields
from leadscore.model import (
    SCHEMA_VERSION,
    Band,
    Definition,
    Dimension,
    Grade,
    Group,
    Rule,
    ScoringModel,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What could be made of a document: the sound parts, and where each came from.

    `is_whole` says that nothing had to be left out.
    """

    model: ScoringModel
    places: NodePlaces
    is_whole: bool


def draft_of(top: Node | None, problems: ProblemList, catalogue: ModelFields | None) -> Draft:
    """The model that a tree describes, as far as its parts are sound."""
    take = Taker(problems)
    if top is None:
        problems.add(Empty(at=Place("", 1, 1), whole=Thing.MODEL))
    values = take.mapping(top, MODEL_KEYS) or {}
    builder = _Builder(take, declared_in(values, catalogue))
    model = builder.model(values)
    return Draft(model, builder.places, not problems.has_errors)


class _Builder:
    """Reads the sections of a document. A part that is not sound is reported and left out."""

    def __init__(self, take: Taker, declared: Declared) -> None:
        self.places = NodePlaces()
        self._take = take
        self._add = take.problems.add
        self._declared = declared
        self._conditions = ConditionReader(take, self.places, declared)
        self._group_dimensions: dict[str, str] = {}

    def model(self, values: Mapping[str, Node]) -> ScoringModel:
        """All parts, in the order of the document within each section."""
        self._check_version(values.get("schema"))
        dimensions = self._dimensions(values.get("dimensions"))
        groups = self._groups(values.get("groups"))
        return ScoringModel(
            name=self._take.name(values.get("name"), NameForm.ID) or "",
            time_zone=self._time_zone(values.get("time_zone")) or "",
            dimensions=dimensions,
            groups=groups,
            rules=self._rules(values.get("rules")),
            overall=self._overall(values.get("overall")),
            grade=self._grade(values.get("grade")),
            definitions=self._definitions(values.get("definitions")),
            label=self._take.label(values.get("label")),
        )

    def _check_version(self, node: Node | None) -> None:
        version = self._take.number(node, Expected.INTEGER)
        if node is not None and version is not None and version != SCHEMA_VERSION:
            self._add(
                UnknownSchemaVersion(at=node.place(), found=shown(node), known=SCHEMA_VERSION)
            )

    def _time_zone(self, node: Node | None) -> str | None:
        name = self._take.text(node)
        if node is None or name is None or name in time_zones():
            return name
        near = self._take.near(name, time_zones())
        self._add(UnknownTimeZone(at=node.place(), found=excerpt(name), near=near))
        return None

    # Dimensions, bands and groups

    def _dimensions(self, node: Node | None) -> tuple[Dimension, ...]:
        entries = self._take.entries(node, filled=Thing.DIMENSIONS)
        if entries is None:
            return ()
        self._take.not_more_than(entries, len(entries.nodes), Thing.DIMENSIONS, MAX_DIMENSIONS)
        found = [self._dimension(entries, name) for name in list(entries.nodes)[:MAX_DIMENSIONS]]
        return tuple(dimension for dimension in found if dimension is not None)

    def _dimension(self, entries: Entries, name: str) -> Dimension | None:
        is_named = self._take.key_name(entries, name, NameForm.COLUMN)
        if name == OVERALL:
            self._add(ReservedName(at=entries.key_place(name), found=name, reserved=(OVERALL,)))
            is_named = False
        node = entries.nodes[name]
        values = self._take.mapping(node, DIMENSION_KEYS)
        if values is None:
            return None
        low, high = self._take.milli(values.get("min")), self._take.milli(values.get("max"))
        bands = self._bands(values.get("bands"), low, high)
        label = self._take.label(values.get("label"))
        if low is None or high is None or not bands or not is_named:
            return None
        if low >= high:
            self._report_range(values["max"], low, high)
            return None
        dimension = Dimension(name, low, high, bands, label)
        self.places.mark(dimension, node)
        return dimension

    def _report_range(self, node: Node, low: int, high: int) -> None:
        self._add(
            RangeReversed(
                at=node.place(), found=shown(node), low=points_text(low), high=points_text(high)
            )
        )

    def _bands(self, node: Node | None, low: int | None, high: int | None) -> tuple[Band, ...]:
        nodes = self._take.items(node, filled=Thing.BANDS, most=MAX_BANDS)
        edges = [self._band(band) for band in nodes or ()]
        sound = [edge for edge in edges if edge is not None]
        if len(sound) == len(edges) and low is not None and high is not None and low < high:
            for problem in band_problems(sound, low, high):
                self._add(problem)
        return tuple(edge.band for edge in sound)

    def _band(self, node: Node) -> BandEdges | None:
        values = self._take.mapping(node, BAND_KEYS)
        if values is None:
            return None
        name = self._take.name(values.get("name"), NameForm.ID)
        low, high = self._take.milli(values.get("from")), self._take.milli(values.get("to"))
        label = self._take.label(values.get("label"))
        if name is None or low is None or (high is None and "to" in values):
            return None
        band = Band(name, low, label)
        self.places.mark(band, node)
        at_to = values["to"].place() if "to" in values else None
        return BandEdges(band, high, values["name"].place(), values["from"].place(), at_to)

    def _groups(self, node: Node | None) -> tuple[Group, ...]:
        entries = self._take.entries(node)
        if entries is None:
            return ()
        self._take.not_more_than(entries, len(entries.nodes), Thing.GROUPS, MAX_GROUPS)
        found = [self._group(entries, name) for name in list(entries.nodes)[:MAX_GROUPS]]
        return tuple(group for group in found if group is not None)

    def _group(self, entries: Entries, name: str) -> Group | None:
        is_named = self._take.key_name(entries, name, NameForm.ID)
        node = entries.nodes[name]
        values = self._take.mapping(node, GROUP_KEYS)
        if values is None:
            return None
        dimension = self._take.dimension(values.get("dimension"), self._declared)
        low, high = self._take.milli(values.get("min")), self._take.milli(values.get("max"))
        label = self._take.label(values.get("label"))
        if not {"min", "max"} & values.keys():
            self._add(MissingKey(at=node.place(), whole=Thing.GROUP, key="max"))
            return None
        if dimension is None or not is_named:
            return None
        self._group_dimensions[name] = dimension
        if low is not None and high is not None and low > high:
            self._report_range(values["max"], low, high)
            return None
        group = Group(name, dimension, low, high, label)
        self.places.mark(group, node)
        return group

    # The rest

    def _rules(self, node: Node | None) -> tuple[Rule, ...]:
        nodes = self._take.items(node)
        if node is None or nodes is None:
            return ()
        self._take.not_more_than(node, len(nodes), Thing.RULES, MAX_RULES)
        reader = RuleReader(self._take, self.places, self._declared, self._group_dimensions)
        found = [reader.rule(rule) for rule in nodes[:MAX_RULES]]
        return tuple(rule for rule in found if rule is not None)

    def _overall(self, node: Node | None) -> tuple[tuple[str, int], ...]:
        entries = self._take.entries(node, filled=Thing.OVERALL)
        if entries is None:
            return ()
        weights = []
        for name, weight_node in entries.nodes.items():
            is_known = self._take.is_dimension(
                name, partial(entries.key_place, name), self._declared
            )
            weight = self._take.integer(weight_node, 1, MAX_WEIGHT)
            if is_known and weight is not None:
                weights.append((name, weight))
        return tuple(weights)

    def _grade(self, node: Node | None) -> Grade | None:
        values = self._take.mapping(node, GRADE_KEYS)
        if node is None or values is None:
            return None
        rows, columns = (
            self._take.dimension(values.get(key), self._declared) for key in GRADE_KEYS.required
        )
        if rows is None or columns is None:
            return None
        grade = Grade(rows, columns)
        self.places.mark(grade, node)
        return grade

    def _definitions(self, node: Node | None) -> tuple[Definition, ...]:
        entries = self._take.entries(node)
        if entries is None:
            return ()
        n_definitions = len(entries.nodes)
        self._take.not_more_than(entries, n_definitions, Thing.DEFINITIONS, MAX_DEFINITIONS)
        found = [self._definition(entries, name) for name in list(entries.nodes)[:MAX_DEFINITIONS]]
        return tuple(definition for definition in found if definition is not None)

    def _definition(self, entries: Entries, name: str) -> Definition | None:
        is_named = self._take.key_name(entries, name, NameForm.COLUMN)
        node = entries.nodes[name]
        values = self._take.mapping(node, DEFINITION_KEYS)
        if values is None:
            return None
        when = self._conditions.condition(values.get("when"), Setting.DEFINITION)
        keep = self._conditions.condition(values.get("keep_while"), Setting.DEFINITION)
        label = self._take.label(values.get("label"))
        if when is None or (keep is None and "keep_while" in values) or not is_named:
            return None
        definition = Definition(name, when, keep, label)
        self.places.mark(definition, node)
        return definition


@lru_cache(maxsize=1)
def time_zones() -> tuple[str, ...]:
    """The names of the time-zone database that comes with Python's `tzdata`."""
    listing = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return tuple(sorted(listing.split()))
