"""What a block of leads has to have counted, and the counts themselves.

In: a model; later what an engine counted. Out: for each counter, the leads that it counted for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pyarrow as pa

from leadscore.conditions import Scope, TouchpointCount
from leadscore.counting import Counter, counting
from leadscore.model import ScoringModel, SilenceRule
from leadscore.relational.vectors import Numbers


@dataclass(frozen=True, slots=True)
class Family:
    """Counters that one query answers: of one scope, and alike in how they pick touchpoints."""

    scope: Scope
    picks_newest: bool
    counters: Mapping[int, Counter]


@dataclass(frozen=True, slots=True)
class Need:
    """What must be counted for a model.

    A silence rule only needs to know whether anything happened in its days (`of_rule`); when
    contributions are wanted, `evidence_of_rule` is the counter that knows when it last did.
    """

    counters: tuple[Counter, ...]
    of_rule: tuple[int | None, ...]
    evidence_of_rule: tuple[int | None, ...]
    of_condition: Mapping[TouchpointCount, int]

    def families(self, newest_apart: Collection[Scope] = tuple(Scope)) -> Iterator[Family]:
        """The counters, by the query that answers them.

        `newest_apart` are the scopes in which picking the newest takes a query of its own.
        """
        families: dict[tuple[Scope, bool], dict[int, Counter]] = {}
        for number, counter in enumerate(self.counters):
            scope = counter.selection.scope
            key = (scope, counter.picks_newest and scope in newest_apart)
            families.setdefault(key, {})[number] = counter
        return (Family(*key, chosen) for key, chosen in families.items())

    @property
    def watches_companies(self) -> bool:
        """Whether touchpoints of colleagues count."""
        return any(counter.selection.scope is Scope.COMPANY for counter in self.counters)


def need_of(model: ScoringModel, *, evidence: bool) -> Need:
    """What must be counted; with `evidence`, also what only contributions show."""
    wanted = counting(model)
    numbers: dict[Counter, int] = {}

    def number(counter: Counter) -> int:
        return numbers.setdefault(counter, len(numbers))

    of_rule: list[int | None] = []
    evidence_of_rule: list[int | None] = []
    for rule, original in zip(model.rules, wanted.of_rule, strict=True):
        counter = None if original is None else wanted.counters[original]
        if counter is not None and isinstance(rule, SilenceRule):
            evidence_of_rule.append(number(counter) if evidence else None)
            of_rule.append(number(Counter(replace(counter.selection, within=rule.none_for))))
        else:
            evidence_of_rule.append(None)
            of_rule.append(None if counter is None else number(counter))
    of_condition = {
        count: number(wanted.counters[original]) for count, original in wanted.of_condition.items()
    }
    return Need(tuple(numbers), tuple(of_rule), tuple(evidence_of_rule), of_condition)


@dataclass(frozen=True, slots=True)
class Tally:
    """What one counter took, for the leads of a block of which it took anything.

    Shape: all arrays have one element per lead, in the order of leads.
    Units: `weight` out of WEIGHT_ONE where the counter decays, else the number of touchpoints;
    `newest` an age in days.
    """

    leads: Numbers
    times: Numbers
    weight: Numbers
    newest: Numbers
    people: Numbers


_NOTHING = Tally(*(np.zeros(0, np.int64) for _ in range(5)))


class Counts:
    """For a block of leads, what each counter took; nothing until it is told."""

    def __init__(self, need: Need, n_leads: int) -> None:
        self.need = need
        self.n_leads = n_leads
        self._tallies: dict[int, Tally] = {}

    def of(self, counter: int) -> Tally:
        """What the counter of that number took."""
        return self._tallies.get(counter, _NOTHING)

    def add(self, counter: int, tally: Tally) -> None:
        """Take over what one counter took."""
        self._tallies[counter] = tally

    def add_tallies(self, tallied: pa.Table, leads_of_owner: LeadsOfOwner | None = None) -> None:
        """Take over sums by owner (columns owner, counter, times, weight, newest, people).

        `leads_of_owner` spreads what belongs to a company over its leads.
        """
        columns = {name: tallied[name].to_numpy() for name in tallied.column_names}
        leads = columns.pop("owner")
        if leads_of_owner is not None:
            rows, leads = leads_of_owner.spread(leads)
            columns = {name: values[rows] for name, values in columns.items()}
        counters = columns.pop("counter")
        order = np.lexsort((leads, counters))
        found, starts = np.unique(counters[order], return_index=True)
        edges = pairwise([*starts.tolist(), len(order)])
        for counter, (first, last) in zip(found.tolist(), edges, strict=True):
            rows = order[first:last]
            each = {name: values[rows] for name, values in columns.items()}
            self.add(counter, Tally(leads[rows], **each))


@dataclass(frozen=True, slots=True)
class LeadsOfOwner:
    """Which leads of a block belong to which company.

    Shape: `companies` has one company number per lead, -1 where there is none.
    """

    companies: Numbers
    _order: Numbers = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_order", np.argsort(self.companies, kind="stable"))

    def spread(self, owners: Numbers) -> tuple[Numbers, Numbers]:
        """For rows of owners, the pairs (row, lead of that owner).

        Returns: row numbers (repeated for each lead), and lead numbers.
        """
        sorted_companies = self.companies[self._order]
        first = np.searchsorted(sorted_companies, owners, side="left")
        last = np.searchsorted(sorted_companies, owners, side="right")
        sizes = last - first
        rows = np.repeat(np.arange(len(owners)), sizes)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return rows, self._order[np.repeat(first, sizes) + within]
