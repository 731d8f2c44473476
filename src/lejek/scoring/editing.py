"""Changes of a model document that forms make: rules, the scale, definitions.

In: a model and what somebody wants of it. Out: another document of the same language, with
everything that is wrong with it; the caller saves it or shows the problems.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from leadscore.checks import Problem
from leadscore.document import as_data, read_model, write_yaml
from leadscore.model import ScoringModel

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edit:
    """What came of a change: the new document, or None with the problems that forbid it."""

    document: str | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that forbid it."""
        return tuple(problem for problem in self.problems if problem.is_error)


def edited(model: ScoringModel, change: Callable[[Data], None]) -> Edit:
    """The document after a change of its plain values."""
    data: Data = copy.deepcopy(dict(as_data(model)))
    change(data)
    reading = read_model(json.dumps(data, ensure_ascii=False), format="json")
    document = None if reading.model is None else write_yaml(reading.model)
    return Edit(document, reading.problems)


def with_rule(model: ScoringModel, rule: Data, instead_of: str | None = None) -> Edit:
    """The model with a rule added, or with another one in the place of `instead_of`."""

    def change(data: Data) -> None:
        rules: list[Data] = data["rules"]
        place = _place(rules, instead_of)
        if place is None:
            rules.append(rule)
        else:
            rules[place] = rule

    return edited(model, change)


def place_of_rule(model: ScoringModel, id_: str | None) -> int:
    """Where a rule stands among all rules; where it would stand, for a new one."""
    ids = [rule.id for rule in model.rules]
    return ids.index(id_) if id_ in ids else len(ids)


def without_rule(model: ScoringModel, id_: str) -> Edit:
    """The model without a rule."""

    def change(data: Data) -> None:
        data["rules"] = [rule for rule in data["rules"] if rule["id"] != id_]

    return edited(model, change)


def with_rule_moved(model: ScoringModel, id_: str, steps: int) -> Edit:
    """The model with a rule some places further down (up, when negative) in its dimension."""

    def change(data: Data) -> None:
        rules: list[Data] = data["rules"]
        place = _place(rules, id_)
        if place is None:
            return
        dimension = rules[place]["dimension"]
        peers = [n for n, rule in enumerate(rules) if rule["dimension"] == dimension]
        target = peers.index(place) + steps
        if 0 <= target < len(peers):
            other = peers[target]
            rules[place], rules[other] = rules[other], rules[place]

    return edited(model, change)


def with_dimension(model: ScoringModel, name: str, values: Mapping[str, Any]) -> Edit:
    """The model with the limits and the beginnings of the bands of one dimension changed.

    `values` has `min`, `max`, and `from` by band.
    """

    def change(data: Data) -> None:
        dimension = data["dimensions"][name]
        dimension["min"], dimension["max"] = values["min"], values["max"]
        for band in dimension["bands"]:
            band["from"] = values["from"].get(band["name"], band["from"])

    return edited(model, change)


def with_group(model: ScoringModel, name: str, most: Any) -> Edit:  # noqa: ANN401 - a number or text
    """The model with another upper limit of a group; None takes the limit away."""

    def change(data: Data) -> None:
        group = data["groups"][name]
        group.pop("max", None)
        if most is not None:
            group["max"] = most

    return edited(model, change)


def with_definition(
    model: ScoringModel, name: str, definition: Data, instead_of: str | None = None
) -> Edit:
    """The model with a definition added, or with another one in the place of `instead_of`."""

    def change(data: Data) -> None:
        known: Data = data.get("definitions", {})
        if instead_of is None:
            data["definitions"] = {**known, name: definition}
            return
        data["definitions"] = {
            name if each == instead_of else each: definition if each == instead_of else value
            for each, value in known.items()
        }

    return edited(model, change)


def without_definition(model: ScoringModel, name: str) -> Edit:
    """The model without a definition."""

    def change(data: Data) -> None:
        data["definitions"].pop(name, None)
        if not data["definitions"]:
            del data["definitions"]

    return edited(model, change)


def with_weights(model: ScoringModel, weights: Mapping[str, Any]) -> Edit:
    """The model with other weights of the overall score; a dimension without one does not count."""

    def change(data: Data) -> None:
        data["overall"] = dict(weights)

    return edited(model, change)


def _place(rules: list[Data], id_: str | None) -> int | None:
    return next((n for n, rule in enumerate(rules) if rule["id"] == id_), None)
