"""Nodes to operators and the typed values that they compare with."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from leadscore.checks.structure import (
    BetweenReversed,
    EmptyText,
    Expected,
    MixedTypes,
    NotADay,
    OperatorNotForField,
    Thing,
    UnknownOperator,
    WrongOperand,
)
from leadscore.conditions import (
    LIST_OPERATORS,
    OPERAND_TYPES,
    PRESENCE_OPERATORS,
    SCORE_PREFIX,
    TEXT_ONLY,
    Comparison,
    FieldType,
    Operand,
    Operator,
    Scalar,
    type_of,
)
from leadscore.document.located import Entries, Items, Leaf, Node, excerpt
from leadscore.document.taking import Taker, shown
from leadscore.document.vocabulary import (
    IGNORE_DIACRITICS,
)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_EXPECTED = {
    FieldType.TEXT: Expected.TEXT,
    FieldType.NUMBER: Expected.NUMBER,
    FieldType.BOOLEAN: Expected.BOOLEAN,
    FieldType.DATE: Expected.DATE,
}
_OPERATORS = {operator.value: operator for operator in Operator}
_ORDER = (FieldType.TEXT, FieldType.NUMBER, FieldType.BOOLEAN, FieldType.DATE)


class OperandReader:
    """Reads operators and operands; what does not fit together is reported."""

    def __init__(self, take: Taker) -> None:
        self._take = take
        self._add = take.problems.add

    def operator(self, entries: Entries, key: str, node: Node) -> Operator | None:
        """The operator of that name."""
        if key not in _OPERATORS:
            self._report_operator(entries, key, node)
        return _OPERATORS.get(key)

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

    def operand(self, operator: Operator, node: Node) -> Operand | None:
        """What an operator compares with."""
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
        self._take.report_repeated(nodes, values)
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

    def suits_result(self, comparison: Comparison, entries: Entries, node: Node) -> bool:
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
        if first_type(comparison.operand) is not wanted:
            self._report_result_operand(comparison, node, wanted)
            return False
        return not is_score or self._is_in_points(node)

    def _report_result_operand(self, comparison: Comparison, node: Node, wanted: FieldType) -> None:
        found = first_type(comparison.operand)
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
        """Whether the operand is in points to the thousandth, which is what scores are made of."""
        nodes = node.nodes if isinstance(node, Items) else [node]
        milli = [self._take.milli(part) for part in nodes]
        return None not in milli


def first_type(operand: Operand) -> FieldType:
    """The type of an operand, or of the first value of its list."""
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
