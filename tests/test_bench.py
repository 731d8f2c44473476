"""The benchmark runs, and what it compares gives equal scores. Nothing here depends on speed."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
def test_the_small_benchmark_compares_equal_scores_and_prints_its_ratios(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--small", "--only=batch-30", f"--dir={tmp_path}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    for against in ("grouped scan (floor)", "rule tables by hand", "aggregate per rule (FILTER)"):
        assert against in done.stdout
