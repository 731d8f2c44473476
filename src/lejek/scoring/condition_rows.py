"""A condition as rows of a form: a field, an operator, a value; and back.

In: a condition one level deep, or what a browser sent. Out: rows; a condition as plain values.
A condition that is deeper, or that lines of text would not give back as it is, has no rows: it is
shown in words and edited as text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from leadscore.conditions import (
    LIST_OPERATORS,
    OPERAND_TYPES,
    PRESENCE_OPERATORS,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    FieldType,
    NoneOf,
    Operator,
    Scalar,
    needed_type,
)
from leadscore.document.writing import condition_data

JOINTS = {
    "all": _("all of these hold"),
    "any": _("at least one of these holds"),
    "none": _("none of these holds"),
}

OPERATORS = {
    Operator.EQ: _("is"),
    Operator.NE: _("is other than"),
    Operator.IN: _("is one of"),
    Operator.NOT_IN: _("is none of"),
    Operator.GT: _("is more than"),
    Operator.GE: _("is at least"),
    Operator.LT: _("is less than"),
    Operator.LE: _("is at most"),
    Operator.BETWEEN: _("is between"),
    Operator.CONTAINS: _("contains"),
    Operator.STARTS_WITH: _("starts with"),
    Operator.ENDS_WITH: _("ends with"),
    Operator.EXISTS: _("is known"),
    Operator.MISSING: _("is not known"),
}
"""The operators in the order in which a form offers them."""

MOST_ROWS = 50

_YES = frozenset({"true", "yes", "tak", "1"})
_NO = frozenset({"false", "no", "nie", "0"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the condition builder."""

    field: str = ""
    operator: str = Operator.EQ.value
    value: str = ""
    folds: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """A condition as the builder shows it."""

    joint: str = "all"
    rows: tuple[Row, ...] = ()

    def with_empty(self, n: int = 1) -> Rows:
        """The same with empty lines to fill in."""
        return Rows(self.joint, self.rows + (Row(),) * n)


def rows_of(condition: Condition | None) -> Rows | None:
    """The rows of a condition; None when they would not give it back as it is."""
    if condition is None:
        return Rows()
    rows = _rows(condition)
    return rows if rows is not None and _is_said_by(rows, condition) else None


def _is_said_by(rows: Rows, condition: Condition) -> bool:
    """Whether rows that a browser sends as they are say the condition."""
    said = as_condition(sent_rows(_untouched(rows), ""), {}, condition)
    return json.dumps(said) == json.dumps(condition_data(condition))


def _untouched(rows: Rows) -> dict[str, str]:
    """What a browser sends of rows in which nobody typed."""
    sent = {"-joint": rows.joint}
    for number, row in enumerate(rows.rows):
        sent[f"-{number}-field"] = row.field
        sent[f"-{number}-operator"] = row.operator
        sent[f"-{number}-value"] = row.value
        sent[f"-{number}-folds"] = "1" if row.folds else ""
    return sent


def _rows(condition: Condition) -> Rows | None:
    if isinstance(condition, Comparison):
        return Rows("all", (_row(condition),))
    if not isinstance(condition, AllOf | AnyOf | NoneOf):
        return None
    parts = [part for part in condition.parts if isinstance(part, Comparison)]
    if len(parts) != len(condition.parts):
        return None
    joint = {AllOf: "all", AnyOf: "any", NoneOf: "none"}[type(condition)]
    return Rows(joint, tuple(_row(part) for part in parts))


def _row(comparison: Comparison) -> Row:
    operand = comparison.operand
    if comparison.operator in PRESENCE_OPERATORS:
        is_there = (comparison.operator is Operator.EXISTS) == bool(operand)
        return Row(comparison.field, (Operator.EXISTS if is_there else Operator.MISSING).value)
    text = (
        joined([_text(value) for value in operand])
        if isinstance(operand, tuple)
        else _text(operand)
    )
    return Row(comparison.field, comparison.operator.value, text, comparison.ignore_diacritics)


def _text(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def sent_rows(sent: Mapping[str, Any], prefix: str) -> Rows:
    """The rows that a browser sent, empty ones left out."""
    joint = sent.get(f"{prefix}-joint", "all")
    rows = []
    for number in range(MOST_ROWS):
        field = sent.get(f"{prefix}-{number}-field")
        if field is None:
            break
        if field.strip():
            rows.append(
                Row(
                    field.strip(),
                    sent.get(f"{prefix}-{number}-operator", Operator.EQ.value),
                    sent.get(f"{prefix}-{number}-value", ""),
                    bool(sent.get(f"{prefix}-{number}-folds")),
                )
            )
    return Rows(joint if joint in JOINTS else "all", tuple(rows))


def as_condition(
    rows: Rows, types: Mapping[str, FieldType], before: Condition | None = None
) -> dict[str, Any] | None:
    """The condition of some rows as plain values of a document; None without rows.

    A row that stands in `before` as it is means what it meant there, whatever type the field has.
    """
    meant = {_row(each): needed_type(each) for each in _comparisons(before)}
    parts = [
        _comparison(row, meant.get(row, types.get(row.field, FieldType.ANY))) for row in rows.rows
    ]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 and rows.joint == "all" else {rows.joint: parts}


def _comparisons(condition: Condition | None) -> list[Comparison]:
    """The comparisons that stand directly in a condition."""
    parts = getattr(condition, "parts", (condition,))
    return [part for part in parts if isinstance(part, Comparison)]


def _comparison(row: Row, kind: FieldType) -> dict[str, Any]:
    operator = Operator(row.operator) if row.operator in set(Operator) else Operator.EQ
    folds = {"ignore_diacritics": True} if row.folds and kind is FieldType.TEXT else {}
    return {row.field: {operator.value: _operand(row.value, operator, kind), **folds}}


def _operand(text: str, operator: Operator, kind: FieldType) -> Any:  # noqa: ANN401 - of a document
    if operator in PRESENCE_OPERATORS:
        return True
    if operator in LIST_OPERATORS or operator is Operator.BETWEEN:
        return [_literal(part, kind, operator) for part in parts_of(text, kind)]
    return _literal(text.strip(), kind, operator)


def joined(values: Sequence[str]) -> str:
    """Several values as one text: a semicolon at the end where a comma would part the only one."""
    text = "; ".join(values)
    return f"{text};" if "," in text and ";" not in text else text


def parts_of(text: str, kind: FieldType = FieldType.TEXT) -> Sequence[str]:
    """Several values: between semicolons, or commas where there is no semicolon.

    A number's comma is its decimal sign.
    """
    sign = ";" if ";" in text or kind is FieldType.NUMBER else ","
    return [part.strip() for part in text.split(sign) if part.strip()]


def _literal(text: str, kind: FieldType, operator: Operator) -> Any:  # noqa: ANN401 - of a document
    """A value as its field's type wants it; what does not fit stays text, and the checks say so."""
    if kind is FieldType.ANY and FieldType.TEXT not in OPERAND_TYPES[operator]:
        kind = FieldType.NUMBER
    if kind is FieldType.NUMBER:
        return _number(text)
    if kind is FieldType.BOOLEAN and text.casefold() in _YES | _NO:
        return text.casefold() in _YES
    return text


def _number(text: str) -> int | float | str:
    plain = text.replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace(",", ".")
    try:
        number = Decimal(plain.replace("\N{MINUS SIGN}", "-"))
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    return int(number) if number == number.to_integral_value() else float(number)


def number(text: str) -> int | float | str | None:
    """A number as somebody writes it; None for nothing, the text itself when it is none."""
    return _number(text.strip()) if text.strip() else None


def operators_for(kind: FieldType, chosen: str) -> list[tuple[str, Any]]:
    """The operators that a field of a type can be held against, with what they are called.

    The chosen one is among them, sensible or not: a form must not choose another.
    """
    return [
        (operator.value, label)
        for operator, label in OPERATORS.items()
        if kind is FieldType.ANY
        or operator.value == chosen
        or operator in PRESENCE_OPERATORS
        or kind in OPERAND_TYPES[operator]
    ]
