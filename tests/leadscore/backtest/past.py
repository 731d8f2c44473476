"""A small past to look back on: a model, leads, touchpoints, outcomes, and the backtest of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

import leadscore
from leadscore.backtest import Backtest, Engine, backtest
from leadscore.backtest.history import NEVER, read_history
from leadscore.backtest.replay import Replay, Snapshot
from leadscore.days import to_instant
from leadscore.engines import live
from leadscore.fields import model_fields
from leadscore.inputs import Facts, read_facts, read_outcomes
from leadscore.model import ScoringModel

WARSAW = ZoneInfo("Europe/Warsaw")
Row = Mapping[str, Any]

MODEL = """
schema: 1
name: small
time_zone: Europe/Warsaw
dimensions:
  fit:
    min: 0
    max: 100
    bands: [{name: cold, from: 0}, {name: hot, from: 50}]
  engagement:
    min: 0
    max: 100
    bands: [{name: cold, from: 0}, {name: hot, from: 50}]
rules:
  - {id: large, dimension: fit, points: 60, when: {company.size: {eq: large}}}
  - {id: demo, dimension: engagement, points: 50, on: demo_request}
overall: {fit: 1, engagement: 1}
grade: {rows: fit, columns: engagement}
definitions:
  asked: {when: {score.engagement: {ge: 50}}}
"""


def model(text: str = MODEL) -> ScoringModel:
    """The model of a document."""
    return leadscore.loads(text).declaration


def at(text: str) -> int:
    """An instant by its local time in Warsaw."""
    return to_instant(datetime.fromisoformat(text).replace(tzinfo=WARSAW))


def moment(text: str) -> str:
    """The same as an input file says it."""
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW).isoformat()


@dataclass(frozen=True)
class Past:
    """Everything that a backtest reads, as rows."""

    leads: Sequence[Row]
    touchpoints: Sequence[Row] = ()
    outcomes: Sequence[Row] = ()
    changes: Sequence[Row] | None = None
    declaration: ScoringModel = field(default_factory=model)

    def facts(self) -> Facts:
        """Its facts. Close them."""
        attributes, properties = model_fields(self.declaration)
        return read_facts(
            list(self.leads),
            list(self.touchpoints),
            attributes=attributes,
            properties=properties,
            attribute_changes=None if self.changes is None else list(self.changes),
        )

    def backtest(self, *, engine: Engine = live.score, **options: Any) -> Backtest:
        """The backtest of it."""
        with self.facts() as facts:
            return backtest(
                self.declaration, facts, self._outcomes(facts), engine=engine, **options
            )

    def snapshot(self, as_of: int, *, engine: Engine = live.score) -> dict[str, tuple]:
        """Per candidate of a moment: its scores, bands and definitions."""
        with self.facts() as facts:
            history = read_history(facts, self._outcomes(facts))
            found = Replay(self.declaration, facts, history, 90, engine).snapshot(as_of)
            ids = history.lead_ids.take(pa.array(found.observations.leads)).to_pylist()
        return {lead_id: _of(found, row) for row, lead_id in enumerate(ids)}

    def _outcomes(self, facts: Facts) -> pa.Table:
        return read_outcomes(list(self.outcomes), leads=facts.leads_as_of(NEVER)).table


def _of(snapshot: Snapshot, row: int) -> tuple:
    seen = snapshot.observations
    columns = (*seen.scores.values(), *seen.bands.values(), *seen.met.values())
    return tuple(column[row].item() for column in columns)


def lead(lead_id: str, size: str | None = None, **more: Any) -> Row:
    """A lead."""
    return {"lead_id": lead_id, "company.size": size, **more}


def touchpoint(lead_id: str, type_: str, occurred: str, received: str | None = None) -> Row:
    """A touchpoint, received when it occurred unless said otherwise."""
    return {
        "lead_id": lead_id,
        "type": type_,
        "occurred_at": moment(occurred),
        "received_at": moment(received or occurred),
    }


def outcome(lead_id: str, how: str, occurred: str) -> Row:
    """How a lead ended."""
    return {"lead_id": lead_id, "outcome": how, "occurred_at": moment(occurred)}


def copies(past: Past, n: int) -> Past:
    """The same past with n copies of each lead."""

    def many(rows: Sequence[Row]) -> list[Row]:
        return [{**row, "lead_id": f"{row['lead_id']}{i}"} for row in rows for i in range(n)]

    return replace(
        past,
        leads=many(past.leads),
        touchpoints=many(past.touchpoints),
        outcomes=many(past.outcomes),
    )
