"""Attributes as they were known at a moment.

In: leads, and changes of their attributes in long form. Out: the leads as of that moment.

The newest change of a field that was known by the moment replaces the lead's own value; an empty
value clears it. Of changes known at the same moment the one with the greater canonical text wins
(code point order, an empty value is the least), so the order of rows never matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadscore.inputs.cells import SQL_TYPES, Cell, Kind, Reading, reading
from leadscore.inputs.columns import Found, Wanted
from leadscore.inputs.sources import Relation
from leadscore.inputs.workspace import identifier, literal

FIELD, VALUE, KNOWN_AT = "field", "value", "known_at"


def wanted_changes(key: Cell) -> list[Wanted]:
    """The columns of attribute changes; any scalar column may be the value."""
    return [
        Wanted("lead_id", key, is_filled=True),
        Wanted(FIELD, Cell.KEY, is_filled=True),
        Wanted(VALUE, Cell.PRESENCE),
        Wanted(KNOWN_AT, Cell.MOMENT, is_filled=True),
    ]


def reading_by_field(value: Found, cells: Mapping[str, Cell], *, is_comma_certain: bool) -> Found:
    """The value column, read as the type of the field that its row names.

    The canonical value is text: casting it to the type of the field gives the value.
    """
    if value.reading is None:
        return value
    text = value.reading.parsed
    parsed = {cell: _read(cell, text, is_comma_certain) for cell in sorted(set(cells.values()))}
    branches = {
        cell: _is_one_of("r1", [name for name, own in cells.items() if own is cell])
        for cell in parsed
    }
    return Found(
        value.name,
        value.cell,
        Reading(
            _case(branches, {cell: values for cell, (values, _) in parsed.items()}),
            fault=_case(branches, {cell: fault for cell, (_, fault) in parsed.items()}),
            is_cheap=False,
        ),
    )


def _is_one_of(column: str, names: Sequence[str]) -> str:
    return f"CAST({column} AS VARCHAR) IN ({', '.join(literal(name) for name in names)})"


def _case(branches: Mapping[Cell, str], results: Mapping[Cell, str]) -> str:
    whens = " ".join(f"WHEN {branches[cell]} THEN {results[cell]}" for cell in branches)
    return f"CASE {whens} END" if whens else "NULL"


def _read(cell: Cell, text: str, is_comma_certain: bool) -> tuple[str, str]:
    """SQL of the canonical text and of the fault of a value, as a type."""
    found = reading(cell, Kind.CELL, is_comma_certain=is_comma_certain)
    if found is None:
        raise AssertionError(f"every {cell} can be read from text")
    parsed = f"({found.parsed_of(text)})"
    value = found.value_of(parsed, text)
    return f"CAST({value} AS VARCHAR)", found.fault_of(parsed, text)


def newest_values(changes: Relation, fields: Sequence[str], as_of: int) -> Relation:
    """One row for each lead with changes: lead_id, and the newest value of each field.

    Shape: w0, w1, … in the order of the fields: a struct with `v`, the text of the value, or
    NULL where the field never changed.
    """
    ranked = f"{{'k': {KNOWN_AT}, 'p': {VALUE} IS NOT NULL, 'v': {VALUE}}}"
    newest = changes.filter(f"{KNOWN_AT} <= {as_of}").aggregate(
        f"lead_id, {FIELD}, max({ranked}) AS newest", f"lead_id, {FIELD}"
    )
    pivoted = [
        f"any_value(newest) FILTER (WHERE {FIELD} = {literal(name)}) AS w{index}"
        for index, name in enumerate(fields)
    ]
    return newest.aggregate(", ".join(["lead_id", *pivoted]), "lead_id")


def with_values(
    leads: Relation, newest: Relation, cells: Mapping[str, Cell], columns: Sequence[str]
) -> Relation:
    """The leads with their newest values in place; `cells` are the fields that may change."""
    indices = {name: index for index, name in enumerate(cells)}
    values = [
        _overridden(name, indices[name], cells[name])
        if name in indices
        else f"leads.{identifier(name)}"
        for name in columns
    ]
    joined = leads.set_alias("leads").join(
        newest.set_alias("newest"), "leads.lead_id = newest.lead_id", how="left"
    )
    return joined.project(", ".join(values))


def _overridden(name: str, index: int, cell: Cell) -> str:
    column = identifier(name)
    changed = f"CAST(w{index}.v AS {SQL_TYPES[cell]})"
    return f"CASE WHEN w{index} IS NULL THEN leads.{column} ELSE {changed} END AS {column}"
