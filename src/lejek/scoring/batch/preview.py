"""What a draft would change: everybody scored by two models, today and over the past.

In: a snapshot, the active model and the draft. Out: plain values, ready to be kept and shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadscore.backtest import Backtest, backtest
from leadscore.backtest.figures import Ranking
from leadscore.compare import AFTER, BEFORE, Differences, compare
from leadscore.days import end_of_day, offsets
from leadscore.engines import duckdb, live
from leadscore.inputs import Facts
from leadscore.language import LANGUAGES
from leadscore.model import Definition, ScoringModel
from leadscore.progress import Progress
from leadscore.results import Scores
from leadscore.scoring import Engine, FieldsDiffer, fields_of
from leadscore.statistics import Auc, BandRow, NotEnoughData, Rate, TopSlice
from lejek.scoring.batch.database import Address, snapshot
from lejek.scoring.batch.facts import Known, Wanted

N_NAMED = 10
MOST_FOR_LIVE = 25_000
"""Up to so many touchpoints one lead after the other is quicker than making a query each time.

Source: measured with forty rules; both engines give the same integers.
"""
Plain = dict[str, Any]
Met = Mapping[str, pa.Array]
"""By definition, the leads that count as meeting it: who meets it, or began to and is kept."""

_NOBODY = pa.array([], pa.int64())

SIDES = ("before", "after")
"""The active model and the draft."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a preview is to answer. Units: moments in microseconds since 1970 UTC."""

    before: ScoringModel
    after: ScoringModel
    as_of: int
    weeks: Sequence[int]
    """Ends of weeks, the earliest first; the first one only says who met it before."""
    definitions: Sequence[str]
    """Those that lead into a stage, which are followed through the weeks."""
    finished_stages: Sequence[str]
    """In which nobody works on a lead any more, so that it meets nothing."""
    stage_changes: pa.Table
    crossings: pa.Table
    """Which definitions leads began or ceased to meet, in the order in which it happened."""
    horizon_days: int
    outcomes: pa.Table


def preview(address: Address, asked: Question, progress: Progress) -> Plain:
    """The answer of a preview."""
    with snapshot(address) as source:
        known = Known(source, stage_changes=asked.stage_changes)
    progress.started(1 + len(asked.weeks) + 2, "preview")
    found = Differing(known, asked, progress)
    answer = found.today()
    answer["qualified"] = found.qualified()
    answer["backtest"] = found.looked_back()
    known.close()
    return answer


class Differing:
    """Two models over the same facts."""

    def __init__(self, known: Known, asked: Question, progress: Progress) -> None:
        self._known, self._asked, self._progress = known, asked, progress
        self._models = (asked.before, asked.after)
        is_small = known.n_touchpoints <= MOST_FOR_LIVE
        self._score: Engine = live.score if is_small else duckdb.score
        self._then: list[Facts] = []
        self._wanted = self._fields()

    def today(self) -> Plain:
        """Who changes band, grade or definition, and how many leads each rule touches.

        Who meets a definition before is what is recorded of today, those who are kept included.
        """
        facts = self._facts_now()
        worked_on = self._worked_on(self._asked.as_of)["lead_id"]
        scored = [
            _of_leads(self._score(model, own, self._asked.as_of), worked_on)
            for model, own in zip(self._models, facts, strict=True)
        ]
        for own in facts:
            own.close()
        recorded = self._recorded(self._asked.as_of)
        known = self._asked.before.definitions
        met_before = {each.name: recorded.get(each.name, _NOBODY) for each in known}
        differences = compare(*scored, met_before=met_before)
        self._progress.advanced()
        return {
            **_sums(differences),
            "leads": _named(differences),
            "touched": {"before": _touched(scored[0]), "after": _touched(scored[1])},
        }

    def qualified(self) -> list[Plain]:
        """By definition and week, how many leads meet it at its end, and how many began to in it.

        Both models begin with who is recorded to have met it then, as if each had been published
        on that day; who is kept from one week to the next does not begin anew. Those that began to
        are told by salesperson too: the one who owns the lead today.
        """
        n_weeks = len(self._asked.weeks) - 1
        followed = {name: _Followed(name, n_weeks) for name in self._asked.definitions}
        before: list[Met] = [self._recorded(self._asked.weeks[0])] * 2
        for number, until in enumerate(self._asked.weeks):
            met = [self._met(side, until, before[side]) for side in (0, 1)]
            if number:
                worked_on = self._worked_on(until)
                for each in followed.values():
                    each.add(until, met, before, worked_on)
            before = met
            self._progress.advanced()
        return [each.told() for each in followed.values()]

    def looked_back(self) -> Plain | None:
        """Both models against the recorded outcomes; None where none are recorded."""
        if not self._asked.outcomes.num_rows:
            self._progress.advanced(2)
            return None
        sides: Plain = {}
        for name, model, facts in zip(
            ("before", "after"), self._models, self._facts_then(), strict=True
        ):
            answer = backtest(
                model,
                facts,
                self._asked.outcomes,
                horizon_days=self._asked.horizon_days,
                observed_until=self._asked.as_of,
                engine=self._score,
            )
            sides[name] = _backtest(answer)
            self._progress.advanced()
        return sides

    def _facts_now(self) -> list[Facts]:
        """The facts for each model; the same ones for both where they agree on the types."""
        found = [self._known.facts(wanted) for wanted in self._wanted]
        return found * (2 // len(found))

    def _facts_then(self) -> list[Facts]:
        if not self._then:
            found = [self._known.facts_then(wanted) for wanted in self._wanted]
            self._then = found * (2 // len(found))
        return self._then

    def _fields(self) -> list[Wanted]:
        try:
            return [Wanted(*fields_of(self._models))]
        except FieldsDiffer:
            return [Wanted(*fields_of([model])) for model in self._models]

    def _worked_on(self, as_of: int) -> pa.Table:
        """The leads that somebody worked on at a moment, each with its owner of today."""
        return self._known.worked_on(as_of, self._asked.finished_stages)

    def _recorded(self, as_of: int) -> Met:
        """By definition, the leads that were recorded to meet it at a moment."""
        crossings = self._asked.crossings
        known = crossings.filter(pc.less_equal(crossings["at"], as_of))
        last = known.group_by(["definition", "lead_id"], use_threads=False).aggregate(
            [("has_begun", "last")]
        )
        met = last.filter(last["has_begun_last"])
        return {
            name: met.filter(pc.equal(met["definition"], name))["lead_id"].combine_chunks()
            for name in met["definition"].unique().to_pylist()
        }

    def _met(self, side: int, as_of: int, before: Met) -> Met:
        """By definition that the model has, the leads that count as meeting it at a moment.

        `before` are those that did until then.
        """
        model, facts = self._models[side], self._facts_then()[side]
        table = self._score(model, facts, as_of, contributions=False).table
        return {
            each.name: _still_met(table, each, before.get(each.name, _NOBODY))
            for each in model.definitions
            if each.name in self._asked.definitions
        }


def _still_met(table: pa.Table, definition: Definition, before: pa.Array) -> pa.Array:
    """The leads that meet a definition, or did before and are kept."""
    is_met = table[definition.name]
    if definition.keep_while is not None:
        was = pc.is_in(table["lead_id"], value_set=before)
        is_met = pc.or_(is_met, pc.and_(was, table[f"{definition.name}_kept"]))
    return table.filter(is_met)["lead_id"].combine_chunks()


def _of_leads(scored: Scores, lead_ids: pa.ChunkedArray) -> Scores:
    """The scores of these leads alone; the contributions stay those of everybody."""
    chosen = pc.is_in(scored.table["lead_id"], value_set=lead_ids.combine_chunks())
    return replace(scored, table=scored.table.filter(chosen))


class _Followed:
    """A definition through the weeks."""

    def __init__(self, name: str, n_weeks: int) -> None:
        self._name, self._n_weeks = name, n_weeks
        self._weeks: list[Plain] = []
        self._owners: dict[int | None, dict[str, list[int]]] = {}

    def add(
        self, until: int, met: Sequence[Met], before: Sequence[Met], worked_on: pa.Table
    ) -> None:
        """The next week: by model, who meets it at its end, and who did a week before.

        Counted are those that somebody works on.
        """
        week: Plain = {"until": until}
        for side, now_, was_ in zip(SIDES, met, before, strict=True):
            now, was = now_.get(self._name), was_.get(self._name, _NOBODY)
            if now is None:
                week[side] = None
                continue
            counted = worked_on.filter(pc.is_in(worked_on["lead_id"], value_set=now))
            theirs = counted.filter(pc.invert(pc.is_in(counted["lead_id"], value_set=was)))
            week[side] = {"met": counted.num_rows, "new": theirs.num_rows}
            for owner in theirs["owner_id"].value_counts().to_pylist():
                self._counts(owner["values"])[side][len(self._weeks)] = owner["counts"]
        self._weeks.append(week)

    def told(self) -> Plain:
        """As plain values; None where a model has no such definition."""
        last = self._weeks[-1] if self._weeks else dict.fromkeys(SIDES)
        owners = [
            {"owner_id": owner, **{side: last[side] and counts[side] for side in SIDES}}
            for owner, counts in self._owners.items()
        ]
        return {"name": self._name, "weeks": self._weeks, "owners": owners}

    def _counts(self, owner: int | None) -> dict[str, list[int]]:
        return self._owners.setdefault(owner, {side: [0] * self._n_weeks for side in SIDES})


def _touched(scored: Scores) -> dict[str, int]:
    lines = scored.contributions
    if lines is None:
        return {}
    return {row["values"]: row["counts"] for row in lines["rule_id"].value_counts().to_pylist()}


def _sums(differences: Differences) -> Plain:
    data = differences.as_data(movers=0)
    return {
        "n_leads": differences.n_leads,
        "n_changed": differences.changed.num_rows,
        "shifts": data["shifts"],
        "bands": data["bands"],
        "definitions": data["definitions"],
    }


def _named(differences: Differences) -> list[Plain]:
    """Leads worth looking at: whose band, grade or definition changes, largest moves first."""
    changed = differences.changed
    size = pc.abs(changed["overall_change_millipoints"])
    order = [("size", "descending"), ("lead_id", "ascending")]
    ranked = changed.append_column("size", size).sort_by(order).slice(0, N_NAMED)
    rows: list[Plain] = ranked.to_pylist()
    if len(rows) < N_NAMED:
        seen = {row["lead_id"] for row in rows}
        movers = differences.movers(2 * N_NAMED)["lead_id"]
        others = differences.leads.filter(pc.is_in(differences.leads["lead_id"], movers))
        rows += [row for row in others.to_pylist() if row["lead_id"] not in seen]
    return [_told(row, differences) for row in rows[:N_NAMED]]


def _told(row: Plain, differences: Differences) -> Plain:
    """One lead before and after."""
    sides: Plain = {"lead_id": row["lead_id"]}
    models = (differences.before, differences.after)
    for side, key, model in zip((BEFORE, AFTER), SIDES, models, strict=True):
        own = {name.removesuffix(side): row[name] for name in row if name.endswith(side)}
        sides[key] = {
            "overall": own.pop("overall_millipoints"),
            "grade": own.pop("grade") or "",
            "bands": {n.removesuffix("_band"): v for n, v in own.items() if n.endswith("_band")},
            "definitions": [each.name for each in model.definitions if own[each.name]],
        }
    return sides


# The backtest, as far as the page shows it ---------------------------------------------------


def _backtest(answer: Backtest) -> Plain:
    first = answer.first
    return {
        "horizon_days": answer.horizon_days,
        "leads": first.leads,
        "conversions": first.conversions,
        "dimensions": [
            {
                "name": figures.dimension,
                "bands": [_band(row) for row in figures.bands.rows],
            }
            for figures in first.dimensions
        ],
        "definitions": [
            {
                "name": each.definition,
                "leads": each.leads,
                "conversions": each.conversions,
                "rate": _rate(each.precision),
            }
            for each in first.definitions
        ],
        "rankings": [_ranking(each) for each in first.rankings],
        "warnings": {lang: answer.warnings(lang) for lang in LANGUAGES},
    }


def _band(row: BandRow) -> Plain:
    return {
        "name": row.band,
        "leads": row.leads,
        "conversions": row.conversions,
        "rate": _rate(row.rate),
    }


def _rate(found: Rate | NotEnoughData) -> Plain | None:
    if isinstance(found, NotEnoughData):
        return None
    return {"value": found.value, "low": found.low, "high": found.high}


def _ranking(each: Ranking) -> Plain:
    auc, top = each.auc, each.top_20_percent
    return {
        "score": each.score,
        "auc": {"value": auc.value, "low": auc.low, "high": auc.high}
        if isinstance(auc, Auc)
        else None,
        "lift": top.lift.value if isinstance(top, TopSlice) else None,
        "lift_interval": [top.lift.low, top.lift.high] if isinstance(top, TopSlice) else None,
    }


def week_ends(time_zone: str, as_of: int, n_weeks: int) -> list[int]:
    """The last instants of the last whole weeks (Monday to Sunday), and of the one before them.

    Day 0, 1970-01-01, was a Thursday.
    """
    today = offsets(time_zone).local_day(as_of)
    last_sunday = today - (today + 3) % 7 - 1
    return [end_of_day(last_sunday - 7 * back, time_zone) for back in range(n_weeks, -1, -1)]
