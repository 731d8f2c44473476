"""What is Spark's own: sessions, clear refusals, results written by the workers."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadscore.engines import spark
from leadscore.errors import UnsupportedByEngine
from tests.leadscore.engines.engine import large_case
from tests.leadscore.engines.histories import Case
from tests.leadscore.engines.oracle import expected
from tests.leadscore.engines.test_agreement import assert_same

WITHOUT_PYSPARK = """
import sys
sys.modules["pyspark"] = None
from leadscore.engines import spark
from leadscore.errors import UnsupportedByEngine
try:
    with spark.running_session(None):
        pass
except UnsupportedByEngine as error:
    print(error)
"""


WITHOUT_PYSPARK_ASKED_FOR = """
import sys
sys.modules["pyspark"] = None
from leadscore.cli import main
sys.exit(main(["score", "b2b-default", "--leads", "no.csv", "--touchpoints", "no.csv",
               "--as-of", "2026-01-31", "--engine", "spark"]))
"""


@pytest.fixture
def case() -> Case:
    return large_case(Random(7), is_monotone=False)


def test_without_pyspark_the_error_names_the_extra() -> None:
    said = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYSPARK], capture_output=True, text=True, check=True
    )
    assert "pip install 'lejek[spark]'" in said.stdout


def test_the_missing_extra_is_told_before_anything_is_read() -> None:
    said = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYSPARK_ASKED_FOR],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert said.stderr.startswith("the engine spark needs PySpark")
    assert "no.csv" not in said.stderr


OF_A_WORKER = "[FAILED_READ_FILE.FILE_NOT_EXIST] Encountered error while reading file {file}."


def test_workers_that_cannot_see_the_files_are_told_of_the_shared_folder(tmp_path: Path) -> None:
    from pyspark.errors import PySparkException

    with (
        pytest.raises(UnsupportedByEngine, match="--shared-folder"),
        spark._folder(tmp_path) as own,
    ):
        raise PySparkException(OF_A_WORKER.format(file=f"file:{own}/leads.parquet"))
    with pytest.raises(PySparkException), spark._folder(tmp_path):
        raise PySparkException(OF_A_WORKER.format(file="file:/data/of/somebody/else.parquet"))
    assert not list(tmp_path.iterdir()), "nothing is left"


@pytest.mark.parametrize("mode", [0o750, 0o777])
def test_a_run_in_a_shared_folder_is_as_open_as_that_is(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    with spark._folder(tmp_path) as own:
        assert own.parent == tmp_path.resolve()
        assert own.stat().st_mode & 0o777 == mode


@pytest.mark.spark
def test_a_session_that_runs_elsewhere_is_not_taken_for_the_master_asked_for(case: Case) -> None:
    from tests.leadscore.engines.spark_sessions import local_session

    local_session()
    with case.facts() as facts, pytest.raises(UnsupportedByEngine, match=r"local\[2\] is running"):
        spark.score(case.model, facts, case.as_of, master="spark://127.0.0.1:7077")


@pytest.mark.spark
def test_a_session_is_left_as_it_was(case: Case) -> None:
    from pyspark.sql import SparkSession

    from tests.leadscore.engines.spark_sessions import local_session

    session = local_session()
    session.conf.set("spark.sql.session.timeZone", "Asia/Kolkata")
    try:
        with case.facts() as facts:
            found = spark.score(case.model, facts, case.as_of)
        assert session.conf.get("spark.sql.session.timeZone") == "Asia/Kolkata"
        assert not session.catalog.listTables()
        assert SparkSession.getActiveSession() is session
    finally:
        session.conf.unset("spark.sql.session.timeZone")
    assert_same(found.table, expected(case)[0])


@pytest.mark.spark
def test_the_workers_write_the_same_scores_as_files(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.leadscore.engines.spark_sessions import local_session

    local_session()
    monkeypatch.setattr(spark, "LEADS_IN_BLOCK", 8)
    target = tmp_path / "results"
    with case.facts() as facts:
        spark.write_scores(case.model, facts, case.as_of, target, shared_folder=tmp_path)
    table, lines = expected(case)
    assert_same(in_order(target / "scores", table, []), in_order(table, table, []))
    order = ["rule_id"]
    assert_same(in_order(target / "contributions", lines, order), in_order(lines, lines, order))
    assert [each.name for each in tmp_path.iterdir()] == ["results"], "nothing else is left"


def in_order(found: Path | pa.Table, like: pa.Table, then: list[str]) -> pa.Table:
    """Rows by lead, of a folder or a table, as the types of another table."""
    table = pq.read_table(found) if isinstance(found, Path) else found
    keys = [(name, "ascending") for name in ("lead_id", *then)]
    return table.cast(like.schema).sort_by(keys).combine_chunks()
