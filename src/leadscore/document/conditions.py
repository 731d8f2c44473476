"""Nodes to conditions and selections of touchpoints."""

from __future__ import annotations

from collections.abc import Mapping

from leadscore.checks.references import (
    UnknownDefinition,
)
from leadscore.checks.structure import (
    ConditionNotAllowedHere,
    Empty,
    Expected,
    NameForm,
    NothingToFold,
    PeopleWithoutCompany,
    Thing,
    UnknownScope,
)
from leadscore.conditions import (
    PRESENCE_OPERATORS,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    DefinitionMet,
    FieldType,
    NoneOf,
    Scope,
    Selection,
    TouchpointCount,
    is_computed,
)
from leadscore.document.askable import FieldJudge, Setting
from leadscore.document.known import Declared
from leadscore.document.located import Entries, Items, Leaf, Node, excerpt
from leadscore.document.operands import OperandReader, first_type
from leadscore.document.places import NodePlaces
from leadscore.document.taking import Taker
from leadscore.document.vocabulary import (
    COMBINATORS,
    CONDITION_WORDS,
    IGNORE_DIACRITICS,
    MAX_COUNT,
    MAX_DAYS,
    TOUCHPOINT_KEYS,
)

_KINDS: Mapping[str, type[AllOf | AnyOf | NoneOf]] = {"all": AllOf, "any": AnyOf, "none": NoneOf}
_SCOPES = {scope.value: scope for scope in Scope}


class ConditionReader:
    """Reads conditions; parts that cannot be read make the whole condition None."""

    def __init__(self, take: Taker, places: NodePlaces, declared: Declared) -> None:
        self._take = take
        self._add = take.problems.add
        self._places = places
        self._declared = declared
        self._fields = FieldJudge(take, declared)
        self._operands = OperandReader(take)

    def condition(self, node: Node | None, setting: Setting) -> Condition | None:
        """A condition; several keys in one mapping mean all of them."""
        entries = self._take.entries(node, filled=Thing.CONDITION)
        if entries is None:
            return None
        parts: list[Condition | None] = []
        for key in entries.key_spots:
            parts.extend(self._entry(entries, key, setting))
        whole = _joined(parts)
        if whole is not None and len(parts) > 1:
            self._places.mark(whole, entries)
        return whole

    def _entry(self, entries: Entries, key: str, setting: Setting) -> list[Condition | None]:
        node = entries.nodes.get(key)
        if node is None:
            return [None]
        if key in COMBINATORS:
            return [self._combined(key, node, setting)]
        if key in CONDITION_WORDS:
            return [self._asked(entries, key, node, setting)]
        if not self._fields.may_be_asked(entries, key, setting):
            return [None]
        return self._comparisons(key, node)

    def _combined(self, word: str, node: Node, setting: Setting) -> Condition | None:
        nodes = self._take.items(node, filled=Thing.ITEMS)
        if nodes is None:
            return None
        parts = [self.condition(part, setting) for part in nodes]
        sound = tuple(part for part in parts if part is not None)
        if len(sound) < len(parts):
            return None
        whole = _KINDS[word](sound)
        self._places.mark(whole, node)
        return whole

    def _asked(self, entries: Entries, key: str, node: Node, setting: Setting) -> Condition | None:
        """A condition on touchpoints or on another definition."""
        if setting is not Setting.DEFINITION:
            self._add(ConditionNotAllowedHere(at=entries.key_place(key), found=key))
            return None
        part = self._definition(node) if key == "definition" else self._count(node)
        if part is not None:
            self._places.mark(part, node)
        return part

    def _definition(self, node: Node) -> DefinitionMet | None:
        name = self._take.text(node)
        if name is None:
            return None
        known = self._declared.definitions
        if name in known:
            return DefinitionMet(name)
        near = self._take.near(name, known)
        self._add(UnknownDefinition(at=node.place(), found=excerpt(name), near=near, known=known))
        return None

    def _count(self, node: Node) -> TouchpointCount | None:
        entries = self._take.entries(node, filled=Thing.TOUCHPOINT)
        values = self._take.mapping(entries, TOUCHPOINT_KEYS)
        return None if values is None else self.count(values)

    def count(self, values: dict[str, Node]) -> TouchpointCount | None:
        """How many touchpoints, of how many people, are asked for."""
        selection = self.selection(values)
        at_least = self._take.integer(values.get("at_least"), 1, MAX_COUNT)
        people = self._take.integer(values.get("people"), 1, MAX_COUNT)
        if "people" in values and selection is not None and selection.scope is Scope.LEAD:
            self._add(PeopleWithoutCompany(at=values["people"].place(), found="people"))
        if selection is None or _is_lost(values, at_least=at_least, people=people):
            return None
        return TouchpointCount(selection, at_least or 1, people or 1)

    def selection(self, values: dict[str, Node]) -> Selection | None:
        """Which touchpoints are asked for, by the keys `on`, `where`, `within` and `scope`."""
        on = self._types(values.get("on"))
        where = self.condition(values.get("where"), Setting.WHERE)
        within = self._take.integer(values.get("within"), 1, MAX_DAYS)
        scope = self._scope(values.get("scope"))
        if on is None or _is_lost(values, where=where, within=within, scope=scope):
            return None
        return Selection(on, where, within, scope or Scope.LEAD)

    def _scope(self, node: Node | None) -> Scope | None:
        word = self._take.text(node)
        if node is None or word is None:
            return None
        if word in _SCOPES:
            return _SCOPES[word]
        near, known = self._take.near(word, _SCOPES), tuple(_SCOPES)
        self._add(UnknownScope(at=node.place(), found=excerpt(word), near=near, known=known))
        return None

    def _types(self, node: Node | None) -> tuple[str, ...] | None:
        """The touchpoint types under `on`: one text, or a list of them; none at all is every."""
        if node is None:
            return ()
        if isinstance(node, Leaf):
            name = self._take.name(node, NameForm.FREE)
            return None if name is None else (name,)
        if not isinstance(node, Items):
            self._take.wrong_type(node, Expected.TEXT_OR_LIST)
            return None
        nodes = self._take.items(node, filled=Thing.ITEMS) or []
        names = [self._take.name(part, NameForm.FREE) for part in nodes]
        sound = tuple(name for name in names if name is not None)
        self._take.report_repeated(nodes, names)
        return sound if sound and len(sound) == len(names) else None

    def _comparisons(self, field: str, node: Node) -> list[Condition | None]:
        """The comparisons of one field; several operators mean all of them."""
        if not isinstance(node, Entries):
            self._take.wrong_type(node, Expected.OPERATORS)
            return [None]
        folds = self._take.boolean(node.nodes.get(IGNORE_DIACRITICS))
        operators = [key for key in node.key_spots if key != IGNORE_DIACRITICS]
        if not operators:
            self._add(Empty(at=node.place(), whole=Thing.COMPARISON))
            return [None]
        found = [self._comparison(field, key, node, folds=bool(folds)) for key in operators]
        if folds and all(part is not None and not part.ignore_diacritics for part in found):
            at = node.key_place(IGNORE_DIACRITICS)
            self._add(NothingToFold(at=at, found=IGNORE_DIACRITICS))
        return list(found)

    def _comparison(
        self, field: str, key: str, entries: Entries, *, folds: bool
    ) -> Comparison | None:
        node = entries.nodes.get(key)
        if node is None:
            return None
        operator = self._operands.operator(entries, key, node)
        operand = None if operator is None else self._operands.operand(operator, node)
        if operator is None or operand is None:
            return None
        is_text = operator not in PRESENCE_OPERATORS and first_type(operand) is FieldType.TEXT
        comparison = Comparison(field, operator, operand, folds and is_text)
        self._places.mark(comparison, node)
        if is_computed(field) and not self._operands.suits_result(comparison, entries, node):
            return None
        return comparison


def _joined(parts: list[Condition | None]) -> Condition | None:
    sound = tuple(part for part in parts if part is not None)
    if len(sound) < len(parts) or not sound:
        return None
    return sound[0] if len(sound) == 1 else AllOf(sound)


def _is_lost(values: dict[str, Node], **read: object) -> bool:
    """Whether a key is there whose value could not be read."""
    return any(key in values and value is None for key, value in read.items())
