"""A model to the text of a document: the same content as YAML and as JSON.

Everything that YAML tools of the 1.1 school would take for something else stands in quotes, the
key `on` too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from leadscore.arithmetic import MILLI
from leadscore.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    DefinitionMet,
    Operand,
    Scalar,
    Scope,
    Selection,
    TouchpointCount,
)
from leadscore.document.vocabulary import IGNORE_DIACRITICS
from leadscore.model import (
    AttributeRule,
    Band,
    BehaviourRule,
    Definition,
    Dimension,
    FrequencyRule,
    Group,
    Labels,
    Rule,
    ScoringModel,
    SilenceRule,
)

Data = Mapping[str, "Data"] | list["Data"] | str | int | float | bool
"""A document as plain values."""

_LINE = 100


def as_data(model: ScoringModel) -> dict[str, Data]:
    """The document of a model as plain values, in the usual order of its keys."""
    data: dict[str, Data] = {"schema": model.schema, "name": model.name}
    data |= _labelled(model.label)
    data |= {
        "time_zone": model.time_zone,
        "dimensions": {part.name: _dimension(part) for part in model.dimensions},
    }
    if model.groups:
        data["groups"] = {group.name: _group(group) for group in model.groups}
    data["rules"] = [_rule(rule) for rule in model.rules]
    if model.overall:
        data["overall"] = dict(model.overall)
    if model.grade is not None:
        data["grade"] = {"rows": model.grade.rows, "columns": model.grade.columns}
    if model.definitions:
        data["definitions"] = {part.name: _definition(part) for part in model.definitions}
    return data


def write_json(model: ScoringModel) -> str:
    """The JSON document of a model."""
    text = json.dumps(as_data(model), ensure_ascii=False, indent=2, allow_nan=False)
    return _UNSEEN.sub(_escape, text) + "\n"


def write_yaml(model: ScoringModel) -> str:
    """The YAML document of a model: a line for each rule as far as it fits."""
    lines: list[str] = []
    for key, value in as_data(model).items():
        lines.extend(_block_entry(key, value, indent=0, opened=key in _OPENED))
    return "\n".join(lines) + "\n"


def points(milli: int) -> int | float:
    """Milli-points as the number of points that a document says; exact to the thousandth."""
    whole, rest = divmod(milli, MILLI)
    return float(Decimal(milli) / MILLI) if rest else whole


def _labelled(label: Labels) -> dict[str, Data]:
    return {"label": dict(label)} if label else {}


def _dimension(dimension: Dimension) -> Data:
    return {
        "min": points(dimension.min_milli),
        "max": points(dimension.max_milli),
        **_labelled(dimension.label),
        "bands": [_band(band) for band in dimension.bands],
    }


def _band(band: Band) -> Data:
    return {"name": band.name, "from": points(band.from_milli), **_labelled(band.label)}


def _group(group: Group) -> Data:
    limits = {"min": group.min_milli, "max": group.max_milli}
    said: dict[str, Data] = {
        key: points(milli) for key, milli in limits.items() if milli is not None
    }
    return {"dimension": group.dimension, **said, **_labelled(group.label)}


def _rule(rule: Rule) -> Data:
    return {
        "id": rule.id,
        "dimension": rule.dimension,
        **({} if rule.group is None else {"group": rule.group}),
        "points": points(rule.points_milli),
        **_occasion(rule),
        **_labelled(rule.label),
    }


def _occasion(rule: Rule) -> Mapping[str, Data]:
    """The keys that say when a rule gives points."""
    if isinstance(rule, AttributeRule):
        return {"when": condition_data(rule.when)}
    if isinstance(rule, FrequencyRule):
        return _count(rule.count)
    if isinstance(rule, SilenceRule):
        return {**_selection(rule.selection), "none_for": rule.none_for}
    return _behaviour(rule)


def _behaviour(rule: BehaviourRule) -> Mapping[str, Data]:
    said = _selection(rule.selection)
    limits: dict[str, Data] = {
        key: value
        for key, value in (("half_life", rule.half_life), ("max_times", rule.max_times))
        if value is not None
    }
    if rule.max_points_milli is not None:
        limits["max_points"] = points(rule.max_points_milli)
    # A rule about every touchpoint has to say something, or it would not be a rule at all.
    return {**said, **limits} or {"scope": Scope.LEAD.value}


def _selection(selection: Selection) -> dict[str, Data]:
    said: dict[str, Data] = {}
    if selection.on:
        said["on"] = selection.on[0] if len(selection.on) == 1 else list(selection.on)
    if selection.where is not None:
        said["where"] = condition_data(selection.where)
    if selection.within is not None:
        said["within"] = selection.within
    if selection.scope is not Scope.LEAD:
        said["scope"] = selection.scope.value
    return said


def _count(count: TouchpointCount) -> dict[str, Data]:
    people: dict[str, Data] = {"people": count.people} if count.people != 1 else {}
    return {**_selection(count.selection), "at_least": count.at_least, **people}


def _definition(definition: Definition) -> Data:
    keep = definition.keep_while
    return {
        "when": condition_data(definition.when),
        **({} if keep is None else {"keep_while": condition_data(keep)}),
        **_labelled(definition.label),
    }


def condition_data(condition: Condition) -> Data:
    """A condition as plain values of a document."""
    if isinstance(condition, Comparison):
        return {condition.field: _comparison(condition)}
    if isinstance(condition, TouchpointCount):
        return {"touchpoint": _count(condition)}
    if isinstance(condition, DefinitionMet):
        return {"definition": condition.name}
    word = (
        "all" if isinstance(condition, AllOf) else "any" if isinstance(condition, AnyOf) else "none"
    )
    return {word: [condition_data(part) for part in condition.parts]}


def _comparison(comparison: Comparison) -> Data:
    folds: dict[str, Data] = {IGNORE_DIACRITICS: True} if comparison.ignore_diacritics else {}
    return {comparison.operator.value: _operand(comparison.operand), **folds}


def _operand(operand: Operand) -> Data:
    if isinstance(operand, tuple):
        return [_literal(value) for value in operand]
    return _literal(operand)


def _literal(value: Scalar) -> str | int | float | bool:
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, float) and value.is_integer() else value


# YAML

_OPENED = frozenset({"dimensions", "groups", "rules", "definitions"})
"""Sections with a line, at least, for each part."""

_PLAIN = re.compile(r"[^\W\d_](?:[\w./-]| (?=[\w./-]))*\Z")
_MISREAD = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_UNSEEN = re.compile(
    "[\x7f-\xa0\xad\u0600-\u0605\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)


def _block_entry(key: str, value: Data, *, indent: int, opened: bool = False) -> list[str]:
    head = f"{' ' * indent}{_scalar(key)}:"
    if not opened or not value:
        line = f"{head} {_flow(value)}"
        if len(line) <= _LINE or not isinstance(value, Mapping | list) or not value:
            return [line]
    return [head, *_block(value, indent + 2)]


def _block(value: Data, indent: int) -> list[str]:
    if isinstance(value, Mapping):
        return [
            line for key, part in value.items() for line in _block_entry(key, part, indent=indent)
        ]
    assert isinstance(value, list)  # noqa: S101  # scalars stand behind their key
    return [line for part in value for line in _block_item(part, indent)]


def _block_item(value: Data, indent: int) -> list[str]:
    line = f"{' ' * indent}- {_flow(value)}"
    if len(line) <= _LINE or not isinstance(value, Mapping | list) or not value:
        return [line]
    lines = _block(value, indent + 2)
    return [f"{' ' * indent}- {lines[0].lstrip()}", *lines[1:]]


def _flow(value: Data) -> str:
    if isinstance(value, Mapping):
        return (
            "{" + ", ".join(f"{_scalar(key)}: {_flow(part)}" for key, part in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: str | int | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    if isinstance(value, int):
        return str(value)
    if _PLAIN.match(value) and value.lower() not in _MISREAD:
        return value
    return _UNSEEN.sub(_escape, json.dumps(value, ensure_ascii=False))


def _escape(unseen: re.Match[str]) -> str:
    return f"\\u{ord(unseen.group()):04x}"
