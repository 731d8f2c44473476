"""A cluster that loses a worker in the middle of a run gives the same scores to the last bit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.leadscore.engines.histories import Case, a_case
from tests.leadscore.engines.models import a_model
from tests.leadscore.engines.oracle import expected
from tests.leadscore.engines.test_agreement import assert_same

if TYPE_CHECKING:
    from pyspark.core.status import SparkStageInfo, StatusTracker
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.slow]

N_TASKS = 24
"""Tasks of each stage that shuffles."""
N_STAGES_BEFORE = 3
"""Such stages that have begun before the one in whose middle the worker is killed."""

SETTINGS = {
    "spark.cores.max": "2",
    "spark.executor.memory": "512m",
    "spark.executor.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
    "spark.sql.shuffle.partitions": str(N_TASKS),
    "spark.sql.adaptive.enabled": "false",  # would join the many tasks into few
    "spark.sql.autoBroadcastJoinThreshold": "-1",  # shuffles, so that outputs are lost
    "spark.shuffle.io.retryWait": "1s",
    "spark.shuffle.io.maxRetries": "1",
}


class Killer(threading.Thread):
    """Waits until a run is in the middle of its tasks, then kills a worker."""

    def __init__(self, kill: Callable[[], int], tracker: StatusTracker) -> None:
        super().__init__(daemon=True)
        self._kill, self._tracker = kill, tracker
        self._seen: set[int] = set()
        self.n_killed, self.n_done, self.n_left = 0, 0, 0

    def run(self) -> None:
        deadline = time.monotonic() + 300
        while not self.n_killed and time.monotonic() < deadline:
            for number in self._tracker.getActiveStageIds():
                stage = self._tracker.getStageInfo(number)
                if stage is not None and stage.numTasks == N_TASKS:
                    self._look_at(stage)
            time.sleep(0.02)

    def _look_at(self, stage: SparkStageInfo) -> None:
        """Kills in the middle of a stage that reads what earlier ones left on both workers."""
        self._seen.add(stage.stageId)
        is_half_way = N_TASKS // 4 <= stage.numCompletedTasks <= N_TASKS // 2
        if is_half_way and len(self._seen) > N_STAGES_BEFORE and not self.n_killed:
            self.n_done = stage.numCompletedTasks
            self.n_left = N_TASKS - self.n_done
            self.n_killed = self._kill()


def test_a_worker_killed_in_the_middle_of_a_run_changes_no_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leadscore.engines import spark
    from tests.leadscore.engines.cluster import running_cluster
    from tests.leadscore.engines.spark_sessions import session_on

    case = _case()
    monkeypatch.setattr(spark, "LEADS_IN_BLOCK", 8)
    with running_cluster(tmp_path) as cluster, case.facts() as facts:
        session = session_on(cluster.master, SETTINGS)
        try:
            _wait_for_executors(session, 2)
            killer = Killer(lambda: cluster.kill("worker-2"), session.sparkContext.statusTracker())
            killer.start()
            found = spark.score(case.model, facts, case.as_of, master=cluster.master)
            killer.join(1)
            assert killer.n_killed >= 2, "a worker and its executor"
            assert killer.n_done >= N_TASKS // 4
            assert killer.n_left >= N_TASKS // 2
            assert _n_executors(session) == 1
        finally:
            session.stop()
    table, lines = expected(case)
    assert lines.num_rows > len(case.leads)
    assert_same(found.table, table)
    assert_same(found.contributions, lines)


def _case() -> Case:
    """A few hundred leads, and a model that asks for lead, company and newest touchpoints."""
    random = Random(4)
    model = a_model(random, most_rules=12, days=(1, 7, 30, 90))
    return a_case(random, model, least_leads=300, most_leads=300)


def _wait_for_executors(session: SparkSession, n_wanted: int) -> None:
    deadline = time.monotonic() + 120
    while _n_executors(session) < n_wanted:
        assert time.monotonic() < deadline, "the executors have not come up"
        time.sleep(0.2)


def _n_executors(session: SparkSession) -> int:
    """How many executors there are beside the driver."""
    return len(session.sparkContext._jsc.sc().statusTracker().getExecutorInfos()) - 1
