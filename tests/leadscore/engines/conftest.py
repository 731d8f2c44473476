"""The engines, as a fixture: every test here is one body for all of them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from leadscore.engines import duckdb, live
from leadscore.results import Scores
from tests.leadscore.engines.engine import Engine


def _on_spark(*args: Any, **options: Any) -> Scores:
    from leadscore.engines import spark
    from tests.leadscore.engines.spark_sessions import local_session

    local_session()
    return spark.score(*args, **options)


_ENGINES: dict[str, tuple[Callable[..., Scores], int, bool]] = {
    "live": (live.score, 100, False),
    "duckdb": (duckdb.score, 100, False),
    "spark": (_on_spark, 8, True),
}


@pytest.fixture(params=["live", "duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    score, cases_in_100, is_dear = _ENGINES[request.param]
    engine = Engine(request.param, score, cases_in_100, is_dear)
    yield engine
    if engine.n_cases:
        request.node.user_properties.append(("generated_cases", (engine.name, engine.n_cases)))
