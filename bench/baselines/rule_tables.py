"""The winning shape by hand: rules as rows of tables that touchpoints join to.

In: a model, the files. Out: the query, and the tables that it expects.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from bench.baselines.writing import (
    ASKED,
    NO_GROUP,
    TouchpointRule,
    cell_names,
    condition,
    filled,
    touchpoint_rules,
)
from bench.data import HISTORY_DAYS, Files
from bench.models import TYPES
from leadscore.arithmetic import WEIGHT_BITS, decay_weight
from leadscore.conditions import (
    AllOf,
    Comparison,
    Condition,
    Operator,
    Selection,
    TouchpointCount,
    walk,
)
from leadscore.model import BehaviourRule, FrequencyRule, ScoringModel, SilenceRule

_BITS_IN_MASK = 62
_NEVER_REACHED, _MANY = 1 << 62, 1 << 30

Row = dict[str, int | str]


def tables(model: ScoringModel) -> dict[str, pa.Table]:
    """The tables by name."""
    masks = _Masks(model)
    rules = list(enumerate(touchpoint_rules(model)))
    asked = len(rules)
    plain = [row for number, rule in rules if not _picks(rule) for row in _rows(number, rule)]
    plain += _selected(asked, _asked(model).selection, 30, None)
    newest = [row for number, rule in rules if _picks(rule) for row in _rows(number, rule)]
    needs = {number: masks.needs(_selection(rule).where) for number, rule in rules}
    needs[asked] = masks.needs(None)
    criteria = [_criterion(number, rule) for number, rule in rules]
    criteria.append(_counted(asked, ASKED, at_least=1, points=1))
    return {
        "type_numbers": pa.table(
            {"type": TYPES, "number": pa.array(range(len(TYPES)), pa.int32())}
        ),
        "rules": _rule_table(plain, needs),
        "newest_rules": _rule_table(newest, needs),
        "criteria": pa.Table.from_pylist(criteria),
    }


def query(model: ScoringModel, files: Files) -> str:
    """The query over these tables."""
    masks = _Masks(model)
    cells = (
        f"CAST(sum(CASE WHEN cell = '{cell}' THEN points ELSE 0 END) AS BIGINT) AS {cell}"
        for cell in (*cell_names(model), ASKED)
    )
    return filled(
        "rule_tables.sql",
        model,
        files,
        text_masks=", ".join(masks.of_text()),
        number_mask=masks.of_numbers(),
        met=" AND ".join(f"(t.{mask} & r.need_{mask}) = r.need_{mask}" for mask in masks.names),
        cells=", ".join(cells),
    )


def _asked(model: ScoringModel) -> TouchpointCount:
    """The only count that the definitions ask for."""
    parts = (part for definition in model.definitions for part in walk(definition.when))
    return next(part for part in parts if isinstance(part, TouchpointCount))


class _Masks:
    """The distinct comparisons of touchpoints, each a bit of some mask."""

    def __init__(self, model: ScoringModel) -> None:
        atoms = dict.fromkeys(
            atom for rule in touchpoint_rules(model) for atom in _atoms(_selection(rule).where)
        )
        self._numbers = [atom for atom in atoms if atom.operator is Operator.GE]
        texts = [atom for atom in atoms if atom.operator is not Operator.GE]
        self._texts = [
            texts[first : first + _BITS_IN_MASK] for first in range(0, len(texts), _BITS_IN_MASK)
        ]
        self.names = [*(f"text_mask_{n}" for n in range(len(self._texts))), "number_mask"]

    def of_text(self) -> Iterator[str]:
        """The masks of text as columns of the pages."""
        for number, atoms in enumerate(self._texts):
            yield f"{_mask(atoms, 'path')} AS text_mask_{number}"

    def of_numbers(self) -> str:
        """The mask of numbers."""
        return _mask(self._numbers, "value")

    def needs(self, where: Condition | None) -> Row:
        """The bits that a condition needs, by mask."""
        wanted = set(_atoms(where))
        groups = [*self._texts, self._numbers]
        return {
            f"need_{name}": sum(1 << bit for bit, atom in enumerate(atoms) if atom in wanted)
            for name, atoms in zip(self.names, groups, strict=True)
        }


def _mask(atoms: list[Comparison], column: str) -> str:
    columns = {atom.field: column for atom in atoms}
    cases = (
        f"CASE WHEN {condition(atom, columns)} THEN {1 << bit} ELSE 0 END"
        for bit, atom in enumerate(atoms)
    )
    return f"CAST({' + '.join(cases) or '0'} AS BIGINT)"


def _atoms(where: Condition | None) -> list[Comparison]:
    if where is None:
        return []
    parts = where.parts if isinstance(where, AllOf) else (where,)
    return [part for part in parts if isinstance(part, Comparison)]


def _selection(rule: TouchpointRule) -> Selection:
    return rule.count.selection if isinstance(rule, FrequencyRule) else rule.selection


def _picks(rule: TouchpointRule) -> bool:
    """Whether only the newest count, each by its age."""
    return (
        isinstance(rule, BehaviourRule)
        and rule.half_life is not None
        and rule.max_times is not None
    )


def _rows(number: int, rule: TouchpointRule) -> Iterator[Row]:
    half_life = rule.half_life if isinstance(rule, BehaviourRule) else None
    within = rule.none_for if isinstance(rule, SilenceRule) else _selection(rule).within
    for row in _selected(number, _selection(rule), within, half_life):
        scale = abs(rule.points_milli) if half_life is not None else 1
        yield row | {"v": int(row["v"]) * scale}


def _selected(
    number: int, selection: Selection, within: int | None, half_life: int | None
) -> Iterator[Row]:
    """One row for every type and age that a rule takes."""
    for type_ in selection.on:
        for age in range(min(within or HISTORY_DAYS + 1, HISTORY_DAYS + 1)):
            weight = 1 if half_life is None else decay_weight(age, half_life)
            if weight:
                yield {"k": TYPES.index(type_) * 1024 + age, "rule": number, "v": weight}


def _rule_table(rows: list[Row], needs: dict[int, Row]) -> pa.Table:
    complete = [row | needs[int(row["rule"])] for row in rows]
    schema = pa.schema(
        [
            ("k", pa.int32()),
            ("rule", pa.int32()),
            ("v", pa.int64()),
            *((name, pa.int64()) for name in needs[0]),
        ]
    )
    return pa.Table.from_pylist(complete, schema=schema)


def _criterion(number: int, rule: TouchpointRule) -> Row:
    cell, points = rule.group or NO_GROUP, rule.points_milli
    if isinstance(rule, FrequencyRule):
        return _counted(number, cell, at_least=rule.count.at_least, points=points)
    if isinstance(rule, SilenceRule):
        return _counted(number, cell, at_least=1, points=-points)
    decays = rule.half_life is not None
    return {
        "rule": number,
        "cell": cell,
        "sign": 1 if points > 0 else -1,
        "points": 1 if decays else abs(points),
        "at_least": 0,
        "most": _NEVER_REACHED if decays else rule.max_times or _MANY,
        "most_times": rule.max_times or _MANY,
        "shift": WEIGHT_BITS if decays else 0,
        "cap": rule.max_points_milli or _NEVER_REACHED,
    }


def _counted(number: int, cell: str, *, at_least: int, points: int) -> Row:
    return {
        "rule": number,
        "cell": cell,
        "sign": 1 if points > 0 else -1,
        "points": abs(points),
        "at_least": at_least,
        "most": _MANY,
        "most_times": _MANY,
        "shift": 0,
        "cap": _NEVER_REACHED,
    }
