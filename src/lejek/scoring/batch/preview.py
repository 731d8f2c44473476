"""What a draft would change: everybody scored by two models, today and over the past.

In: a snapshot, the active model and the draft. Out: plain values, ready to be kept and shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadscore.backtest import Backtest, backtest
from leadscore.backtest.figures import Ranking
from leadscore.backtest.moments import day_end
from leadscore.compare import AFTER, BEFORE, Differences, compare
from leadscore.days import offsets
from leadscore.engines import duckdb, live
from leadscore.inputs import Facts
from leadscore.language import LANGUAGES
from leadscore.model import ScoringModel
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


@dataclass(frozen=True, slots=True)
class Question:
    """What a preview is to answer. Units: moments in microseconds since 1970 UTC."""

    before: ScoringModel
    after: ScoringModel
    as_of: int
    weeks: Sequence[int]
    """Ends of weeks, the earliest first; the first one only says who met it before."""
    definition: str
    horizon_days: int
    outcomes: pa.Table


def preview(address: Address, asked: Question, progress: Progress) -> Plain:
    """The answer of a preview."""
    with snapshot(address) as source:
        known = Known(source, with_history=True)
    progress.started(1 + len(asked.weeks) + 2, "preview")
    found = Differing(known, asked, progress)
    answer = found.today()
    answer["weeks"] = found.weeks()
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
        """Who changes band, grade or definition, and how many leads each rule touches."""
        facts = self._facts_now()
        scored = [
            self._score(model, own, self._asked.as_of)
            for model, own in zip(self._models, facts, strict=True)
        ]
        for own in facts:
            own.close()
        differences = compare(*scored)
        self._progress.advanced()
        return {
            **_sums(differences),
            "leads": _named(differences),
            "owners": self._owners(differences),
            "touched": {"before": _touched(scored[0]), "after": _touched(scored[1])},
        }

    def weeks(self) -> list[Plain]:
        """By week, how many leads met the definition at its end, and how many began to in it."""
        leads = self._known.leads(with_closed=True)
        met_before: list[set[int]] = [set(), set()]
        lines: list[Plain] = []
        for number, until in enumerate(self._asked.weeks):
            met = [self._met(side, until, leads) for side in (0, 1)]
            if number:
                sides = zip(("before", "after"), met, met_before, strict=True)
                lines.append(
                    {
                        "until": until,
                        **{
                            name: {"met": len(now), "new": len(now - was)}
                            for name, now, was in sides
                        },
                    }
                )
            met_before = met
            self._progress.advanced()
        return lines

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

    def _met(self, side: int, as_of: int, leads: pa.Table) -> set[int]:
        """The leads that were open at a moment and met the definition."""
        facts = self._facts_then()[side]
        scored = self._score(self._models[side], facts, as_of, contributions=False)
        if self._asked.definition not in scored.table.column_names:
            return set()
        met = scored.table.filter(scored.table[self._asked.definition])["lead_id"]
        was_open = pc.or_(pc.equal(leads["closed_at"], 0), pc.greater(leads["closed_at"], as_of))
        open_then = leads.filter(was_open)["lead_id"]
        return set(met.filter(pc.is_in(met, value_set=open_then.combine_chunks())).to_pylist())

    def _owners(self, differences: Differences) -> list[Plain]:
        """By salesperson, how many open leads meet the definition before and after."""
        name = self._asked.definition
        owners = self._known.leads().select(["lead_id", "owner_id"])
        joined = differences.leads.join(owners, "lead_id", join_type="inner")
        counts: dict[int | None, Plain] = {}
        for side, key in ((BEFORE, "before"), (AFTER, "after")):
            if name + side not in joined.column_names:
                continue
            met = joined.filter(joined[name + side])
            for owner in met["owner_id"].value_counts().to_pylist():
                entry = counts.setdefault(owner["values"], {"before": 0, "after": 0})
                entry[key] = owner["counts"]
        return [{"owner_id": owner, **entry} for owner, entry in counts.items()]


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
    return [_told(row) for row in rows[:N_NAMED]]


def _told(row: Plain) -> Plain:
    """One lead before and after."""
    sides: Plain = {"lead_id": row["lead_id"]}
    for side, key in ((BEFORE, "before"), (AFTER, "after")):
        own = {name.removesuffix(side): row[name] for name in row if name.endswith(side)}
        sides[key] = {
            "overall": own.pop("overall_millipoints"),
            "grade": own.pop("grade") or "",
            "bands": {n.removesuffix("_band"): v for n, v in own.items() if n.endswith("_band")},
            "definitions": [n for n, v in own.items() if v is True and not n.endswith("_kept")],
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
    }


def week_ends(time_zone: str, as_of: int, n_weeks: int) -> list[int]:
    """The last instants of the last whole weeks (Monday to Sunday), and of the one before them.

    Day 0, 1970-01-01, was a Thursday.
    """
    today = offsets(time_zone).local_day(as_of)
    last_sunday = today - (today + 3) % 7 - 1
    return [day_end(time_zone, last_sunday - 7 * back) for back in range(n_weeks, -1, -1)]
