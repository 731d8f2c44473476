"""What became of each lead, and since when it was known.

In: facts and outcomes. Out: one entry per lead, as arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.days import DAY_US, FIRST_YEAR, LAST_YEAR, Offsets
from leadscore.inputs.facts import Facts
from leadscore.statistics.observations import Flags, Integers

NEVER: Final = int(np.iinfo(np.int64).max)
"""The moment of what has not happened."""

_BEFORE_ALL: Final = -1
_LAST_DAY: Final = (LAST_YEAR + 1 - FIRST_YEAR) * 366


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """The life of every lead as far as it was observed.

    Shape: one entry per lead, in the order of `lead_ids`.
    Units: microseconds since 1970 UTC; NEVER for what has not happened by `observed_until`.
    `is_dated` says that the facts tell when the lead became known, `first_touchpoint_at` is the
    arrival of its first touchpoint, `closed_at` its first outcome of either kind, `won_at` its
    first `won`.
    """

    lead_ids: pa.Array
    is_dated: Flags
    first_touchpoint_at: Integers
    closed_at: Integers
    won_at: Integers
    starts_at: int
    observed_until: int
    last_outcome_at: int | None
    is_end_given: bool
    """Whether somebody said until when all is known; otherwise it is the last fact."""
    has_changing_attributes: bool
    """Whether the facts tell of any lead since when its attributes are what they are."""

    @property
    def won(self) -> Flags:
        """Which leads were won."""
        won: Flags = self.won_at != NEVER
        return won

    def candidates(self, lead_ids: pa.ChunkedArray, as_of: int) -> tuple[Integers, Flags]:
        """Which leads of those known by a moment are candidates then: known, and not closed yet.

        A lead of which the facts do not tell when it became known is known from its first
        touchpoint. Returns: where each lead stands here, and whether it is a candidate.
        """
        position = positions(self.lead_ids, lead_ids)
        is_known = self.is_dated | (self.first_touchpoint_at <= as_of)
        return position, (is_known & (self.closed_at > as_of))[position]


def read_history(facts: Facts, outcomes: pa.Table, observed_until: int | None = None) -> History:
    """The history of every lead.

    `outcomes` as in `leadscore.inputs.Outcomes.table`. `observed_until` is the moment of the last
    touchpoint or outcome, unless given; what happened later is left out.
    """
    latest, undated = facts.leads_as_of(NEVER), facts.leads_as_of(_BEFORE_ALL)
    ids = _array(latest["lead_id"])
    arrivals = _arrivals(facts)
    decided_at = outcomes["occurred_at"]
    is_won = pc.equal(outcomes["outcome"], "won")
    seen = [at for at in (_most(arrivals["last"]), _most(decided_at)) if at is not None]
    until = max(seen, default=0) if observed_until is None else observed_until
    first_touchpoint = _earliest(ids, arrivals["lead_id"], arrivals["first"])
    is_dated = np.ones(len(ids), dtype=np.bool_)
    is_dated[positions(ids, undated["lead_id"])] = False
    return History(
        lead_ids=ids,
        is_dated=is_dated,
        first_touchpoint_at=first_touchpoint,
        closed_at=_by(until, _earliest(ids, outcomes["lead_id"], decided_at)),
        won_at=_by(
            until, _earliest(ids, outcomes["lead_id"].filter(is_won), decided_at.filter(is_won))
        ),
        starts_at=_start(facts, is_dated, first_touchpoint),
        observed_until=until,
        last_outcome_at=_most(decided_at),
        is_end_given=observed_until is not None,
        has_changing_attributes=undated.num_rows < len(ids) or not undated.equals(latest),
    )


def local_days(offsets: Offsets, instants: Integers) -> Integers:
    """The local day number of each instant; of NEVER, a day far beyond all others."""
    shifts = np.array(offsets.shifts)
    step = np.searchsorted(np.array(offsets.starts), instants, side="right") - 1
    shift = np.where(instants == NEVER, 0, shifts[np.maximum(step, 0)])
    days: Integers = (instants + shift) // DAY_US
    return days


def positions(ids: pa.Array, of: pa.ChunkedArray) -> Integers:
    """Where some leads stand among all."""
    return _numbers(pc.index_in(of.cast(ids.type), value_set=ids))


def _arrivals(facts: Facts) -> pa.Table:
    """Per lead, when the first and the last touchpoint had both occurred and been received."""
    with duckdb.connect() as connection:
        arrives_at = "greatest(occurred_at, coalesce(received_at, occurred_at))"
        return (
            facts.touchpoints_relation(connection)
            .aggregate(
                f'lead_id, min({arrives_at}) AS "first", max({arrives_at}) AS "last"', "lead_id"
            )
            .to_arrow_table()
        )


def _start(facts: Facts, is_dated: Flags, first_touchpoint_at: Integers) -> int:
    """The day (in UTC) on which the first lead became known, as an instant.

    The facts answer who was known by a moment; the first day with an answer is found by halving.
    """
    start = int(first_touchpoint_at[~is_dated].min(initial=NEVER))
    if not is_dated.any():
        return start
    n_undated = int((~is_dated).sum())
    low, high = -1, min(start // DAY_US, _LAST_DAY)
    while high - low > 1:
        middle = (low + high) // 2
        if facts.leads_as_of(middle * DAY_US + DAY_US - 1).num_rows > n_undated:
            high = middle
        else:
            low = middle
    return high * DAY_US


def _earliest(ids: pa.Array, lead_ids: pa.ChunkedArray, moments: pa.ChunkedArray) -> Integers:
    """Per lead, the least of its moments; NEVER for a lead without any."""
    rows = pa.table({"lead_id": lead_ids.cast(ids.type), "at": moments})
    least = rows.group_by("lead_id").aggregate([("at", "min")])
    position = pc.index_in(ids, value_set=_array(least["lead_id"]))
    return _numbers(pc.fill_null(_array(least["at_min"]).take(position), NEVER))


def _by(until: int, moments: Integers) -> Integers:
    return np.where(moments > until, NEVER, moments)


def _array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _numbers(column: pa.Array | pa.ChunkedArray) -> Integers:
    numbers: Integers = np.asarray(_array(column)).astype(np.int64, copy=False)
    return numbers


def _most(moments: pa.ChunkedArray) -> int | None:
    found: int | None = pc.max(moments).as_py()
    return found
