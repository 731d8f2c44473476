"""The benchmark runs, and what it compares has equal scores; no time is asserted."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import SMALL, Scale, benchmarks, measured
from bench.baselines import rule_tables
from bench.baselines.writing import touchpoint_rules
from bench.batch import batch_rows
from bench.data import Files, Size, files_of
from bench.models import N_ATTRIBUTE_RULES, benchmark_model
from leadscore.document import read_model, write_yaml
from leadscore.model import (
    AttributeRule,
    BehaviourRule,
    FrequencyRule,
    ScoringModel,
    SilenceRule,
)

TINY = Scale(
    batch=Size(2_000, 20_000),
    rules=(30, 100, 300),
    growth=(Size(500, 2_000), Size(1_000, 5_000), Size(2_000, 20_000)),
    n_live_leads=50,
    rounds=1,
    rounds_of_growth=1,
    has_targets=False,
)


@pytest.mark.parametrize("name", benchmarks(TINY))
def test_every_benchmark_runs_and_its_scores_are_equal(name: str, tmp_path: Path) -> None:
    rows = measured(TINY, tmp_path, only=name)
    assert rows
    assert all(row.best for row in rows)
    assert all(row.most is None for row in rows), "targets are for the full size"


def test_a_baseline_with_other_scores_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise equal scores would say nothing."""
    query = rule_tables.query

    def one_band_lower(model: ScoringModel, files: Files) -> str:
        return query(model, files).replace("'warm'", "'cold'")

    monkeypatch.setattr(rule_tables, "query", one_band_lower)
    files = files_of(TINY.batch, tmp_path)
    with pytest.raises(AssertionError, match="rule tables by hand"):
        list(batch_rows(files, 30, rounds=1))


@pytest.mark.parametrize("n_rules", TINY.rules)
def test_the_models_mix_every_kind_of_rule(n_rules: int) -> None:
    model = benchmark_model(n_rules)
    rules = touchpoint_rules(model)
    behaviour = [rule for rule in rules if isinstance(rule, BehaviourRule)]
    assert len(rules) == n_rules
    assert sum(isinstance(rule, AttributeRule) for rule in model.rules) == N_ATTRIBUTE_RULES
    assert any(isinstance(rule, FrequencyRule) for rule in rules)
    assert any(isinstance(rule, SilenceRule) for rule in rules)
    assert any(rule.half_life and rule.max_times for rule in behaviour)
    assert any(rule.half_life and rule.max_points_milli for rule in behaviour)
    assert any(rule.max_times and not rule.half_life for rule in behaviour)
    assert any(rule.selection.within is None for rule in behaviour)
    assert any(rule.points_milli < 0 for rule in rules)
    assert {rule.group for rule in rules} == {None, *(group.name for group in model.groups)}


def test_the_models_are_sound_documents() -> None:
    model = benchmark_model(100)
    assert read_model(write_yaml(model)).sound_model() == model


def test_the_data_is_the_same_whoever_makes_it(tmp_path: Path) -> None:
    size = Size(1_000, 5_000)
    one, other = (files_of(size, tmp_path / name) for name in ("one", "other"))
    assert one.leads.read_bytes() == other.leads.read_bytes()
    assert one.touchpoints.read_bytes() == other.touchpoints.read_bytes()


@pytest.mark.slow
def test_the_small_size_runs_as_a_command(tmp_path: Path) -> None:
    words = ["--small", "--only", "batch-30", "--dir", str(tmp_path)]
    command = [sys.executable, "-m", "bench", *words]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "grouped scan (floor)" in ran.stdout
    assert SMALL.batch.name in ran.stdout
