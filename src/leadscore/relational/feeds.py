"""Which touchpoints feed which counters, as small tables to join to.

In: counters, the classes of the properties they look at, the as-of day.
Out: `types` (a number and strides for each touchpoint type), `kinds` (type and property classes
to a kind: touchpoints that feed the same counters) and `feeds` (kind and age to counter and weight).
`other_base` and `other_strides` are for types that no counter names; None when no counter wants
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
import pyarrow as pa

from leadscore.conditions import Value
from leadscore.counting import Counter, Matcher, TypeMatcher
from leadscore.errors import UnsupportedByEngine
from leadscore.relational.classes import PropertyClasses

OTHER = 0
"""The number of every touchpoint type that no counter names."""

MOST_COMBINATIONS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Type:
    """One touchpoint type: where its combinations begin, and what each property's class adds."""

    name: str | None
    matcher: TypeMatcher
    base: int
    strides: Mapping[str, int]
    properties: tuple[PropertyClasses, ...]

    @property
    def combinations(self) -> int:
        return prod(each.count for each in self.properties)


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
    combinations: list[int] = []
    numbers: list[int] = []
    for each in types:
        for combination, matching in _matches(each):
            if matching:
                combinations.append(combination)
                numbers.append(kinds.setdefault(matching, len(kinds)))
    return Feeds(
        counters=counters,
        properties=tuple(properties),
        span=span,
        types=_types_table(types, properties),
        kinds=pa.table(
            {
                "combination": pa.array(combinations, pa.int64()),
                "kind": pa.array(numbers, pa.int64()),
            }
        ),
        feeds=_feeds_table(kinds, counters, span),
        other_base=types[OTHER].base if types[OTHER].matcher.needs else None,
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
    matcher = Matcher(counters.items())
    by_field = {each.field: each for each in properties}
    types: list[_Type] = []
    base = 0
    for name in (None, *named):
        of_type = matcher.of_type("" if name is None else name)
        used = tuple(by_field[field] for field in by_field if field in of_type.fields)
        strides, stride = {}, 1
        for each in used:
            strides[each.field] = stride
            stride *= each.count
        types.append(_Type(name, of_type, base, strides, used))
        base += stride
        if base > MOST_COMBINATIONS:
            raise UnsupportedByEngine(
                f"touchpoint type {name!r}: its rules combine {stride} classes of properties; "
                f"at most {MOST_COMBINATIONS} can be listed. Use fewer different properties in "
                "the conditions of one type, or the live engine."
            )
    return types


def _matches(each: _Type) -> Iterable[tuple[int, tuple[int, ...]]]:
    """Every combination of property classes of a type, with the counters that take it."""
    choices = [enumerate(one.representatives) for one in each.properties]
    for chosen in product(*choices):
        row: dict[str, Value] = {}
        combination = each.base
        for one, (number, representative) in zip(each.properties, chosen, strict=True):
            row[one.field] = representative
            combination += number * each.strides[one.field]
        yield combination, each.matcher.matching(each.matcher.bits(row))


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
    weights = {number: _weights(counter, span) for number, counter in counters.items()}
    keys: list[np.ndarray] = []
    fed: list[np.ndarray] = []
    weighed: list[np.ndarray] = []
    for matching, kind in kinds.items():
        for number in matching:
            each = weights[number]
            ages = np.flatnonzero(each)
            keys.append(kind * span + ages)
            fed.append(np.full(len(ages), number))
            weighed.append(each[ages])
    nothing = [np.zeros(0, np.int64)]
    return pa.table(
        {
            "feed": np.concatenate(keys or nothing).astype(np.int64),
            "counter": np.concatenate(fed or nothing).astype(np.int32),
            "weight": np.concatenate(weighed or nothing).astype(np.int64),
        }
    )


def _weights(counter: Counter, span: int) -> np.ndarray:
    """The weight at each age below `span`; the last stands for all ages from there on."""
    ends_at = span if counter.ends_at is None else min(span, counter.ends_at)
    weights = np.zeros(span, np.int64)
    if counter.half_life is None:
        weights[:ends_at] = 1
    else:
        weights[:ends_at] = [counter.weight(age) for age in range(ends_at)]
    return weights
