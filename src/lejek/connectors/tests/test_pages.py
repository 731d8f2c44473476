"""The pages about webhooks."""

from __future__ import annotations

import html
import re
from operator import attrgetter
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from standardwebhooks import Webhook

from lejek.connectors.delivering import send_waiting
from lejek.connectors.models import Delivery, Endpoint
from lejek.connectors.selectors import endpoints
from lejek.connectors.services import switch_off
from lejek.connectors.tests.builders import endpoint, happened, states
from lejek.connectors.tests.receiver import Receiver, answering
from lejek.kernel import clock
from lejek.kernel.worker import run_waiting
from lejek.people.models import AuditEntry, Role, User
from lejek.qualification.tests.builders import client

pytestmark = pytest.mark.django_db
ADDRESS = "https://hooks.example/lejek?key=hidden"
LIST = "/settings/webhooks/"


@pytest.fixture
def page(administrator: User) -> Client:
    return client(administrator)


def text(of: Client, address: str) -> str:
    return html.unescape(of.get(address).content.decode())


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_without_webhooks_the_page_says_what_they_are_for(page: Client) -> None:
    found = text(page, LIST)
    assert "No webhooks yet" in found
    assert "/settings/webhooks/new/" in found


def test_a_new_webhook_shows_its_secret_once(page: Client) -> None:
    entry_of = {"address": ADDRESS, "description": "CRM", "types": ["deal.won"]}
    answer = page.post(f"{LIST}new/", entry_of, follow=True)
    made = Endpoint.objects.get()
    assert (made.address, made.types, made.state) == (ADDRESS, ["deal.won"], "on")
    shown = re.findall(r"whsec_[\w+/=]+", html.unescape(answer.content.decode()))
    assert shown == [made.secret]
    assert len(Webhook(made.secret)._whsecret) == 32
    assert made.secret not in text(page, f"{LIST}{made.pk}/")
    assert "CRM" in text(page, LIST)
    (entry,) = AuditEntry.objects.all()
    assert (entry.action, entry.subject) == ("added_webhook", "CRM")
    assert "hidden" not in str(entry.details)


def test_everything_that_is_wrong_is_said_at_once(page: Client) -> None:
    answer = page.post(f"{LIST}new/", {"address": "http://10.0.0.1/"})
    found = html.unescape(answer.content.decode())
    assert "the address begins with https://" in found
    assert "Choose at least one event." in found
    assert 'value="http://10.0.0.1/"' in found
    assert 'id="id_types_error"' in found
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize("address", ["https://169.254.169.254/", "https://localhost/", "x"])
def test_an_address_inside_is_refused_on_the_page(page: Client, address: str) -> None:
    page.post(f"{LIST}new/", {"address": address, "types": ["deal.won"]})
    assert not Endpoint.objects.exists()


def test_a_webhook_is_changed_and_what_waits_goes_to_the_new_address(page: Client) -> None:
    failing = dict.fromkeys(("retry_at", "failing_since", "held_until"), clock.now())
    of = endpoint(ADDRESS, clock.now(), n_failures=3, **failing)
    page.post(f"{LIST}{of.pk}/change/", {"address": "https://b.example", "types": ["deal.lost"]})
    of.refresh_from_db()
    assert (of.address, of.types) == ("https://b.example/", ["deal.lost"])
    assert [of.n_failures, *(getattr(of, name) for name in failing)] == [0, None, None, None]
    details = AuditEntry.objects.get().details
    assert details == {"host": ["hooks.example", "b.example"], "types": ["deal.lost"]}
    page.post(f"{LIST}{of.pk}/change/", {"address": "https://b.example", "types": ["deal.lost"]})
    assert AuditEntry.objects.count() == 1


def test_another_secret_is_shown_once_and_the_old_one_signs_for_a_day(page: Client) -> None:
    of = endpoint(ADDRESS, clock.now())
    answer = page.post(f"{LIST}{of.pk}/secret/", follow=True)
    before, now = of.secret, clock.now()
    of.refresh_from_db()
    assert of.secret in html.unescape(answer.content.decode())
    assert of.secrets_at(now) == [of.secret, before]
    assert answer.redirect_chain == [(f"{LIST}{of.pk}/", 302)]
    found = text(page, f"{LIST}{of.pk}/")
    assert "The secret before this one signs too" in found
    assert of.secret not in found


def test_a_test_message_arrives_and_its_answer_is_on_the_page(
    page: Client, receiver: Receiver
) -> None:
    receiver.replies = [answering(200, b"<b>welcome</b>")]
    of = endpoint(receiver.address, clock.now())
    page.post(f"{LIST}{of.pk}/test/")
    send_waiting(now=clock.now())
    found = text(page, f"{LIST}{of.pk}/")
    assert "webhook.test" in found
    assert "HTTP 200" in found
    (delivery,) = Delivery.objects.all()
    found = page.get(f"{LIST}deliveries/{delivery.pk}/").content.decode()
    assert "&lt;b&gt;welcome&lt;/b&gt;" in found
    assert delivery.name in found


def test_the_list_counts_what_waits_and_what_was_given_up(django_assert_num_queries: Any) -> None:
    states_of = {"a": ["waiting", "waiting", "given_up", "delivered"], "b": []}
    for name, given in states_of.items():
        of = endpoint(f"https://{name}.example/", clock.now())
        for state in given:
            made = {"message_id": uuid4(), "made_at": clock.now(), "body": "{}", "type": "deal.won"}
            Delivery.objects.create(endpoint=of, state=state, **made)
    with django_assert_num_queries(1):
        found = list(map(attrgetter("n_waiting", "n_given_up"), endpoints()))
    assert found == [(2, 1), (0, 0)]


def test_messages_are_paged_and_filtered_by_state(page: Client) -> None:
    of = endpoint(ADDRESS, clock.now())
    for _ in range(51):
        happened(clock.now())
    newest = Delivery.objects.latest("id")
    Delivery.objects.filter(pk=newest.pk).update(state="given_up")
    link = "/settings/webhooks/deliveries/{}/".format
    assert text(page, f"{LIST}{of.pk}/").count("/deliveries/") >= 50
    assert link(newest.pk) not in text(page, f"{LIST}{of.pk}/?page=2")
    given_up = text(page, f"{LIST}{of.pk}/?state=given_up")
    assert link(newest.pk) in given_up
    assert link(newest.pk - 1) not in given_up
    assert "No message is in this state." in text(page, f"{LIST}{of.pk}/?state=delivered")
    assert "all (51)" in text(page, f"{LIST}{of.pk}/?state=nonsense")


def test_the_page_of_a_webhook_asks_no_more_for_many_messages(
    page: Client, django_assert_max_num_queries: Any
) -> None:
    of = endpoint(ADDRESS, clock.now())
    for _ in range(30):
        happened(clock.now())
    with django_assert_max_num_queries(8):
        page.get(f"{LIST}{of.pk}/")
    with django_assert_max_num_queries(5):
        page.get(LIST)


def test_a_webhook_is_paused_and_switched_on(page: Client) -> None:
    of = endpoint(ADDRESS, clock.now())
    page.post(f"{LIST}{of.pk}/pause/")
    page.post(f"{LIST}{of.pk}/pause/")
    assert Endpoint.objects.get().state == "paused"
    assert "Paused: messages wait" in text(page, f"{LIST}{of.pk}/")
    page.post(f"{LIST}{of.pk}/switch-on/")
    assert Endpoint.objects.get().state == "on"
    assert actions() == ["paused_webhook", "switched_on_webhook"]


def test_what_was_given_up_is_sent_again_one_by_one_or_at_once(page: Client) -> None:
    of = endpoint(ADDRESS, clock.now())
    for _ in range(3):
        happened(clock.now())
    Delivery.objects.update(state="given_up")
    page.post(f"{LIST}deliveries/{Delivery.objects.earliest('id').pk}/send-again/")
    assert states() == ["waiting", "given_up", "given_up"]
    assert "2 that were given up" in text(page, f"{LIST}{of.pk}/")
    page.post(f"{LIST}{of.pk}/send-again/")
    assert states() == ["waiting"] * 3
    page.post(f"{LIST}deliveries/{Delivery.objects.earliest('id').pk}/skip/")
    assert states() == ["given_up", "waiting", "waiting"]


def test_a_webhook_that_switched_itself_off_says_why_and_administrators_get_a_letter(
    page: Client, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    User.objects.update(language="pl")
    of = endpoint(ADDRESS, clock.now(), description="CRM")
    switch_off(endpoint=of, because=Endpoint.Reason.GONE, now=clock.now())
    assert "the address is gone for good (410)" in text(page, f"{LIST}{of.pk}/")
    assert "switched off" in text(page, LIST)
    run_waiting({}, [])
    (letter,) = mail.outbox
    assert letter.subject == "Webhook został wyłączony: CRM"
    assert "hooks.example: odbiorca odpowiedział" in letter.body
    assert "hidden" not in letter.body


def test_a_webhook_is_deleted_with_what_waits(page: Client) -> None:
    of = endpoint(ADDRESS, clock.now())
    happened(clock.now())
    page.post(f"{LIST}{of.pk}/delete/")
    assert not Delivery.objects.exists()
    assert actions() == ["deleted_webhook"]


@pytest.mark.parametrize("role", [Role.SALES, Role.MANAGER, Role.AUDITOR])
def test_who_may_not_change_settings_sees_no_webhooks(role: str) -> None:
    of = endpoint(ADDRESS, clock.now())
    them = client(User.objects.create_user("t@lejek.example", name="T", role=role))
    assert them.get(LIST).status_code == 403
    assert them.post(f"{LIST}{of.pk}/secret/").status_code == 403
    assert LIST not in text(them, "/settings/")


def test_marketing_operations_may_work_with_webhooks() -> None:
    them = client(User.objects.create_user("m@lejek.example", name="M", role=Role.MARKETING))
    assert LIST in text(them, "/settings/")
    assert them.get(LIST).status_code == 200
