"""The engines, as a fixture: every test here is one body for all of them."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

from leadscore.engines import duckdb, live
from leadscore.results import Scores
from tests.leadscore.engines.engine import Engine


def _in_small_blocks(*args: Any, **options: Any) -> Scores:
    """DuckDB with so few leads in a block that even a small case takes several."""
    with patch.object(duckdb._Run, "block_size", return_value=2):
        return duckdb.score(*args, **options)


def _on_spark(*args: Any, **options: Any) -> Scores:
    """Spark with so few leads in a block that every case takes several."""
    from leadscore.engines import spark
    from tests.leadscore.engines.spark_sessions import local_session

    local_session()
    with patch.object(spark, "LEADS_IN_BLOCK", 8):
        return spark.score(*args, **options)


_ENGINES: dict[str, tuple[Callable[..., Scores], int, bool]] = {
    "live": (live.score, 40, False),
    "duckdb": (duckdb.score, 100, False),
    "duckdb in small blocks": (_in_small_blocks, 20, False),
    "spark": (_on_spark, 8, True),
}


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.spark if name == "spark" else ()) for name in _ENGINES
    ]
)
def engine(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> Engine:
    """Each engine in turn; how many generated cases it was given is told in the summary."""
    name: str = request.param
    score, cases_in_100, is_dear = _ENGINES[name]

    def tell(n_cases: int) -> None:
        record_property("generated_cases", (name, n_cases))

    return Engine(name, score, cases_in_100, tell, is_dear)
