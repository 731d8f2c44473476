"""Nodes to conditions and selections of touchpoints."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum

from leadscore.checks.references import (
    AttributeInWhere,
    UnknownDefinition,
    UnknownField,
    UnknownProperty,
)
from leadscore.checks.structure import (
    BadName,
    BetweenReversed,
    ComputedFieldNotAllowedHere,
    ConditionNotAllowedHere,
    Empty,
    EmptyText,
    Expected,
    MixedTypes,
    NameForm,
    NotADay,
    NothingToFold,
    OperatorNotForField,
    PeopleWithoutCompany,
    RepeatedValue,
    ReservedName,
    Thing,
    UnknownOperator,
    UnknownScope,
    WrongOperand,
)
from leadscore.conditions import (
    ATTRIBUTE_SPACES,
    LIST_OPERATORS,
    OPERAND_TYPES,
    PRESENCE_OPERATORS,
    SCORE_PREFIX,
    TEXT_ONLY,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    DefinitionMet,
    FieldType,
    NoneOf,
    Operand,
    Operator,
    Scalar,
    Scope,
    Selection,
    TouchpointCount,
    is_attribute,
    is_computed,
    type_of,
)
from leadscore.document.known import Declared
from leadscore.document.located import Entries, Items, Leaf, Node, excerpt
from leadscore.document.places import NodePlaces
from leadscore.document.taking import Taker, shown
from leadscore.document.vocabulary import (
    COMBINATORS,
    CONDITION_WORDS,
    IGNORE_DIACRITICS,
    MAX_COUNT,
    MAX_DAYS,
    NAMES,
    NOT_PROPERTIES,
    TOUCHPOINT_KEYS,
)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_KINDS: Mapping[str, type[AllOf | AnyOf | NoneOf]] = {"all": AllOf, "any": AnyOf, "none": NoneOf}
_EXPECTED = {
    FieldType.TEXT: Expected.TEXT,
    FieldType.NUMBER: Expected.NUMBER,
    FieldType.BOOLEAN: Expected.BOOLEAN,
    FieldType.DATE: Expected.DATE,
}
_OPERATORS = {operator.value: operator for operator in Operator}
_SCOPES = {scope.value: scope for scope in Scope}
_ORDER = (FieldType.TEXT, FieldType.NUMBER, FieldType.BOOLEAN, FieldType.DATE)


class Setting(Enum):
    """Where a condition stands, which decides what it may ask."""

    RULE = "rule"
    DEFINITION = "definition"
    WHERE = "where"


class ConditionReader:
    """Reads conditions; parts that cannot be read make the whole condition None."""

    def __init__(self, take: Taker, places: NodePlaces, declared: Declared) -> None:
        self._take = take
        self._add = take.problems.add
        self._places = places
        self._declared = declared

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
        if not self._is_askable(entries, key, setting):
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
        selection = Selection(on, where, within, scope or Scope.LEAD)
        self._mark_selection(selection, values)
        return selection

    def _scope(self, node: Node | None) -> Scope | None:
        word = self._take.text(node)
        if node is None or word is None:
            return None
        if word in _SCOPES:
            return _SCOPES[word]
        near, known = self._take.near(word, _SCOPES), tuple(_SCOPES)
        self._add(UnknownScope(at=node.place(), found=excerpt(word), near=near, known=known))
        return None

    def _mark_selection(self, selection: Selection, values: dict[str, Node]) -> None:
        if values:
            holder = next(iter(values.values())).parent
            if holder is not None:
                self._places.mark(selection, holder)

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
        self._report_repeated(nodes, names)
        return sound if sound and len(sound) == len(names) else None

    def _is_askable(self, entries: Entries, field: str, setting: Setting) -> bool:
        """Whether a field may be asked there; what is wrong is reported."""
        if not NAMES[NameForm.FREE].match(field):
            at, found = entries.key_place(field), excerpt(field)
            self._add(BadName(at=at, found=found, form=NameForm.FREE))
            return False
        if setting is Setting.WHERE:
            return self._is_property(entries, field)
        if is_computed(field) and setting is Setting.RULE:
            self._add(ComputedFieldNotAllowedHere(at=entries.key_place(field), found=field))
            return False
        return self._is_known(entries, field, setting)

    def _is_property(self, entries: Entries, field: str) -> bool:
        if field in NOT_PROPERTIES:
            reserved = tuple(sorted(NOT_PROPERTIES))
            at = entries.key_place(field)
            self._add(ReservedName(at=at, found=field, reserved=reserved))
            return False
        catalogue = self._declared.catalogue
        if catalogue is not None and catalogue.properties and field not in catalogue.properties:
            known = tuple(catalogue.properties)
            near = self._take.near(field, known)
            at, found = entries.key_place(field), excerpt(field)
            self._add(UnknownProperty(at=at, found=found, near=near, known=known))
            return False
        if catalogue is None and "." in field and (is_attribute(field) or is_computed(field)):
            self._add(AttributeInWhere(at=entries.key_place(field), found=excerpt(field)))
        return True

    def _is_known(self, entries: Entries, field: str, setting: Setting) -> bool:
        catalogue = self._declared.catalogue
        computed = self._declared.computed_fields() if setting is Setting.DEFINITION else ()
        if is_computed(field):
            known = field in computed
        elif catalogue is not None:
            known = field in catalogue.attributes
        else:
            known = is_attribute(field)
        if not known:
            self._report_unknown_field(entries, field, computed)
        return known

    def _report_unknown_field(
        self, entries: Entries, field: str, computed: tuple[str, ...]
    ) -> None:
        known = self._declared.attributes() + computed
        words = ("all", "any", "none", "touchpoint", "definition")
        space, _, rest = field.partition(".")
        moved = [f"{near}.{rest}" for near in self._take.near(space, ATTRIBUTE_SPACES) if rest]
        likely = [name for name in moved if self._declared.catalogue is None or name in known]
        near = tuple(likely) or self._take.near(field, (*known, *words))
        at, found = entries.key_place(field), excerpt(field)
        self._add(UnknownField(at=at, found=found, near=near, known=(*known,)))

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
        if key not in _OPERATORS:
            self._report_operator(entries, key, node)
            return None
        operator = _OPERATORS[key]
        operand = self._operand(operator, node)
        if operand is None:
            return None
        is_text = operator not in PRESENCE_OPERATORS and _first_type(operand) is FieldType.TEXT
        comparison = Comparison(field, operator, operand, folds and is_text)
        self._places.mark(comparison, node)
        if is_computed(field) and not self._suits_result(comparison, entries, node):
            return None
        return comparison

    def _report_operator(self, entries: Entries, key: str, node: Node) -> None:
        kind = self._type_shown(node)
        known = tuple(
            str(operator)
            for operator in Operator
            if kind is None or kind in OPERAND_TYPES[operator] or operator in PRESENCE_OPERATORS
        )
        near = self._take.near(key, [*Operator, IGNORE_DIACRITICS])
        at, found = entries.key_place(key), excerpt(key)
        self._add(UnknownOperator(at=at, found=found, near=near, known=known))

    def _type_shown(self, node: Node) -> FieldType | None:
        while isinstance(node, Items) and node.nodes:
            node = node.nodes[0]
        if not isinstance(node, Leaf) or node.value is None:
            return None
        return type_of(_scalar(node.value, as_text=False))

    def _operand(self, operator: Operator, node: Node) -> Operand | None:
        if operator in LIST_OPERATORS:
            return self._list_operand(operator, node)
        if operator is Operator.BETWEEN:
            return self._range_operand(node)
        return self._scalar_operand(operator, node)

    def _scalar_operand(self, operator: Operator, node: Node) -> Scalar | None:
        if not isinstance(node, Leaf) or node.value is None:
            self._take.wrong_type(node, Expected.SCALAR)
            return None
        if isinstance(node.value, str) and self._take.text(node) is None:
            return None
        value = _scalar(node.value, as_text=OPERAND_TYPES[operator] == TEXT_ONLY)
        if type_of(value) not in OPERAND_TYPES[operator]:
            self._report_operand(operator, node, type_of(value))
            return None
        self._warn_of_text(node, value)
        return value

    def _report_operand(self, operator: Operator, node: Node, found: FieldType) -> None:
        others = tuple(str(other) for other in Operator if found in OPERAND_TYPES[other])
        expected = tuple(_EXPECTED[kind] for kind in _ORDER if kind in OPERAND_TYPES[operator])
        self._add(
            WrongOperand(
                at=node.place(),
                found=shown(node),
                operator=str(operator),
                found_kind=_EXPECTED[found],
                expected=expected,
                operators=others,
            )
        )

    def _warn_of_text(self, node: Node, value: Scalar) -> None:
        if value == "":
            self._add(EmptyText(at=node.place()))
        elif isinstance(value, str) and _DAY.match(value) and _day(value) is None:
            self._add(NotADay(at=node.place(), found=value))

    def _list_operand(self, operator: Operator, node: Node) -> tuple[Scalar, ...] | None:
        nodes = self._take.items(node, filled=Thing.ITEMS)
        if nodes is None:
            return None
        values = [self._scalar_operand(operator, part) for part in nodes]
        sound = tuple(value for value in values if value is not None)
        if len(sound) < len(values) or not self._are_alike(nodes, sound):
            return None
        self._report_repeated(nodes, values)
        return sound

    def _range_operand(self, node: Node) -> tuple[Scalar, ...] | None:
        nodes = self._take.items(node)
        if nodes is None:
            return None
        if len(nodes) != 2:
            self._take.wrong_type(node, Expected.TWO_VALUES)
            return None
        values = [self._scalar_operand(Operator.BETWEEN, part) for part in nodes]
        sound = tuple(value for value in values if value is not None)
        if len(sound) < 2 or not self._are_alike(nodes, sound):
            return None
        if sound[0] > sound[1]:  # type: ignore[operator]  # alike, and of an ordered type
            found = f"[{shown(nodes[0])}, {shown(nodes[1])}]"
            self._add(BetweenReversed(at=node.place(), found=found))
            return None
        return sound

    def _are_alike(self, nodes: list[Node], values: tuple[Scalar, ...]) -> bool:
        """Whether all values are of the type of the first."""
        expected = type_of(values[0])
        for node, value in zip(nodes, values, strict=True):
            if (found := type_of(value)) is not expected:
                self._add(
                    MixedTypes(
                        at=node.place(),
                        found=shown(node),
                        found_kind=_EXPECTED[found],
                        expected=_EXPECTED[expected],
                    )
                )
                return False
        return True

    def _report_repeated(
        self, nodes: list[Node], values: list[Scalar | None] | list[str | None]
    ) -> None:
        seen: set[Scalar] = set()
        for node, value in zip(nodes, values, strict=True):
            if value in seen:
                self._add(RepeatedValue(at=node.place(), found=shown(node)))
            elif value is not None:
                seen.add(value)

    def _suits_result(self, comparison: Comparison, entries: Entries, node: Node) -> bool:
        """Whether a comparison makes sense for a score, band or grade."""
        is_score = comparison.field.startswith(SCORE_PREFIX)
        wanted = FieldType.NUMBER if is_score else FieldType.TEXT
        allowed = tuple(str(operator) for operator in Operator if wanted in OPERAND_TYPES[operator])
        if comparison.operator not in allowed:
            at = entries.key_place(comparison.operator)
            self._add(
                OperatorNotForField(
                    at=at, found=comparison.operator, field=comparison.field, operators=allowed
                )
            )
            return False
        if _first_type(comparison.operand) is not wanted:
            self._report_result_operand(comparison, node, wanted)
            return False
        return not is_score or self._is_in_points(node)

    def _report_result_operand(self, comparison: Comparison, node: Node, wanted: FieldType) -> None:
        found = _first_type(comparison.operand)
        self._add(
            WrongOperand(
                at=node.place(),
                found=shown(node),
                operator=str(comparison.operator),
                found_kind=_EXPECTED[found],
                expected=(_EXPECTED[wanted],),
                operators=tuple(str(other) for other in Operator if found in OPERAND_TYPES[other]),
            )
        )

    def _is_in_points(self, node: Node) -> bool:
        """Whether scores are held against thousandths of points, which is what scores are made of."""
        nodes = node.nodes if isinstance(node, Items) else [node]
        return all([self._take.milli(part) is not None for part in nodes])


def _joined(parts: list[Condition | None]) -> Condition | None:
    sound = tuple(part for part in parts if part is not None)
    if len(sound) < len(parts) or not sound:
        return None
    return sound[0] if len(sound) == 1 else AllOf(sound)


def _is_lost(values: dict[str, Node], **read: object) -> bool:
    """Whether a key is there whose value could not be read."""
    return any(key in values and value is None for key, value in read.items())


def _first_type(operand: Operand) -> FieldType:
    return type_of(operand[0] if isinstance(operand, tuple) else operand)


def _scalar(value: str | bool | Decimal, *, as_text: bool) -> Scalar:
    """A literal as conditions hold it: whole numbers as int, others as float, days as date."""
    if isinstance(value, str):
        return value if as_text else (_day(value) or value)
    if isinstance(value, bool):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


def _day(text: str) -> date | None:
    if not _DAY.match(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
