"""Scores of everybody, held against what is kept: only what differs has to be written back.

In: a snapshot, a published model, a moment. Out: a file of rows to write, and sums.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from pyarrow import ipc

from leadscore.days import DAY_US, offsets
from leadscore.engines.duckdb import score
from leadscore.fields import model_fields
from leadscore.model import ScoringModel
from leadscore.progress import Progress
from leadscore.results import Scores
from lejek.scoring.batch import ROWS_FILE
from lejek.scoring.batch.database import Address, Snapshot, snapshot
from lejek.scoring.batch.facts import Known, Wanted


@dataclass(slots=True)
class Summary:
    """What a batch did, as plain values. Units: seconds of each step."""

    n_leads: int = 0
    n_compared: int = 0
    touched: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    """Of the rows that differ, how many are `new`, and how many of the others have other `points`,
    another `band` or grade, or begin or cease to meet a `definition`."""
    refused: list[int] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def score_all(
    address: Address,
    model: ScoringModel,
    version_id: int,
    as_of: int,
    folder: Path,
    progress: Progress | None = None,
) -> Summary:
    """Score everybody, and leave the rows that differ from the kept ones in a file.

    Shape: the file has lead_id, overall, grade, scores, bands, definitions, contributions (the
    last four as JSON text), was_live (scored by the same version on the same local day),
    score_differs, definitions_differ, and of the kept row overall_before, version_before and
    as_of_before.
    Units: `as_of` in microseconds since 1970 UTC.
    """
    summary, watch = Summary(), _Watch()
    with snapshot(address) as source:
        known = Known(source)
        kept = source.read(_kept_query(source), numbers=("lead_id", "version_id", "overall"))
    fields = model_fields(model)
    with known.facts(Wanted(fields.attributes, fields.properties)) as facts:
        summary.refused = known.refused()
        known.close()
        summary.seconds["read"] = watch.lap()
        scored = score(model, facts, as_of, progress=progress)
    summary.n_leads = scored.table.num_rows
    summary.seconds["score"] = watch.lap()
    rows = _Comparison(scored, kept, version_id)
    summary.touched = rows.touched()
    summary.n_compared = rows.n_same_day()
    summary.changed = rows.changed()
    _write(rows.different(), folder / ROWS_FILE)
    summary.seconds["compare"] = watch.lap()
    return summary


class _Watch:
    def __init__(self) -> None:
        self._at = time.perf_counter()

    def lap(self) -> float:
        """Seconds since the last lap."""
        before, self._at = self._at, time.perf_counter()
        return round(self._at - before, 3)


def _kept_query(source: Snapshot) -> str:
    documents = ("scores", "bands", "definitions", "contributions")
    texts = ", ".join(f"{source.as_text(name)} AS {name}" for name in documents)
    return f"SELECT lead_id, version_id, as_of, overall, grade, {texts} FROM scoring_leadscore"  # noqa: S608


def _write(rows: pa.Table, path: Path) -> None:
    with path.open("wb") as file, ipc.new_file(file, rows.schema) as writer:
        writer.write_table(rows, max_chunksize=2000)


class _Comparison:
    """Scores beside the kept rows, in a database of its own."""

    def __init__(self, scored: Scores, kept: pa.Table, version_id: int) -> None:
        self._model, self._version_id = scored.model, version_id
        self._day = _day_of(scored)
        self._connection = duckdb.connect()
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.register("scored", scored.table)
        lines = scored.contributions
        assert lines is not None  # noqa: S101 - they were asked for
        self._connection.register(
            "line", lines.append_column("n", pa.array(np.arange(lines.num_rows)))
        )
        self._connection.register("kept_rows", kept)
        self._connection.execute(self._fresh())
        self._connection.execute(self._beside())

    def touched(self) -> dict[str, int]:
        """How many leads each rule gave points to, or took them from."""
        found = self._connection.sql("SELECT rule_id, count(*) FROM line GROUP BY rule_id")
        return dict(found.fetchall())

    def n_same_day(self) -> int:
        """Leads that were scored by this version on the same local day."""
        found = self._connection.sql("SELECT count(*) FROM beside WHERE was_live").fetchall()
        return int(found[0][0])

    def changed(self) -> dict[str, int]:
        """In what the rows to write differ; a row may do so in several things."""
        found = self._connection.sql(_CHANGED)
        return dict(zip(found.columns, found.fetchall()[0], strict=True))

    def different(self) -> pa.Table:
        """The rows to write."""
        return self._connection.sql(
            "SELECT * EXCLUDE (is_different, is_new, points_differ, band_differs) FROM beside "
            "WHERE is_different ORDER BY lead_id"
        ).to_arrow_table()

    def _fresh(self) -> str:
        dimensions = [each.name for each in self._model.dimensions]
        scores = _object({name: f"{name}_millipoints" for name in dimensions})
        bands = _object({name: f"{name}_band" for name in dimensions})
        definitions = _object({name: name for name in self._definitions()})
        return f"""
        CREATE TABLE fresh AS
        SELECT lead_id, overall_millipoints AS overall, coalesce(grade, '') AS grade,
          {scores} AS scores, {bands} AS bands, {definitions} AS definitions,
          coalesce(lines.contributions, '[]') AS contributions
        FROM scored LEFT JOIN (
          SELECT lead_id, '[' || string_agg(CAST(json_array(
            rule_id, times, latest_on, millipoints_raw, millipoints) AS VARCHAR), ',' ORDER BY n
          ) || ']' AS contributions FROM line GROUP BY lead_id
        ) lines USING (lead_id)
        """  # noqa: S608 - names of the model, which are checked

    def _beside(self) -> str:
        dimensions = [each.name for each in self._model.dimensions]
        score = _differ("scores", dimensions)
        band, definition = _differ("bands", dimensions), _differ("definitions", self._definitions())
        low, high = self._day
        return f"""
        CREATE TABLE beside AS
        WITH kept AS (
          SELECT lead_id, version_id, epoch_us(CAST(as_of AS TIMESTAMP)) AS as_of, overall, grade,
            CAST(scores AS JSON) AS scores, CAST(bands AS JSON) AS bands,
            CAST(definitions AS JSON) AS definitions,
            CAST(json(contributions) AS VARCHAR) AS contributions
          FROM kept_rows
        )
        SELECT fresh.*,
          kept.version_id IS NOT DISTINCT FROM {self._version_id}
            AND kept.as_of BETWEEN {low} AND {high} AS was_live,
          kept.lead_id IS NULL AS is_new,
          ({score} OR kept.overall <> fresh.overall) AS points_differ,
          ({band} OR kept.grade <> fresh.grade) AS band_differs,
          (is_new OR {score} OR kept.version_id <> {self._version_id}) AS score_differs,
          ({definition} OR {_left(self._definitions())}) AS definitions_differ,
          kept.overall AS overall_before, kept.version_id AS version_before,
          kept.as_of AS as_of_before,
          (score_differs OR definitions_differ OR points_differ OR band_differs
            OR kept.contributions <> fresh.contributions) AS is_different
        FROM fresh LEFT JOIN kept USING (lead_id)
        """  # noqa: S608 - names of the model, which are checked

    def _definitions(self) -> list[str]:
        found = [each.name for each in self._model.definitions]
        kept = [f"{e.name}_kept" for e in self._model.definitions if e.keep_while is not None]
        return found + kept


_CHANGED = """
SELECT count(*) FILTER (is_new) AS new,
  count(*) FILTER (NOT is_new AND points_differ) AS points,
  count(*) FILTER (NOT is_new AND band_differs) AS band,
  count(*) FILTER (NOT is_new AND definitions_differ) AS definition
FROM beside WHERE is_different
"""


def _object(columns: dict[str, str]) -> str:
    members = ", ".join(f"'{name}', \"{column}\"" for name, column in columns.items())
    return f"CAST(json_object({members}) AS VARCHAR)" if members else "'{}'"


def _differ(column: str, names: list[str]) -> str:
    """SQL: whether one of the members differs between fresh and kept; false counts as missing."""
    tests = [
        f"coalesce(kept.{column} ->> '$.{name}', 'false') <> "
        f"(CAST(fresh.{column} AS JSON) ->> '$.{name}')"
        for name in names
    ]
    return f"({' OR '.join(tests)})" if tests else "false"


def _left(definitions: list[str]) -> str:
    """SQL: whether a definition was met that is not in the model any more."""
    names = ", ".join(f"'{name}'" for name in definitions) or "''"
    return (
        "coalesce(len(list_filter(json_keys(kept.definitions), lambda met: "
        f"met NOT IN ({names}) AND (kept.definitions ->> met) = 'true')) > 0, false)"
    )


def _day_of(scored: Scores) -> tuple[int, int]:
    """The first and last instant of the local day of the scores, as far as its offset goes."""
    zone = offsets(scored.model.time_zone)
    day, (shift, since) = zone.local_day(scored.as_of), zone.step_at(scored.as_of)
    return max(since, day * DAY_US - shift), scored.as_of
