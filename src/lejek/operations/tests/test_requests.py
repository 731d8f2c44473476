"""The line that every request leaves: how it went, and nothing of anybody."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from lejek.api.tests.builders import Program
from lejek.kernel.logs import configure, logging_config
from lejek.people.models import User

Read = Callable[[], list[dict[str, Any]]]

SURNAME = "Świętopełkowska"
ADDRESS = "jadwiga.kanarek@lodz-stal.pl"
PLANTED = (SURNAME, ADDRESS, "jadwiga", "kanarek", "lodz-stal")


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]) -> Iterator[Read]:
    root = logging.getLogger()
    kept, level = list(root.handlers), root.level
    configure(logging_config(level="DEBUG", as_json=True))

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capfd.readouterr().err.splitlines()]

    yield read
    root.handlers[:], root.level = kept, level


def requests_in(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == "request"]


@pytest.fixture
def client(administrator: User) -> Client:
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_request_leaves_method_route_status_time_and_id(client: Client, lines: Read) -> None:
    answer = client.get("/settings/jobs/4711/", {"q": ADDRESS})
    (line,) = requests_in(lines())
    assert (line["method"], line["route"], line["status"]) == (
        "GET",
        "settings/jobs/<int:job_id>/",
        404,
    )
    assert line["milliseconds"] > 0
    assert line["request_id"] == answer["X-Request-ID"]
    assert str(UUID(line["request_id"])) == line["request_id"]


def test_the_id_of_a_proxy_is_kept_and_any_other_text_is_not(client: Client, lines: Read) -> None:
    given = "0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"
    assert client.get("/health/livez", headers={"X-Request-ID": given})["X-Request-ID"] == given
    answer = client.get("/health/livez", headers={"X-Request-ID": ADDRESS})
    assert str(UUID(answer["X-Request-ID"])) == answer["X-Request-ID"]
    assert [line["level"] for line in requests_in(lines())] == ["debug", "debug"]


def test_nothing_that_a_person_sent_gets_into_the_log(client: Client, lines: Read) -> None:
    program = Program()
    body = {"fields": {"contact.email": ADDRESS, "contact.last_name": SURNAME}}
    assert program.post("/leads", body).status_code == 201
    assert program.get("/leads", q=SURNAME, where=f'{{"lead.city": {{"eq": "{ADDRESS}"}}}}')
    assert program.get(f"/leads/{ADDRESS}").status_code == 422
    client.get("/", {"q": f"{SURNAME} {ADDRESS}"}, headers={"referer": f"http://x/{ADDRESS}"})
    client.post("/accounts/login/", {"login": ADDRESS, "password": SURNAME})
    client.get(f"/{ADDRESS}/{SURNAME}")
    found = lines()
    assert len(requests_in(found)) == 6
    text = json.dumps(found, ensure_ascii=False).lower()
    assert [word for word in PLANTED if word.lower() in text] == []


def test_an_error_of_ours_is_logged_under_the_id_of_its_request(
    client: Client, lines: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_now: object) -> None:
        raise RuntimeError(f"no figures for {ADDRESS}\nDETAIL:  Failing row contains ({SURNAME}).")

    monkeypatch.setattr("lejek.operations.views.figures", broken)
    answer = client.get("/settings/jobs/")
    assert answer.status_code == 500
    found = lines()
    (error,) = (line for line in found if line["level"] == "error")
    assert error["request_id"] == answer["X-Request-ID"]
    assert "no figures for" in error["exception"]
    text = json.dumps(found, ensure_ascii=False).lower()
    assert [word for word in PLANTED if word.lower() in text] == []


def test_requests_are_counted_by_route(client: Client) -> None:
    def counted() -> float:
        text = client.get("/health/metrics").content.decode()
        named = 'lejek_http_requests_total{method="GET",route="settings/jobs/",status="200"}'
        return float(next((x.split()[-1] for x in text.splitlines() if x.startswith(named)), 0))

    before = counted()
    client.get("/settings/jobs/", {"page": ADDRESS})
    assert counted() == before + 1
    assert ADDRESS not in client.get("/health/metrics").content.decode()
