"""The process that scores everybody: `python -m lejek.scoring.batch.child`.

In: one line of JSON on standard input. Out: lines of JSON on standard output, each saying how far
the work is, the last one what came of it; files in the folder it was given. It limits its own
memory, and ends when whoever started it has gone (standard input closes).
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa

from leadscore.document import read_model
from leadscore.model import ScoringModel
from lejek.scoring.batch.database import Address
from lejek.scoring.batch.preview import Question, preview
from lejek.scoring.batch.scores import score_all

Rows = Sequence[tuple[Any, ...]]

GONE = 3
"""How the process ends when nobody waits for it any more."""


class Saying:
    """Tells whoever started the process how far it is."""

    def __init__(self, out: TextIO) -> None:
        self._out, self._total, self._done = out, 0, 0

    def started(self, total: int, label: str) -> None:  # noqa: ARG002 - one piece of work
        """A piece of work begins."""
        self._total, self._done = total, 0
        self._say()

    def advanced(self, steps: int = 1) -> None:
        """So many more steps are done."""
        self._done += steps
        self._say()

    def result(self, found: object) -> None:
        """The last word."""
        print(json.dumps({"result": found}), file=self._out, flush=True)

    def _say(self) -> None:
        print(json.dumps({"done": self._done, "of": self._total}), file=self._out, flush=True)


def main() -> None:
    """Do the one task that is asked for."""
    asked = json.loads(sys.stdin.readline())
    limit = int(asked["memory_bytes"])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    threading.Thread(target=_end_when_alone, daemon=True).start()
    saying = Saying(sys.stdout)
    saying.result(_TASKS[asked["task"]](asked, saying))


def _end_when_alone() -> None:
    sys.stdin.read()
    os._exit(GONE)


def _score_all(asked: dict[str, Any], saying: Saying) -> object:
    return asdict(
        score_all(
            Address.of(asked["database"]),
            _model(asked["document"]),
            asked["version_id"],
            asked["as_of"],
            Path(asked["folder"]),
            saying,
        )
    )


def _preview(asked: dict[str, Any], saying: Saying) -> object:
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
    return preview(Address.of(asked["database"]), question, saying)


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


_TASKS = {"score": _score_all, "preview": _preview}

if __name__ == "__main__":
    main()
