"""A model held against leads that nobody looked at when it was written.

In: a mapped source. Out: its last fifth by time, each lead as of its own moment, with what then
happened to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from leadscore.mapping import MappedSource
from leadscore.mapping.columns import Flags, Ints, compute, flags, in_order

TRAINING_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Split:
    """Rows of the leads before and from a moment on; a moment is never split in two."""

    first_moment: datetime
    training: Ints
    held_out: Ints


def split_by_time(leads: pa.Table, share: float = TRAINING_SHARE) -> Split:
    """The first `share` of leads in time order, and the rest.

    Leads of one moment stay together, in the rest: of sessions known only by their month, a
    whole month is held out.
    """
    moments = np.asarray(leads["known_at"].cast(pa.int64()).to_numpy(), np.int64)
    first = int(moments[min(int(len(moments) * share), len(moments) - 1)])
    return Split(
        datetime.fromtimestamp(first / 1e6, UTC),
        np.flatnonzero(moments < first),
        np.flatnonzero(moments >= first),
    )


@dataclass(frozen=True, slots=True)
class OwnMoments:
    """Leads and touchpoints moved to one day, so that one run scores each as of its own moment.

    `as_of` is the end of that day; `days_moved` says for each lead by how many days.
    """

    leads: pa.Table
    touchpoints: pa.Table
    as_of: datetime
    days_moved: Ints


def as_of_own_moments(leads: pa.Table, touchpoints: pa.Table, time_zone: str) -> OwnMoments:
    """Every lead with the touchpoints that were known at its moment, at their ages of then.

    Ages are whole local days, so moving a lead and its touchpoints by the same number of local
    days changes no score. What came after the lead's own moment is left out.
    """
    known = _local_days(leads["known_at"], time_zone)
    day = int(known.max()) if len(known) else 0
    moved = day - known
    place = compute.index_in(touchpoints["lead_id"], value_set=leads["lead_id"])
    touchpoints = touchpoints.append_column("place", place).filter(compute.is_valid(place))
    places = np.asarray(touchpoints["place"].to_numpy(), np.int64)
    in_time = _at_most(touchpoints["received_at"], leads["known_at"], places)
    in_time &= _at_most(touchpoints["occurred_at"], leads["known_at"], places)
    touchpoints = in_order(touchpoints, np.flatnonzero(in_time)).drop_columns(["place"])
    shift = moved[places[in_time]]
    for name in ("occurred_at", "received_at"):
        column = _moved(touchpoints[name], shift, time_zone)
        touchpoints = touchpoints.set_column(touchpoints.column_names.index(name), name, column)
    return OwnMoments(leads.drop_columns(["known_at"]), touchpoints, _end_of(day, time_zone), moved)


def converted(leads: pa.Table, outcomes: pa.Table) -> Flags:
    """Which leads were won in the end."""
    won = outcomes.filter(compute.equal(outcomes["outcome"], "won"))["lead_id"]
    return flags(compute.is_in(leads["lead_id"], value_set=won.combine_chunks()).combine_chunks())


def part(mapped: MappedSource, rows: Ints, time_zone: str) -> tuple[OwnMoments, Flags]:
    """The leads of some rows as of their own moments, and which of them were won."""
    leads = in_order(mapped.leads, rows)
    return as_of_own_moments(leads, mapped.touchpoints, time_zone), converted(
        leads, mapped.outcomes
    )


def _at_most(moments: pa.ChunkedArray, known: pa.ChunkedArray, places: Ints) -> Flags:
    own = np.asarray(known.cast(pa.int64()).to_numpy(), np.int64)[places]
    return np.asarray(moments.cast(pa.int64()).to_numpy(), np.int64) <= own


def _local(moments: pa.ChunkedArray, time_zone: str) -> np.typing.NDArray[np.datetime64]:
    local = compute.local_timestamp(moments.cast(pa.timestamp("us", tz=time_zone)))
    return np.asarray(local.to_numpy(), "datetime64[us]")


def _local_days(moments: pa.ChunkedArray, time_zone: str) -> Ints:
    return _local(moments, time_zone).astype("datetime64[D]").astype(np.int64)


def _moved(moments: pa.ChunkedArray, days: Ints, time_zone: str) -> pa.ChunkedArray:
    local = _local(moments, time_zone) + days.astype("timedelta64[D]")
    zoned = compute.assume_timezone(
        pa.array(local, pa.timestamp("us")), time_zone, ambiguous="earliest", nonexistent="latest"
    )
    return pa.chunked_array([zoned.cast(pa.timestamp("us", tz="UTC"))])


def _end_of(day: int, time_zone: str) -> datetime:
    last_second = time(23, 59, 59, tzinfo=ZoneInfo(time_zone))
    return datetime.combine(date(1970, 1, 1) + timedelta(days=day), last_second)
