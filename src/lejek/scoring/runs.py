"""One scoring of everybody: started, written back in small pieces, held against live scoring.

In: the active version and a moment. Out: a ScoringRun; scores, points of history, and an event for
each lead that began or ceased to meet a definition.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import structlog
from django.conf import settings
from django.db import connection, transaction

from leadscore.days import to_instant
from lejek.identity.models import Lead
from lejek.kernel import clock
from lejek.kernel.jobs import enqueue
from lejek.kernel.locks import hold_others_back, one_at_a_time
from lejek.kernel.models import Event, Job
from lejek.scoring.batch import ROWS_FILE
from lejek.scoring.batch.process import BatchFailed, run
from lejek.scoring.live import WRITING_SCORES, mark, who_refuses, withdraw_scores
from lejek.scoring.models import LeadScore, ModelVersion, ScoringRun
from lejek.scoring.reconciliation import reconcile
from lejek.scoring.unnamed import TOLD_UNTIL, newest_event, unnamed_changes
from lejek.scoring.versions import active_version, ready

CHUNK = 2000
"""Rows written in one transaction: while it lasts, nobody else can write to SQLite."""
KEPT_DIFFERENCES = 50
_SCORE_EVERYBODY = "lejek.scoring.jobs.score_everybody"
_SCORING_EVERYBODY = 0x5C0DEA11

Row = TypeVar("Row")

log = structlog.get_logger(__name__)


def ask_for_run(*, reason: str, now: datetime) -> Job | None:
    """Have everybody scored by a job, as of a moment that is still to come.

    Returns: the job; None when one waits already, which will know everything that is known now.
    One that is running does not: it looked at the facts when it began.
    Repeat: whoever asks twice at once gets two runs, and the second finds nothing to change.
    """
    waiting = Job.objects.filter(
        task_path=_SCORE_EVERYBODY, status=Job.Status.READY, run_after__lte=now
    )
    return None if waiting.exists() else enqueue(_SCORE_EVERYBODY, {"reason": reason}, now=now)


def score_all(*, reason: str, now: datetime) -> ScoringRun:
    """Score everybody as of now with the active version, once nobody else is at it.

    Writes: a ScoringRun, scores, points of history, events; each piece in a transaction of its own.
    Raises: NoActiveModel, BatchFailed (the run is then marked as failed).
    Repeat: whoever was scored already is found unchanged.
    """
    with one_at_a_time(_SCORING_EVERYBODY, _folder() / "lock"):
        version = active_version()
        # Nobody else is at it, so whatever began before has died.
        ScoringRun.objects.filter(status=ScoringRun.Status.RUNNING).update(
            status=ScoringRun.Status.FAILED,
            finished_at=now,
            message="its process ended without a word",
        )
        started = ScoringRun.objects.create(
            version=version, reason=reason, as_of=now, started_at=now
        )
        try:
            with tempfile.TemporaryDirectory(dir=_folder()) as folder:
                _score_in(Path(folder), started, version)
        except Exception as error:
            _ended(started, ScoringRun.Status.FAILED, message=str(error)[-4000:])
            raise
        _ended(started, ScoringRun.Status.DONE)
    return started


def _folder() -> Path:
    folder = Path(settings.HOME) / "batch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def database_address() -> dict[str, str]:
    """Where the batch process finds the database.

    Raises: BatchFailed for a database that only this process can see.
    """
    found = connection.settings_dict
    name = str(found["NAME"])
    if connection.vendor == "sqlite":
        if not Path(name).is_file():
            raise BatchFailed(f"{name} is no file, so another process cannot read it")
        return {"kind": "sqlite", "place": name}
    user, password = quote(str(found["USER"])), quote(str(found["PASSWORD"]), safe="")
    owner = f"{user}:{password}@" if password else f"{user}@" if user else ""
    host, port = str(found["HOST"]), str(found["PORT"])
    asked = {key: value for key, value in found["OPTIONS"].items() if key != "options"}
    if host.startswith("/"):  # a folder of sockets
        asked |= {"host": host, **({"port": port} if port else {})}
    else:
        owner += f"{host}:{port}" if port else host
    tail = f"?{urlencode(asked, quote_via=quote)}" if asked else ""
    return {"kind": "postgresql", "place": f"postgresql://{owner}/{quote(name)}{tail}"}


def _score_in(folder: Path, started: ScoringRun, version: ModelVersion) -> None:
    """The steps of a run, with the seconds of each."""

    def heard(done: int, of: int) -> None:
        ScoringRun.objects.filter(pk=started.pk).update(n_done=done, n_leads=of)

    told_until = newest_event()
    summary = run(
        {
            "task": "score",
            "database": database_address(),
            "document": version.document,
            "version_id": version.pk,
            "as_of": to_instant(started.as_of),
            "folder": str(folder),
        },
        heard,
    )
    watch = time.perf_counter()
    started.n_leads = summary["n_leads"]
    pieces = _pieces(folder / ROWS_FILE)
    stale = _write_back(pieces, started, summary["refused"])
    seconds = {**summary["seconds"], "write": round(time.perf_counter() - watch, 3)}
    watch = time.perf_counter()
    found = reconcile(version, started.as_of, _unexplained(stale, started, version))
    seconds["reconcile"] = round(time.perf_counter() - watch, 3)
    started.n_differences = len(found.differences)
    started.differences = found.differences[:KEPT_DIFFERENCES]
    started.details = {
        "seconds": seconds,
        "touched": summary["touched"],
        "changed": summary["changed"],
        "n_compared": summary["n_compared"],
        "n_recomputed": found.n_recomputed,
        TOLD_UNTIL: told_until,
    }
    if found.differences:
        log.error(
            "batch_and_live_differ",
            run=started.pk,
            n_differences=len(found.differences),
            leads=[each["lead_id"] for each in found.differences[:5]],
        )


def _unexplained(
    stale: Sequence[dict[str, Any]], started: ScoringRun, version: ModelVersion
) -> list[dict[str, Any]]:
    """The stale rows of leads that no large import explains."""
    unnamed, with_colleagues = unnamed_changes(started), ready(version).watches_companies
    left: list[dict[str, Any]] = []
    for rows in _in_chunks(stale):
        ids = [row["lead_id"] for row in rows]
        explained = unnamed.explains(ids, with_colleagues=with_colleagues)
        left += [row for row in rows if row["lead_id"] not in explained]
    return left


def _ended(started: ScoringRun, status: ScoringRun.Status, message: str = "") -> None:
    started.status, started.message, started.finished_at = status, message, clock.now()
    started.n_done = started.n_leads
    started.save()


# Writing back -------------------------------------------------------------------------------


def _pieces(path: Path) -> Iterator[list[dict[str, Any]]]:
    """The rows of the file, some at a time; the file is mapped, not held in memory."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and for the worker only
    from pyarrow import ipc  # noqa: PLC0415

    with pa.memory_map(str(path)) as file, ipc.open_file(file) as reader:
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number).to_pylist()


def _write_back(
    pieces: Iterator[list[dict[str, Any]]], started: ScoringRun, refused: Sequence[int]
) -> list[dict[str, Any]]:
    """Write all pieces; the rows that should not have differed, as they were scored today."""
    stale: list[dict[str, Any]] = []
    for rows in pieces:
        before = _kept_rows([row["lead_id"] for row in rows if row["was_live"]])
        with transaction.atomic():
            started.n_changed += _write_piece(rows, started)
        stale += [
            {**row, "before": before[row["lead_id"]]}
            for row in rows
            if row["was_live"] and row["lead_id"] in before
        ]
    for some in _in_chunks(refused):
        with transaction.atomic():
            hold_others_back(WRITING_SCORES)
            contacts = dict(Lead.objects.filter(id__in=some).values_list("id", "contact_id"))
            withdraw_scores(sorted(who_refuses(contacts)), now=started.as_of)
    _touch_unchanged(started)
    return stale


def _kept_rows(lead_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    rows = LeadScore.objects.filter(lead_id__in=lead_ids)
    return {row.lead_id: {"scores": row.scores, "overall": row.overall} for row in rows}


def _write_piece(rows: Sequence[dict[str, Any]], started: ScoringRun) -> int:
    """Scores of one piece, their points of history and events; how many were written.

    Written is where nobody has scored the lead since the run looked; who was, is scored live once
    more, since either of the two may have known less. A lead that was closed or deleted in the
    meantime is left alone, and so is one of somebody who now refuses to be profiled.
    """
    hold_others_back(WRITING_SCORES)
    ids = [row["lead_id"] for row in rows]
    open_leads = Lead.objects.filter(id__in=ids, closed_at__isnull=True)
    contacts = dict(open_leads.values_list("id", "contact_id"))
    asked = contacts.keys() - who_refuses(contacts)
    kept = dict(LeadScore.objects.filter(lead_id__in=ids).values_list("lead_id", "as_of"))
    ours = [
        row
        for row in rows
        if row["lead_id"] in asked and _is_as_seen(row, kept.get(row["lead_id"]), started)
    ]
    _upsert(ours, started)
    _keep_points([row["lead_id"] for row in ours if row["score_differs"]], started)
    Event.objects.bulk_create(
        Event(
            name="lead_scored",
            content=_content(row, started.version_id),
            about=f"lead {row['lead_id']}",  # as `emit` says it, so that both are heard in order
            happened_at=started.as_of,
        )
        for row in ours
        if row["definitions_differ"]
    )
    mark(sorted(asked - {row["lead_id"] for row in ours}), now=started.as_of)
    return len(ours)


def _is_as_seen(row: dict[str, Any], kept_as_of: datetime | None, started: ScoringRun) -> bool:
    """Whether the kept score is the one that the run saw, and no later one than its own."""
    if kept_as_of is None or row["as_of_before"] is None:
        return kept_as_of is row["as_of_before"]
    return to_instant(kept_as_of) == row["as_of_before"] and kept_as_of <= started.as_of


def _upsert(rows: Sequence[dict[str, Any]], started: ScoringRun) -> None:
    as_of = _moment(started.as_of)
    with connection.cursor() as cursor:
        cursor.executemany(
            _upserting(),
            [
                (
                    started.version_id,
                    as_of,
                    row["overall"],
                    row["grade"],
                    row["scores"],
                    row["bands"],
                    row["definitions"],
                    row["contributions"],
                    as_of,
                    row["lead_id"],
                )
                for row in rows
            ],
        )


def _keep_points(lead_ids: Sequence[int], started: ScoringRun) -> None:
    if lead_ids:
        marks = ", ".join(["%s"] * len(lead_ids))
        given = [_moment(started.as_of), started.version_id, *lead_ids]
        with connection.cursor() as cursor:
            cursor.execute(_POINTS.format(marks=marks), given)


def _upserting() -> str:
    is_postgresql = connection.vendor == "postgresql"
    document, moment = ("%s::jsonb", "%s::timestamptz") if is_postgresql else ("%s", "%s")
    updated = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
    return (
        f"INSERT INTO scoring_leadscore ({', '.join(_COLUMNS)}) "  # noqa: S608 - our own names
        f"SELECT id, %s, {moment}, %s, %s, {', '.join([document] * 4)}, {moment} "
        "FROM identity_lead WHERE id = %s AND closed_at IS NULL "
        f"ON CONFLICT (lead_id) DO UPDATE SET {updated}"
    )


_COLUMNS = (
    "lead_id",
    "version_id",
    "as_of",
    "overall",
    "grade",
    "scores",
    "bands",
    "definitions",
    "contributions",
    "scored_at",
)
_POINTS = """
INSERT INTO scoring_scorepoint (lead_id, version_id, at, overall, scores)
SELECT lead_id, version_id, as_of, overall, scores FROM scoring_leadscore
WHERE as_of = %s AND version_id = %s AND lead_id IN ({marks})
"""


def _touch_unchanged(started: ScoringRun) -> None:
    """Let the scores that did not change say as of when they were last worked out."""
    unchanged = LeadScore.objects.filter(
        version_id=started.version_id, as_of__lt=started.as_of, lead__closed_at__isnull=True
    )
    last = 0
    while True:
        some = list(
            unchanged.filter(lead_id__gt=last)
            .order_by("lead_id")
            .values_list("lead_id", flat=True)[:CHUNK]
        )
        if not some:
            return
        with transaction.atomic():
            hold_others_back(WRITING_SCORES)
            LeadScore.objects.filter(lead_id__in=some, as_of__lt=started.as_of).update(
                as_of=started.as_of, scored_at=started.as_of
            )
        last = some[-1]


def _in_chunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


def _moment(at: datetime) -> Any:  # noqa: ANN401 - as the driver wants it
    return connection.ops.adapt_datetimefield_value(at.astimezone(UTC))


def _content(row: dict[str, Any], version_id: int) -> dict[str, Any]:
    return {
        "lead_id": row["lead_id"],
        "version_id": version_id,
        "definitions": json.loads(row["definitions"]),
        "overall": row["overall"],
        "overall_before": row["overall_before"],
        "version_before": row["version_before"],
    }
