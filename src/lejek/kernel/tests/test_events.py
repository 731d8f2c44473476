"""The outbox: handlers hear of every event, poison stops nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, transaction

from lejek.kernel import events
from lejek.kernel.models import Event, Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Listener:
    """Hears events; those that `deaf_to` names fail, so many times."""

    def __init__(self, **deaf_to: int) -> None:
        self.heard: list[str] = []
        self.deaf_to = deaf_to

    def __call__(self, content: dict[str, Any], *, now: datetime) -> None:
        name = content["name"]
        Heartbeat.objects.create(process=f"{name}-{len(self.heard)}", role="trace", beat_at=now)
        if self.deaf_to.get(name, 0):
            self.deaf_to[name] -= 1
            raise ValueError(f"cannot hear {name}")
        self.heard.append(name)


def emit(name: str, **content: object) -> Event:
    events.emit("said", {"name": name, **content}, now=NOW)
    return Event.objects.latest("id")


def hand_on(listener: Listener, now: datetime = NOW) -> int:
    return events.hand_on({"said": [listener]}, now=now)


def test_events_are_heard_in_the_order_in_which_they_happened() -> None:
    listener = Listener()
    for name in ("a", "b", "c"):
        emit(name)
    assert hand_on(listener) == 3
    assert listener.heard == ["a", "b", "c"]
    assert hand_on(listener) == 0


def test_a_handler_that_takes_the_event_is_given_it() -> None:
    heard: list[int] = []

    def hear(content: dict[str, Any], *, event: Event, now: datetime) -> None:
        heard.append(event.pk)

    emitted = emit("a")
    events.hand_on({"said": [hear]}, now=NOW)
    assert heard == [emitted.pk]


def test_an_event_of_a_transaction_that_failed_did_not_happen() -> None:
    def emit_and_fail() -> None:
        with transaction.atomic():
            emit("a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        emit_and_fail()
    assert hand_on(Listener()) == 0


def test_an_event_that_nobody_wants_is_done_with() -> None:
    events.emit("murmured", {}, now=NOW)
    assert events.hand_on({}, now=NOW) == 1
    assert not events.waiting().exists()


def test_a_handler_that_fails_once_is_called_again_and_its_half_work_is_undone() -> None:
    listener = Listener(a=1)
    event = emit("a")
    assert hand_on(listener) == 0
    assert not Heartbeat.objects.filter(role="trace").exists()
    assert hand_on(listener) == 0, "it waits a little before the next try"
    assert hand_on(listener, NOW + timedelta(seconds=2)) == 1
    event.refresh_from_db()
    assert listener.heard == ["a"]
    assert (event.attempts, event.dead_at) == (1, None)


def test_the_others_flow_past_an_event_that_fails() -> None:
    listener = Listener(poison=99)
    emit("poison")
    emit("b")
    assert hand_on(listener) == 1
    assert listener.heard == ["b"]


def test_events_about_the_same_lead_keep_their_order() -> None:
    listener = Listener(a=1)
    emit("a", lead_id=1)
    emit("b", lead_id=1)
    emit("c", lead_id=2)
    hand_on(listener)
    hand_on(listener)
    assert listener.heard == ["c"]
    hand_on(listener, NOW + timedelta(seconds=2))
    assert listener.heard == ["c", "a", "b"]


def test_poison_is_dead_after_some_attempts_and_can_be_replayed() -> None:
    listener = Listener(poison=events.MAX_ATTEMPTS)
    event = emit("poison", lead_id=1)
    emit("after", lead_id=1)
    moment = NOW
    for _ in range(events.MAX_ATTEMPTS):
        hand_on(listener, moment)
        moment += timedelta(minutes=5)
    event.refresh_from_db()
    assert event.dead_at is not None
    assert "cannot hear poison" in event.error
    hand_on(listener, moment)
    assert listener.heard == ["after"]
    assert events.replay(event.pk)
    assert not events.replay(event.pk)
    hand_on(listener, moment)
    assert listener.heard == ["after", "poison"]


def test_a_database_that_is_away_is_no_events_fault() -> None:
    def away(content: dict[str, Any], *, now: datetime) -> None:
        raise OperationalError("database is locked")

    event = emit("a")
    with pytest.raises(OperationalError):
        events.hand_on({"said": [away]}, now=NOW)
    event.refresh_from_db()
    assert (event.attempts, event.handled_at) == (0, None)
