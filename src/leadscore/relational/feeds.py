"""Which touchpoints feed which counters, as small tables to join to.

In: counters, the classes of the properties they look at, the as-of day.
Out: `types` (a number and strides for each touchpoint type), `kinds` (type and property classes to
a kind: touchpoints that feed the same counters), `feeds` (kind and age to counter and weight).
`other_base` and `other_strides` are for types that no counter names; None when no counter wants
them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import prod

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadscore.arithmetic import decay_weights
from leadscore.conditions import Comparison, Condition, Leaf, comparisons
from leadscore.counting import Counter
from leadscore.errors import UnsupportedByEngine
from leadscore.relational.classes import PropertyClasses
from leadscore.relational.vectors import Numbers, Truths, holds

OTHER = 0
"""The number of every touchpoint type that no counter names."""

MOST_COMBINATIONS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Type:
    """One touchpoint type: the counters that take it, where its combinations begin.

    A combination is a class of each of its `properties`; `strides` say what a class adds.
    """

    name: str | None
    counters: Mapping[int, Counter]
    base: int
    strides: Mapping[str, int]
    properties: tuple[PropertyClasses, ...]

    @property
    def size(self) -> int:
        """How many combinations there are."""
        return prod(each.count for each in self.properties)

    def matching(self) -> npt.NDArray[np.bool_]:
        """Which counter takes which combination.

        Shape: [counters × combinations].
        """
        answers = cache(self._compared)
        held = cache(lambda where: self._held(where, answers))
        return np.array([held(counter.selection.where) for counter in self.counters.values()])

    def _held(self, where: Condition | None, leaf: Callable[[Leaf], Truths]) -> Truths:
        return np.ones(self.size, np.bool_) if where is None else holds(where, leaf, self.size)

    def _compared(self, leaf: Leaf) -> Truths:
        """Where a comparison holds, from the classes spread over the combinations."""
        if not isinstance(leaf, Comparison):
            raise TypeError(f"{leaf} is no comparison of a property")
        compared = next(each for each in self.properties if each.field == leaf.field)
        numbers = np.arange(self.size) // self.strides[leaf.field] % compared.count
        return compared.answers[leaf][numbers]


@dataclass(frozen=True, slots=True)
class Feeds:
    """The tables that a query joins touchpoints to.

    Shape: `types` has columns type, base and one stride per property; `kinds` has combination and
    kind; `feeds` has feed (kind * span + age), counter, weight. Ages above `span - 1` are counted
    as `span - 1`. Units: ages in days; weights out of WEIGHT_ONE where the counter decays, else 1.
    """

    counters: Mapping[int, Counter]
    properties: tuple[PropertyClasses, ...]
    span: int
    types: pa.Table
    kinds: pa.Table
    feeds: pa.Table
    other_base: int | None
    other_strides: tuple[int, ...]


def stride_name(number: int) -> str:
    """The column of `types` with the stride of the property of that number."""
    return f"stride_{number}"


def make_feeds(
    counters: Mapping[int, Counter], properties: Sequence[PropertyClasses], oldest_age: int
) -> Feeds:
    """The tables for some counters.

    Units: `oldest_age` is the age in days of the oldest touchpoint there is.
    Raises: UnsupportedByEngine when one type combines more conditions than can be listed.
    """
    span = _span(counters.values(), oldest_age)
    types = _types(counters, properties)
    kinds: dict[tuple[int, ...], int] = {}
    listed = [_kinds_of_type(each, kinds) for each in types]
    return Feeds(
        counters=counters,
        properties=tuple(properties),
        span=span,
        types=_types_table(types, properties),
        kinds=pa.concat_tables(listed),
        feeds=_feeds_table(kinds, counters, span),
        other_base=types[OTHER].base if types[OTHER].counters else None,
        other_strides=tuple(types[OTHER].strides.get(each.field, 0) for each in properties),
    )


def newest_table(counters: Mapping[int, Counter]) -> pa.Table:
    """How many of the newest touchpoints each counter takes.

    Shape: columns counter and max_times, for the counters that have a limit.
    """
    limited = {n: c.max_times for n, c in counters.items() if c.max_times is not None}
    return pa.table(
        {
            "counter": pa.array(limited.keys(), pa.int32()),
            "max_times": pa.array(limited.values(), pa.int64()),
        }
    )


def _span(counters: Iterable[Counter], oldest_age: int) -> int:
    """How many ages must be told apart: to the end of the longest counter that ends."""
    ends = [counter.ends_at for counter in counters]
    longest = max((end for end in ends if end is not None), default=0)
    return min(longest, max(0, oldest_age)) + 1


def _types(counters: Mapping[int, Counter], properties: Sequence[PropertyClasses]) -> list[_Type]:
    named = dict.fromkeys(name for counter in counters.values() for name in counter.selection.on)
    types: list[_Type] = []
    base = 0
    for name in (None, *named):
        each = _type(name, counters, properties, base)
        types.append(each)
        base += each.size
        if base > MOST_COMBINATIONS:
            raise UnsupportedByEngine(
                f"touchpoint type {name!r}: its rules combine {each.size} classes of properties; "
                f"at most {MOST_COMBINATIONS} can be listed. Use fewer different properties in "
                "the conditions of one type, or the live engine."
            )
    return types


def _type(
    name: str | None,
    counters: Mapping[int, Counter],
    properties: Sequence[PropertyClasses],
    base: int,
) -> _Type:
    taking = {
        number: counter
        for number, counter in counters.items()
        if not counter.selection.on or name in counter.selection.on
    }
    wheres = (counter.selection.where for counter in taking.values())
    fields = {part.field for where in wheres if where is not None for part in comparisons(where)}
    used = tuple(each for each in properties if each.field in fields)
    strides, stride = {}, 1
    for each in used:
        strides[each.field] = stride
        stride *= each.count
    return _Type(name, taking, base, strides, used)


def _kinds_of_type(each: _Type, kinds: dict[tuple[int, ...], int]) -> pa.Table:
    """The combinations of a type that some counter takes, with their kinds.

    Combinations that the same counters take are of one kind; new kinds are added to `kinds`.
    Shape: columns combination and kind.
    """
    matching = each.matching()
    if not len(matching):
        return _kinds_table(np.zeros(0, np.int64), np.zeros(0, np.int64))
    signatures = np.ascontiguousarray(np.packbits(matching, axis=0).T)
    whole = signatures.view(np.dtype((np.void, signatures.shape[1])))[:, 0]
    _, first, places = np.unique(whole, return_index=True, return_inverse=True)
    numbers = np.array(list(each.counters))
    chosen = (tuple(numbers[matching[:, at]].tolist()) for at in first)
    of_signature = np.array([kinds.setdefault(one, len(kinds)) if one else -1 for one in chosen])
    found = of_signature[places]
    taken = np.flatnonzero(found >= 0)
    return _kinds_table(each.base + taken, found[taken])


def _kinds_table(combinations: Numbers, kinds: Numbers) -> pa.Table:
    return pa.table({"combination": combinations, "kind": kinds})


def _types_table(types: Sequence[_Type], properties: Sequence[PropertyClasses]) -> pa.Table:
    named = types[OTHER + 1 :]
    columns: dict[str, pa.Array] = {
        "type": pa.array([each.name for each in named], pa.string()),
        "base": pa.array([each.base for each in named], pa.int64()),
    }
    for number, each in enumerate(properties):
        strides = [one.strides.get(each.field, 0) for one in named]
        columns[stride_name(number)] = pa.array(strides, pa.int64())
    return pa.table(columns)


def _feeds_table(
    kinds: Mapping[tuple[int, ...], int], counters: Mapping[int, Counter], span: int
) -> pa.Table:
    taken: dict[int, list[int]] = {number: [] for number in counters}
    for matching, kind in kinds.items():
        for number in matching:
            taken[number].append(kind)
    nothing = np.zeros(0, np.int64)
    keys, weighed = [nothing], [nothing]
    for number, counter in counters.items():
        weights = _weights(counter, span)
        ages = np.flatnonzero(weights)
        of_kind = np.array(taken[number], np.int64)
        keys.append(np.add.outer(of_kind * span, ages).ravel())
        weighed.append(np.tile(weights[ages], len(of_kind)))
    fed = np.repeat([0, *counters], [len(each) for each in keys])
    return pa.table(
        {
            "feed": np.concatenate(keys),
            "counter": fed.astype(np.int32),
            "weight": np.concatenate(weighed),
        }
    )


def _weights(counter: Counter, span: int) -> Numbers:
    """The weight at each age below `span`; the last stands for all ages from there on."""
    ends_at = span if counter.ends_at is None else min(span, counter.ends_at)
    weights = np.zeros(span, np.int64)
    decaying = 1 if counter.half_life is None else decay_table(counter.half_life, span)[:ends_at]
    weights[:ends_at] = decaying
    return weights


@lru_cache(maxsize=256)
def decay_table(half_life: int, ages: int) -> Numbers:
    """The weights of the first so many ages, out of WEIGHT_ONE."""
    weights = np.zeros(ages, np.int64)
    found = decay_weights(half_life, ages - 1)
    weights[: len(found)] = found
    return weights
