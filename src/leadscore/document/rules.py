"""Nodes to rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from leadscore.checks.references import DuplicateId, GroupOfAnotherDimension, UnknownGroup
from leadscore.checks.structure import (
    CapNotPositive,
    KeysDoNotGoTogether,
    NameForm,
    RuleSaysNothing,
    ZeroPoints,
)
from leadscore.document.askable import Setting
from leadscore.document.conditions import ConditionReader
from leadscore.document.known import Declared
from leadscore.document.located import Entries, Node, excerpt
from leadscore.document.places import NodePlaces
from leadscore.document.taking import Taker, shown
from leadscore.document.vocabulary import (
    ATTRIBUTE,
    FREQUENCY,
    MAX_COUNT,
    MAX_DAYS,
    RULE_KEYS,
    RULE_KINDS,
    SHARED_RULE_KEYS,
    SILENCE,
    RuleKind,
)
from leadscore.model import AttributeRule, BehaviourRule, FrequencyRule, Labels, Rule, SilenceRule


class _Shared(TypedDict):
    """What rules of every kind have."""

    id: str
    dimension: str
    points_milli: int
    group: str | None
    label: Labels


class RuleReader:
    """Reads rules one after the other and remembers their ids."""

    def __init__(
        self,
        take: Taker,
        places: NodePlaces,
        declared: Declared,
        group_dimensions: Mapping[str, str],
    ) -> None:
        self._take = take
        self._add = take.problems.add
        self._places = places
        self._declared = declared
        self._group_dimensions = group_dimensions
        self._conditions = ConditionReader(take, places, declared)
        self._seen: dict[str, Node] = {}

    def rule(self, node: Node) -> Rule | None:
        """A rule; None when any part of it is not sound, which is then reported."""
        values = self._take.mapping(node, RULE_KEYS)
        if values is None:
            return None
        shared = self._shared(values)
        kind = self._kind(node, values)
        if kind is None:
            return None
        own = {key: values[key] for key in kind.own if key in values}
        rule = self._of_kind(kind, shared or _NOTHING_SHARED, own)
        if rule is None or shared is None:
            return None
        self._places.mark(rule, node)
        return rule

    def _shared(self, values: Mapping[str, Node]) -> _Shared | None:
        id = self._id(values.get("id"))
        dimension = self._take.dimension(values.get("dimension"), self._declared)
        group = self._group(values.get("group"), dimension)
        points = self._points(values.get("points"))
        label = self._take.label(values.get("label"))
        if id is None or dimension is None or points is None:
            return None
        return _Shared(id=id, dimension=dimension, points_milli=points, group=group, label=label)

    def _id(self, node: Node | None) -> str | None:
        id = self._take.name(node, NameForm.ID)
        if node is None or id is None:
            return None
        if (first := self._seen.setdefault(id, node)) is not node:
            self._add(DuplicateId(at=node.place(), found=id, first=first.path()))
        return id

    def _group(self, node: Node | None, dimension: str | None) -> str | None:
        name, known = self._take.text(node), self._declared.groups
        if node is None or name is None:
            return None
        if name not in known:
            near = self._take.near(name, known)
            self._add(UnknownGroup(at=node.place(), found=excerpt(name), near=near, known=known))
            return None
        holder = self._group_dimensions.get(name)
        if dimension is not None and holder is not None and holder != dimension:
            self._add(
                GroupOfAnotherDimension(
                    at=node.place(), found=name, dimension=dimension, group_dimension=holder
                )
            )
        return name

    def _points(self, node: Node | None) -> int | None:
        points = self._take.milli(node)
        if node is not None and points == 0:
            self._add(ZeroPoints(at=node.place(), found="0"))
            return None
        return points

    def _kind(self, node: Node, values: Mapping[str, Node]) -> RuleKind | None:
        """The kind of a rule by its keys; keys of other kinds are reported."""
        kind = next((kind for kind in RULE_KINDS if set(kind.marks) & values.keys()), None)
        if kind is None or not isinstance(node, Entries):
            self._add(RuleSaysNothing(at=node.place()))
            return None
        mark = next(key for key in kind.marks if key in values)
        for key in values:
            if key not in kind.own and key not in SHARED_RULE_KEYS:
                self._add(KeysDoNotGoTogether(at=node.key_place(key), found=key, other=mark))
        return kind

    def _of_kind(self, kind: RuleKind, shared: _Shared, own: dict[str, Node]) -> Rule | None:
        if kind is ATTRIBUTE:
            when = self._conditions.condition(own["when"], Setting.RULE)
            return None if when is None else AttributeRule(**shared, when=when)
        if kind is FREQUENCY:
            count = self._conditions.count(own)
            return None if count is None else FrequencyRule(**shared, count=count)
        if kind is SILENCE:
            return self._silence(shared, own)
        return self._behaviour(shared, own)

    def _silence(self, shared: _Shared, own: dict[str, Node]) -> SilenceRule | None:
        selection = self._conditions.selection(own)
        days = self._take.integer(own["none_for"], 1, MAX_DAYS)
        if selection is None or days is None:
            return None
        return SilenceRule(**shared, selection=selection, none_for=days)

    def _behaviour(self, shared: _Shared, own: dict[str, Node]) -> BehaviourRule | None:
        selection = self._conditions.selection(own)
        half_life = self._take.integer(own.get("half_life"), 1, MAX_DAYS)
        max_times = self._take.integer(own.get("max_times"), 1, MAX_COUNT)
        max_points = self._cap(own.get("max_points"))
        if selection is None:
            return None
        return BehaviourRule(
            **shared,
            selection=selection,
            half_life=half_life,
            max_times=max_times,
            max_points_milli=max_points,
        )

    def _cap(self, node: Node | None) -> int | None:
        cap = self._take.milli(node)
        if node is not None and cap is not None and cap <= 0:
            self._add(CapNotPositive(at=node.place(), found=shown(node)))
            return None
        return cap


_NOTHING_SHARED = _Shared(id="", dimension="", points_milli=0, group=None, label={})
