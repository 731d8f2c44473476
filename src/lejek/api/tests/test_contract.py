"""What the API does is what its description says: requests made from it find nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase
from hypothesis import settings as examples
from hypothesis.stateful import run_state_machine_as_test
from pytest_django import Settings
from schemathesis.specs.openapi.checks import ignored_auth

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
                "expected-statuses": ["2xx", "400", "401", "403", "404", "409", "413", "422"]
            },
            # A text may be too long for its field and the whole body too large at once.
            "negative_data_rejection": {
                "expected-statuses": ["400", "401", "403", "404", "405", "409", "413", "415", "422"]
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
    """Most ids mean something that exists; what is too large to be an id or a number stays so."""
    return {
        name: 1 + value % 8 if isinstance(value, int) and 8 < value < 2**31 and value % 5 else value
        for name, value in (path_parameters or {}).items()
    }


@pytest.mark.parametrize("value", [-1, 0, 1, 8, 9, 11, 2**31 - 1, 2**31, 2**31 + 1, 2**63, "x"])
def test_a_request_that_is_wrong_on_purpose_stays_wrong(value: object) -> None:
    (asked,) = (map_path_parameters(None, {"number": value}) or {}).values()
    limits = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
    accepts = jsonschema.Draft202012Validator(limits).is_valid
    assert accepts(asked) == accepts(value)


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
    max_examples=10,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_nothing_undocumented_is_found(case: schemathesis.Case, house: list[Lead]) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {secret()}"})


@pytest.mark.slow
def test_nothing_undocumented_is_found_by_following_what_was_answered(house: list[Lead]) -> None:
    authorization = {"Authorization": f"Bearer {secret()}"}

    class Program(schema.as_state_machine()):  # type: ignore[misc]
        """Uses ids of one answer in the next request."""

        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:  # noqa: ARG002
            return {"headers": authorization}

        def validate_response(
            self,
            response: schemathesis.Response,
            case: schemathesis.Case,
            **more: Any,  # noqa: ARG002
        ) -> None:
            # The key above takes the place of whatever was generated; the other test tries keys.
            case.validate_response(response, excluded_checks=[ignored_auth])

    run_state_machine_as_test(
        Program,
        settings=examples(
            max_examples=12,
            stateful_step_count=6,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_operation_of_the_contract_is_tried() -> None:
    operations = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in DESCRIPTION["paths"].items()
        for method in methods
    }
    assert operations == {
        "GET /leads",
        "POST /leads",
        "GET /leads/{lead_id}",
        "GET /leads/{lead_id}/score",
        "GET /leads/{lead_id}/transitions",
        "POST /leads/{lead_id}/transitions",
        "POST /leads/{lead_id}/verdict",
        "GET /leads/{lead_id}/touchpoints",
        "POST /touchpoints",
        "GET /companies",
        "GET /companies/{company_id}",
        "GET /models",
        "GET /models/active",
        "GET /models/draft",
        "PUT /models/draft",
        "POST /models/draft/preview",
        "GET /models/previews/{preview_id}",
        "POST /models/draft/publish",
        "GET /models/{number}",
        "POST /models/{number}/activate",
    }
