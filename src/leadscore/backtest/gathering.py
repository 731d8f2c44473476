"""What is kept of the moments as they pass.

In: one snapshot after the other. Out: each lead at its first moment, at its first moment of meeting
each definition, and every lead at every moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa

from leadscore.backtest.history import NEVER, History, positions
from leadscore.backtest.leaks import Leak, leaks
from leadscore.backtest.notices import Unseen
from leadscore.backtest.replay import Observations, Snapshot, joined, nothing
from leadscore.fields import COMPANY_ID, model_fields
from leadscore.inputs.facts import Facts
from leadscore.model import ScoringModel
from leadscore.statistics.observations import Flags, Integers


class Gathering:
    """Leads as they were first seen, and all that was seen."""

    def __init__(self, model: ScoringModel, facts: Facts, history: History) -> None:
        self._facts, self._history = facts, history
        self._columns = [name for name in model_fields(model).attributes if name != COMPANY_ID]
        self._first = _FirstTime(model, history)
        self._met = {d.name: _FirstTime(model, history) for d in model.definitions}
        self._pooled = [replace(nothing(model), scores={})]
        self._attributes: list[pa.Table] = []
        self._attributes_of: list[Integers] = []

    @property
    def first(self) -> Observations:
        """Each lead at the first moment at which it was a candidate."""
        return joined(self._first.parts)

    @property
    def first_met(self) -> list[Observations]:
        """For each definition, each lead at the first moment at which it met it."""
        return [joined(met.parts) for met in self._met.values()]

    @property
    def pooled(self) -> Observations:
        """Every lead at every moment whose horizon was observed, without scores."""
        return joined(self._pooled)

    def add(self, snapshot: Snapshot) -> None:
        """Takes what is new in a snapshot, and what counts at every moment."""
        seen = snapshot.observations
        new = self._first.add(seen)
        if new.size and self._columns:
            self._add_attributes(new, snapshot.as_of)
        for name, met in seen.met.items():
            self._met[name].add(seen.where(met))
        if snapshot.is_complete:
            self._pooled.append(replace(seen, scores={}))

    def _add_attributes(self, leads: Integers, as_of: int) -> None:
        """Keeps the attributes of leads as they were known then."""
        table = self._facts.leads_as_of(as_of)
        is_wanted = np.zeros(len(self._history.lead_ids), np.bool_)
        is_wanted[leads] = True
        of_row = positions(self._history.lead_ids, table["lead_id"])
        chosen = is_wanted[of_row]
        self._attributes.append(table.select(self._columns).filter(pa.array(chosen)))
        self._attributes_of.append(of_row[chosen])

    def leaks(self) -> Iterator[Leak]:
        """Attributes that, as the moments saw them, know the outcome too well."""
        if not self._attributes:
            return iter(())
        won = self._history.won[np.concatenate(self._attributes_of)]
        return leaks(pa.concat_tables(self._attributes), won, self._columns)

    def unseen(self) -> Unseen:
        """The leads that no moment saw."""
        is_unseen = ~self._first.is_seen
        is_closed = self._history.closed_at != NEVER
        return Unseen(
            closed_before=int((is_unseen & is_closed).sum()),
            won_before=int((is_unseen & is_closed & self._history.won).sum()),
            not_known=int((is_unseen & ~is_closed).sum()),
        )


class _FirstTime:
    """Each lead at the first moment at which it came by."""

    def __init__(self, model: ScoringModel, history: History) -> None:
        self.is_seen: Flags = np.zeros(len(history.lead_ids), np.bool_)
        self.parts = [nothing(model)]

    def add(self, observations: Observations) -> Integers:
        """Keeps those that have not come by yet; says which leads these are."""
        new = observations.where(~self.is_seen[observations.leads])
        self.parts.append(new)
        self.is_seen[new.leads] = True
        return new.leads
