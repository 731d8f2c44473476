"""Single matches summed in memory, for engines that hand them over faster than they sum them.

In: matches of a block of leads as whole numbers. Out: what each counter took.

A match is one number: (counter × leads + lead) × 2^bits + age. Sorting puts the matches of each
counter side by side, those of each lead in it, the newest first: what is left are differences of
running sums.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np

from leadscore.counting import Counter
from leadscore.relational.counts import Tally
from leadscore.relational.feeds import decay_table
from leadscore.relational.vectors import Numbers


def tallied(
    matches: Numbers, counters: Mapping[int, Counter], n_leads: int, age_bits: int
) -> Iterator[tuple[int, Tally]]:
    """What each counter took of some matches, by its number."""
    matches = np.sort(matches)
    step = n_leads << age_bits
    numbers = sorted(counters)
    edges = np.searchsorted(matches, step * np.array([*numbers, numbers[-1] + 1]))
    for number, (first, last) in zip(numbers, pairwise(edges.tolist()), strict=True):
        if first < last:
            yield number, _tally(matches[first:last] - step * number, counters[number], age_bits)


def _tally(matches: Numbers, counter: Counter, age_bits: int) -> Tally:
    """What one counter took. A match is here lead × 2^bits + age."""
    leads = matches >> age_bits
    starts = np.flatnonzero(np.diff(leads, prepend=-1))
    ends = np.append(starts[1:], len(leads))
    if counter.max_times is not None:
        ends = np.minimum(ends, starts + counter.max_times)
    times = ends - starts
    weight = times
    ages = matches & ((1 << age_bits) - 1)
    if counter.half_life is not None:
        so_far = np.zeros(len(ages) + 1, np.int64)
        np.cumsum(decay_table(counter.half_life, 1 << age_bits)[ages], out=so_far[1:])
        weight = so_far[ends] - so_far[starts]
    return Tally(leads[starts], times, weight, ages[starts], np.ones_like(times))
