"""What the API does is what its description says: requests made from it find nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase
from hypothesis import settings as examples
from pytest_django import Settings

from lejek.api.surface import api
from lejek.api.tests.builders import secret
from lejek.identity.models import Lead
from lejek.kernel import clock
from lejek.scoring.tests.builders import MODEL
from lejek.scoring.versions import save_draft

CONFIG = schemathesis.Config.from_dict(
    {
        "checks": {
            # What a condition, a cursor or a field may say is more than a schema can tell.
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "400", "401", "403", "404", "409", "422"]
            },
        }
    }
)
DESCRIPTION = json.loads(json.dumps(api.get_openapi_schema(path_prefix="api/v1/")))
schema = schemathesis.openapi.from_dict(DESCRIPTION, config=CONFIG)
schema.app = WSGIHandler()


@schema.hook
def map_path_parameters(
    context: schemathesis.HookContext,
    path_parameters: dict[str, Any] | None,
) -> dict[str, Any] | None:
    """Most ids mean something that exists."""
    return {
        name: value % 8 if isinstance(value, int) and value > 8 and value % 5 else value
        for name, value in (path_parameters or {}).items()
    }


@pytest.fixture
def connected() -> Iterator[None]:
    """The test's transaction outlives requests, as it does under Django's own test client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def house(leads: list[Lead], connected: None, settings: Settings) -> list[Lead]:
    """A house in which there is something to find."""
    settings.API_REQUESTS_A_MINUTE = 1_000_000
    document = MODEL.replace("points: 40", "points: 20")
    save_draft(document=document, revision=0, actor=None, now=clock.now())
    return leads


@pytest.mark.slow
@schema.parametrize()
@examples(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_nothing_undocumented_is_found(case: schemathesis.Case, house: list[Lead]) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {secret()}"})
