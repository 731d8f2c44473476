"""What the process that scores everybody can be asked to do.

In: a task as plain values. Out: what came of it, as plain values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadscore.document import read_model
from leadscore.model import ScoringModel
from leadscore.progress import Progress
from lejek.scoring.batch.database import Address

Rows = Sequence[tuple[Any, ...]]


def _score(asked: dict[str, Any], progress: Progress) -> object:
    from lejek.scoring.batch.scores import score_all  # noqa: PLC0415 - each task loads its own

    return asdict(
        score_all(
            Address.of(asked["database"]),
            _model(asked["document"]),
            asked["version_id"],
            asked["as_of"],
            Path(asked["folder"]),
            progress,
        )
    )


def _preview(asked: dict[str, Any], progress: Progress) -> object:
    from lejek.scoring.batch.preview import Question, preview  # noqa: PLC0415

    question = Question(
        before=_model(asked["before"]),
        after=_model(asked["after"]),
        as_of=asked["as_of"],
        weeks=asked["weeks"],
        definitions=asked["definitions"],
        finished_stages=asked["finished_stages"],
        stage_changes=_stage_changes(asked["stage_changes"]),
        crossings=_crossings(asked["crossings"]),
        horizon_days=asked["horizon_days"],
        outcomes=_outcomes(asked["outcomes"]),
    )
    return preview(Address.of(asked["database"]), question, progress)


def _outcomes(rows: Rows) -> pa.Table:
    kinds = {"lead_id": pa.int64(), "outcome": pa.string(), "occurred_at": pa.int64()}
    return _table(sorted(map(tuple, rows)), kinds)


def _stage_changes(rows: Rows) -> pa.Table:
    kinds = {"lead_id": pa.int64(), "old": pa.string(), "new": pa.string(), "at": pa.int64()}
    return _table(rows, kinds).append_column("n", pa.array(range(len(rows)), pa.int64()))


def _crossings(rows: Rows) -> pa.Table:
    kinds = {
        "lead_id": pa.int64(),
        "definition": pa.string(),
        "has_begun": pa.bool_(),
        "at": pa.int64(),
    }
    return _table(rows, kinds)


def _table(rows: Rows, kinds: Mapping[str, pa.DataType]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
    return pa.table(
        {
            name: pa.array(column, kind)
            for (name, kind), column in zip(kinds.items(), columns, strict=True)
        }
    )


def _model(document: str) -> ScoringModel:
    return read_model(document).sound_model()


TASKS = {"score": _score, "preview": _preview}
