"""From what happens in a room to a signed message at the receiver."""

from __future__ import annotations

import json

import pytest
from standardwebhooks import Webhook

from lejek import wiring
from lejek.connectors.delivering import send_waiting
from lejek.connectors.models import Delivery
from lejek.connectors.services import EndpointEntry, add_endpoint
from lejek.connectors.tests.receiver import Receiver
from lejek.kernel import clock
from lejek.kernel.events import hand_on
from lejek.people.models import User
from lejek.qualification.services import move_by_hand
from lejek.qualification.tests.builders import lead

pytestmark = pytest.mark.django_db


def test_a_move_of_a_lead_reaches_the_receiver_signed(
    receiver: Receiver, administrator: User
) -> None:
    entry = EndpointEntry(receiver.address, "CRM", ["lead.stage_changed"])
    endpoint = add_endpoint(entry=entry, actor=administrator, now=clock.now())
    moved = lead(clock.now())
    move_by_hand(
        lead=moved,
        to="sales_accepted",
        reason="Anna Nowak asked to be called",
        actor=administrator,
        now=clock.now(),
    )
    hand_on(wiring.handlers(), now=clock.now())
    assert send_waiting(now=clock.now()) == 1
    (received,) = receiver.received
    message = Webhook(endpoint.secret).verify(received.body, received.headers)
    assert message["type"] == "lead.stage_changed"
    assert message["data"] == {
        "lead": {"id": moved.pk, "path": f"/api/v1/leads/{moved.pk}"},
        "old": "lead",
        "new": "sales_accepted",
        "definition": None,
        "model_version": None,
    }
    assert b"Nowak" not in received.body
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.status) == ("delivered", 204)
    assert received.headers["webhook-id"] == delivery.name
    assert json.loads(delivery.body) == message
