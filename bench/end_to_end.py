"""The command line from start to end: reading, checking, scoring, writing.

In: data. Out: the time of `leadscore score` as a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.data import AS_OF, Files
from bench.models import benchmark_model
from bench.table import Row, seconds
from leadscore.days import from_instant
from leadscore.document import write_yaml


def command_rows(files: Files, n_rules: int) -> Iterator[Row]:
    """`leadscore score` without and with contributions, once each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = folder / "model.yaml"
        model.write_text(write_yaml(benchmark_model(n_rules)), encoding="utf-8")
        for label, more in (
            ("leadscore score", []),
            ("… with --contributions", ["--contributions", str(folder / "lines.parquet")]),
        ):
            taken = _seconds_of(files, model, ["--out", str(folder / "scores.parquet"), *more])
            yield Row(f"{n_rules} + 20 rules, {files.size.name}: {label}", seconds(taken))


def _seconds_of(files: Files, model: Path, more: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(
        [
            *(sys.executable, "-m", "leadscore", "score", str(model)),
            *("--leads", str(files.leads), "--touchpoints", str(files.touchpoints)),
            *("--as-of", from_instant(AS_OF).isoformat()),
            *more,
        ],
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - start
