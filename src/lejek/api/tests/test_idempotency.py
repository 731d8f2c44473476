"""A POST that arrives twice is done once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from lejek.api import idempotency
from lejek.api.tests.builders import Program, error_of, paths_of, secret
from lejek.identity.models import Lead
from lejek.kernel import clock
from lejek.kernel.models import IdempotencyKey
from lejek.qualification import services
from lejek.qualification.models import Stage, Verdict
from lejek.qualification.services import ACCEPTED


def stage(key: str) -> None:
    """A stage; a test with its own transactions does not find those of the migrations."""
    defaults = {"position": 99, "label_pl": key, "label_en": key}
    Stage.objects.get_or_create(key=key, defaults=defaults)


BODY = {"fields": {"contact.email": "anna@firma.pl"}}


@pytest.mark.django_db
def test_the_second_arrival_gets_the_first_answer(program: Program) -> None:
    first = program.post("/leads", BODY, key="k1")
    second = program.post("/leads", BODY, key="k1")
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"
    assert program.post("/leads", BODY, key="k2").status_code == 200


@pytest.mark.django_db
def test_a_key_belongs_to_one_request(program: Program, leads: list[Lead]) -> None:
    program.post("/leads", BODY, key="k")
    other = program.post("/leads", {"fields": {"contact.email": "jan@firma.pl"}}, key="k")
    elsewhere = program.post(f"/leads/{leads[0].pk}/verdict", {"accepted": True}, key="k")
    for response in (other, elsewhere):
        assert response.status_code == 422
        assert error_of(response)["code"] == "idempotency_key_reused"
    assert not Verdict.objects.exists()


@pytest.mark.django_db
def test_keys_of_two_programs_do_not_meet(program: Program) -> None:
    stranger = Program(secret())
    program.post("/leads", BODY, key="k")
    assert stranger.post("/leads", BODY, key="k").json()["outcome"] == "unchanged"


@pytest.mark.django_db
def test_a_request_that_was_refused_may_be_sent_again_mended(program: Program) -> None:
    assert program.post("/leads", {"fields": {}}, key="k").status_code == 422
    assert program.post("/leads", {"fields": {"contact.email": "x"}}, key="k").status_code == 422
    assert not IdempotencyKey.objects.exists()
    assert program.post("/leads", BODY, key="k").status_code == 201


@pytest.mark.django_db
def test_an_answer_is_kept_for_72_hours(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    start = clock.now()
    program.post("/leads", BODY, key="k")
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(hours=71, minutes=59))
    assert program.post("/leads", BODY, key="k").status_code == 201
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(hours=72, minutes=1))
    assert program.post("/leads", BODY, key="k").status_code == 200


@pytest.mark.django_db
def test_a_request_whose_process_died_is_taken_over(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = clock.now()
    program.post("/leads", BODY, key="k")
    IdempotencyKey.objects.update(status=None, body="")
    waiting = program.post("/leads", BODY, key="k")
    assert (waiting.status_code, error_of(waiting)["code"]) == (409, "idempotency_in_progress")
    monkeypatch.setattr(clock, "now", lambda: start + idempotency.LEASE + timedelta(seconds=1))
    assert program.post("/leads", BODY, key="k").status_code == 200
    assert program.post("/leads", BODY, key="k")["Idempotent-Replayed"] == "true"


@pytest.mark.django_db
def test_who_overslept_leaves_no_trace(
    program: Program, leads: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    def slept(**values: Any) -> Verdict:
        IdempotencyKey.objects.update(created_at=clock.now() + timedelta(minutes=6))
        return services.accept_lead(**values)

    monkeypatch.setattr("lejek.api.qualification.accept_lead", slept)
    response = program.post(f"/leads/{leads[0].pk}/verdict", {"accepted": True}, key="k")
    assert response.status_code == 409
    assert not Verdict.objects.exists()


@pytest.mark.django_db
def test_a_failure_leaves_no_trace_and_no_answer(
    program: Program, leads: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(**values: Any) -> Verdict:
        services.accept_lead(**values)
        raise RuntimeError("the power went out")

    monkeypatch.setattr("lejek.api.qualification.accept_lead", breaks)
    response = program.post(f"/leads/{leads[0].pk}/verdict", {"accepted": True}, key="k")
    assert (response.status_code, error_of(response)["code"]) == (500, "internal_error")
    assert "power" not in response.content.decode()
    assert not Verdict.objects.exists()
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "a b", "ż", "x" * 256, "a\tb"])
def test_a_key_that_is_none_is_refused(program: Program, key: str) -> None:
    response = program.post("/leads", BODY, key=key)
    assert (response.status_code, paths_of(response)) == (422, ["header.Idempotency-Key"])


@pytest.mark.django_db(transaction=True)
def test_many_arrivals_at_once_do_it_once(settings: Settings) -> None:
    settings.API_REQUESTS_A_MINUTE = 10_000
    for key in ("lead", ACCEPTED):
        stage(key)
    program = Program()
    lead_id = program.post("/leads", BODY).json()["lead"]["id"]
    start = threading.Barrier(6)
    answers: list[Any] = []

    def arrive() -> None:
        own = Program(program.secret)
        start.wait()
        path, body = f"/leads/{lead_id}/verdict", {"accepted": True}
        answers.extend(own.post(path, body, key="k") for _ in range(5))
        connection.close()

    threads = [threading.Thread(target=arrive) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = {answer.status_code for answer in answers}
    assert statuses <= {201, 409}
    done = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in done}) == 1
    assert sum("Idempotent-Replayed" not in answer for answer in done) == 1
    assert Verdict.objects.count() == 1
