"""What becomes of messages: order, failures, patience, and whoever dies in between."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from standardwebhooks import Webhook, WebhookVerificationError

from lejek import wiring
from lejek.connectors import delivering, outgoing
from lejek.connectors.catalogue import EVENTS
from lejek.connectors.delivering import LEASE, send_waiting
from lejek.connectors.handlers import note
from lejek.connectors.jobs import KEPT, forget_deliveries
from lejek.connectors.models import Delivery, Endpoint
from lejek.connectors.rules import PATIENCE
from lejek.connectors.services import (
    EndpointEntry,
    change_endpoint,
    delete_endpoint,
    rotate_secret,
    send_again,
    skip,
    switch_on,
)
from lejek.connectors.tests.builders import endpoint, happened, states
from lejek.connectors.tests.receiver import Receiver, answering
from lejek.kernel import clock
from lejek.kernel.models import Event
from lejek.people.models import AuditEntry, User

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Answers:
    """Stands for the receivers: keeps what was sent, and answers with a status by address."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.status: dict[str, int | None] = {}

    def post(
        self, address: str, headers: dict[str, str], _body: bytes, **_: object
    ) -> outgoing.Answer:
        self.sent.append((address, headers["webhook-id"]))
        self.headers.append(headers)
        status = self.status.get(address, 200)
        return outgoing.Answer(status, "", 0.0, "" if status else "connect")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    made = Answers()
    monkeypatch.setattr(outgoing, "post", made.post)
    return made


A, B = "https://a.example/", "https://b.example/"


def sent_all(now: datetime) -> int:
    """Send until nothing is left to send at that moment; how many attempts that took."""
    n_sent = 0
    while send_waiting(now=now):
        n_sent += 1
    return n_sent


def test_an_event_that_is_handed_on_twice_is_one_message(answers: Answers) -> None:
    endpoint(A, NOON)
    happened(NOON)
    event = Event.objects.get()
    note(event.content, event=event, now=NOON)
    assert states() == ["waiting"]


def test_an_endpoint_hears_only_of_what_it_chose(answers: Answers) -> None:
    heard = endpoint(A, NOON)
    Endpoint.objects.create(address=B, types=["deal.won"], secret=heard.secret, made_at=NOON)
    happened(NOON)
    assert [each.endpoint_id for each in Delivery.objects.all()] == [heard.pk]


def test_messages_leave_in_the_order_of_what_happened(answers: Answers) -> None:
    endpoint(A, NOON)
    for _ in range(3):
        happened(NOON)
    assert sent_all(NOON) == 3
    names = [each.name for each in Delivery.objects.order_by("id")]
    assert [name for _, name in answers.sent] == names
    assert sent_all(NOON + timedelta(days=1)) == 0


def test_a_failure_holds_back_what_is_behind_it_until_it_is_time(answers: Answers) -> None:
    endpoint(A, NOON)
    happened(NOON)
    happened(NOON)
    answers.status[A] = 500
    assert sent_all(NOON) == 1
    assert sent_all(NOON + 4 * SECOND) == 0
    answers.status[A] = 200
    assert sent_all(NOON + 6 * SECOND) == 2
    first, second = Delivery.objects.order_by("id")
    assert [name for _, name in answers.sent] == [first.name, first.name, second.name]
    assert (first.attempts, second.attempts) == (2, 1)
    assert Endpoint.objects.get().failing_since is None


def test_a_receiver_that_fails_holds_up_nobody_else(answers: Answers) -> None:
    failing, sound = endpoint(A, NOON), endpoint(B, NOON)
    answers.status[A] = None
    for _ in range(3):
        happened(NOON)
    assert sent_all(NOON) == 4
    assert states(failing) == ["waiting"] * 3
    assert states(sound) == ["delivered"] * 3


def test_receivers_take_turns(answers: Answers) -> None:
    endpoint(A, NOON)
    happened(NOON)
    happened(NOON)
    endpoint(B, NOON)
    happened(NOON)
    for number in range(4):
        send_waiting(now=NOON + number * SECOND)
    assert [address for address, _ in answers.sent] == [A, B, A, A]


def test_an_endpoint_whose_message_is_under_way_is_left_alone(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint(A, NOON)
    happened(NOON)
    happened(NOON)
    meanwhile: list[int] = []

    def slow(*args: Any, **kwargs: Any) -> outgoing.Answer:
        meanwhile.append(send_waiting(now=NOON))
        return answers.post(*args, **kwargs)

    monkeypatch.setattr(outgoing, "post", slow)
    assert send_waiting(now=NOON) == 1
    assert meanwhile == [0]


def test_who_dies_after_sending_sends_the_same_message_again(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint(A, NOON)
    happened(NOON)
    with monkeypatch.context() as dying:
        dying.setattr(delivering, "_write_down", _die)
        with pytest.raises(KeyboardInterrupt):
            send_waiting(now=NOON)
    assert sent_all(NOON + LEASE - SECOND) == 0
    assert sent_all(NOON + LEASE) == 1
    assert len(answers.sent) == 2
    assert answers.sent[0] == answers.sent[1]
    assert states() == ["delivered"]


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_who_overslept_writes_nothing_over_what_another_has_found(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint(A, NOON)
    happened(NOON)
    sound = answers.post

    def oversleep(*args: Any, **kwargs: Any) -> outgoing.Answer:
        monkeypatch.setattr(outgoing, "post", sound)
        assert send_waiting(now=NOON + LEASE) == 1
        return outgoing.Answer(500, "", 0.0)

    monkeypatch.setattr(outgoing, "post", oversleep)
    send_waiting(now=NOON)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.status, delivery.attempts) == ("delivered", 200, 1)
    assert Endpoint.objects.get().n_failures == 0


def test_waits_grow_until_patience_ends_and_the_webhook_is_switched_off(answers: Answers) -> None:
    endpoint(A, NOON)
    happened(NOON)
    happened(NOON)
    answers.status[A] = 503
    moments = []
    now: datetime | None = NOON
    while now is not None:
        moments.append(now)
        assert sent_all(now) == 1
        now = Endpoint.objects.get().retry_at
    assert moments[-1] == NOON + PATIENCE
    assert len(moments) == 10
    switched_off = Endpoint.objects.get()
    assert (switched_off.state, switched_off.off_because) == ("off", "failing")
    assert states() == ["given_up", "given_up"]
    entry = AuditEntry.objects.get(action="switched_off_webhook")
    assert (entry.actor, entry.subject) == (None, "a.example")
    assert entry.details == {"because": "failing"}


def test_a_receiver_that_is_gone_is_left_at_once(answers: Answers) -> None:
    endpoint(A, NOON)
    happened(NOON)
    answers.status[A] = 410
    assert sent_all(NOON) == 1
    assert (Endpoint.objects.get().off_because, states()) == ("gone", ["given_up"])


def test_what_happens_while_a_webhook_is_off_can_be_sent_once_it_is_on(
    answers: Answers, administrator: User
) -> None:
    off = endpoint(A, NOON, state="off", off_because="gone")
    happened(NOON)
    assert states() == ["given_up"]
    switch_on(endpoint=off, actor=administrator, now=NOON)
    assert sent_all(NOON) == 0
    assert send_again(endpoint=off, actor=administrator, now=NOON) == 1
    assert send_again(endpoint=off, actor=administrator, now=NOON) == 0
    assert sent_all(NOON) == 1
    assert states() == ["delivered"]


def test_while_a_webhook_is_paused_messages_wait(answers: Answers, administrator: User) -> None:
    paused = endpoint(A, NOON, state="paused")
    happened(NOON)
    assert (sent_all(NOON), states()) == (0, ["waiting"])
    switch_on(endpoint=paused, actor=administrator, now=NOON)
    assert sent_all(NOON) == 1


def test_a_delivered_message_can_be_sent_again_under_the_same_id(
    answers: Answers, administrator: User
) -> None:
    sound = endpoint(A, NOON)
    happened(NOON)
    sent_all(NOON)
    delivery = Delivery.objects.get()
    send_again(endpoint=sound, delivery=delivery, actor=administrator, now=NOON)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.status) == ("waiting", None)
    sent_all(NOON)
    assert answers.sent == [(A, delivery.name)] * 2


def test_a_message_that_is_given_up_by_hand_lets_those_behind_it_leave(
    answers: Answers, administrator: User
) -> None:
    endpoint(A, NOON)
    happened(NOON)
    happened(NOON)
    answers.status[A] = 500
    sent_all(NOON)
    answers.status[A] = 200
    first = Delivery.objects.order_by("id")[0]
    assert skip(delivery=first, actor=administrator, now=NOON)
    assert not skip(delivery=first, actor=administrator, now=NOON)
    assert sent_all(NOON) == 1
    assert states() == ["given_up", "delivered"]


def test_what_is_given_up_by_hand_takes_its_failures_along(
    answers: Answers, administrator: User
) -> None:
    endpoint(A, NOON)
    happened(NOON)
    answers.status[A] = 500
    sent_all(NOON)
    skip(delivery=Delivery.objects.get(), actor=administrator, now=NOON)
    later = NOON + PATIENCE + SECOND
    happened(later)
    sent_all(later)
    assert states() == ["given_up", "waiting"]
    assert Endpoint.objects.get().failing_since == later


def test_what_was_under_way_to_an_address_of_before_says_nothing_of_the_present_one(
    answers: Answers, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = endpoint(A, NOON)
    happened(NOON)
    entry = EndpointEntry(address=B, description="", types=of.types)

    def moved_meanwhile(*args: Any, **kwargs: Any) -> outgoing.Answer:
        change_endpoint(endpoint=of, entry=entry, actor=administrator, now=NOON)
        monkeypatch.setattr(outgoing, "post", answers.post)
        return answers.post(*args, **kwargs)

    answers.status[A] = 410
    monkeypatch.setattr(outgoing, "post", moved_meanwhile)
    assert sent_all(NOON) == 2
    assert [address for address, _ in answers.sent] == [A, B]
    assert (Endpoint.objects.get().state, states()) == ("on", ["delivered"])


@pytest.mark.parametrize("before", ["the claim", "the answer"])
def test_a_webhook_may_be_deleted_while_its_message_is_under_way(
    answers: Answers, administrator: User, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    of = endpoint(A, NOON)
    happened(NOON)
    place, name = (QuerySet, "update") if before == "the claim" else (outgoing, "post")
    sound = getattr(place, name)

    def deleted_meanwhile(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.undo()
        found = sound(*args, **kwargs)
        delete_endpoint(endpoint=of, actor=administrator, now=NOON)
        return found

    monkeypatch.setattr(place, name, deleted_meanwhile)
    assert send_waiting(now=NOON) == (0 if before == "the claim" else 1)
    assert states() == []


def test_only_what_has_been_signed_with_the_secret_is_believed(receiver: Receiver) -> None:
    now = clock.now()
    of = endpoint(receiver.address, now)
    happened(now)
    sent_all(now)
    (received,) = receiver.received
    sound = Webhook(of.secret)
    assert sound.verify(received.body, received.headers)["type"] == "lead.accepted"
    forged = [
        (received.body.replace(b"accepted", b"rejected"), received.headers),
        (received.body, {**received.headers, "webhook-id": "msg_other"}),
        (received.body, {**received.headers, "webhook-timestamp": str(int(now.timestamp()) + 1)}),
    ]
    for body, headers in forged:
        with pytest.raises(WebhookVerificationError):
            sound.verify(body, headers)


def test_a_secret_that_was_changed_signs_for_another_day(
    receiver: Receiver, administrator: User
) -> None:
    now = clock.now()
    of = endpoint(receiver.address, now)
    before = of.secret
    after = rotate_secret(endpoint=of, actor=administrator, now=now)
    happened(now)
    sent_all(now)
    (received,) = receiver.received
    for secret in (before, after):
        assert Webhook(secret).verify(received.body, received.headers)
    assert of.secrets_at(now + timedelta(hours=24)) == [after]


def test_every_secret_that_was_changed_signs_for_its_own_day(administrator: User) -> None:
    of = endpoint(A, NOON)
    seen_twice = Endpoint.objects.get()
    first, hour = of.secret, timedelta(hours=1)
    second = rotate_secret(endpoint=of, actor=administrator, now=NOON)
    third = rotate_secret(endpoint=seen_twice, actor=administrator, now=NOON + hour)
    of.refresh_from_db()
    assert of.secrets_at(NOON + hour) == [third, first, second]
    assert of.secrets_at(NOON + 24 * hour) == [third, second]
    assert of.secrets_at(NOON + 25 * hour) == [third]


def test_every_attempt_is_signed_for_its_own_moment(answers: Answers) -> None:
    endpoint(A, NOON)
    happened(NOON)
    answers.status[A] = 500
    sent_all(NOON)
    sent_all(NOON + timedelta(minutes=1))
    moments = [int(each["webhook-timestamp"]) for each in answers.headers]
    assert moments == [NOON.timestamp(), NOON.timestamp() + 60]


def test_what_was_answered_is_kept_without_personal_data(receiver: Receiver) -> None:
    receiver.replies = [answering(422, b"unknown: anna.nowak@firma.example\0")]
    endpoint(receiver.address, NOON)
    happened(NOON)
    sent_all(NOON)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.answer) == (422, "unknown: [redacted]")


def test_old_messages_are_forgotten() -> None:
    endpoint(A, NOON)
    happened(NOON)
    happened(NOON + timedelta(days=1))
    assert forget_deliveries(now=NOON + KEPT) == 0
    assert forget_deliveries(now=NOON + KEPT + SECOND) == 1
    assert len(states()) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_a_message_once(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint(A, NOON)
    happened(NOON)
    both = threading.Barrier(2, timeout=20)
    claims = delivering._claim

    def claim_together(now: datetime) -> delivering.Claim | None:
        both.wait()
        return claims(now)

    monkeypatch.setattr(delivering, "_claim", claim_together)
    threads = [threading.Thread(target=_send_and_leave) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(answers.sent) == 1


def _send_and_leave() -> None:
    try:
        send_waiting(now=NOON)
    finally:
        connection.close()


def test_everything_that_others_hear_of_is_told_by_the_wiring() -> None:
    told = {name for name, handlers in wiring.handlers().items() if note in handlers}
    assert told == EVENTS
