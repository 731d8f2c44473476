"""The demo signs everybody in, on this machine and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from lejek.people.demo import ROLES
from lejek.people.models import AuditEntry, Role, User

pytestmark = pytest.mark.django_db
SWITCH = "/settings/demo/role/"


@pytest.fixture
def people() -> None:
    for role in (*ROLES, Role.ADMINISTRATOR):
        User.objects.create_user(
            f"{role}@lejek.example", None, name=f"The {role}", role=role, is_demo=True
        )


@pytest.fixture
def client(settings: Any, people: None) -> Client:
    settings.DEMO = True
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    return Client()


def who(client: Client) -> str | None:
    user_id = client.session.get("_auth_user_id")
    return None if user_id is None else str(User.objects.get(pk=user_id).role)


def test_who_comes_to_the_demo_is_the_marketing_person(client: Client) -> None:
    assert client.get("/settings/").status_code == 200
    assert who(client) == Role.MARKETING


def test_every_page_offers_the_three_roles(client: Client) -> None:
    page = client.get("/settings/").content.decode()
    for role in ROLES:
        assert f'value="{role}"' in page
    assert 'value="administrator"' not in page
    assert SWITCH in page


@pytest.mark.parametrize("role", ROLES)
def test_one_can_go_on_as_another_role(client: Client, role: str) -> None:
    client.get("/settings/")
    answer = client.post(SWITCH, {"role": role, "next": "/settings/"})
    assert (answer.status_code, answer["Location"]) == (302, "/settings/")
    assert who(client) == role
    client.get("/settings/")
    assert who(client) == role


def test_who_signs_out_stays_out_and_chooses_who_to_be(client: Client) -> None:
    client.get("/settings/")
    page = client.post("/accounts/logout/", follow=True)
    assert page.request["PATH_INFO"] == "/settings/demo/"
    assert who(client) is None
    assert client.get("/settings/")["Location"] == "/settings/demo/"
    assert client.get("/accounts/login/")["Location"] == "/settings/demo/"
    assert client.post("/preferences/theme/", {"theme": "dark"}).status_code == 302
    for role in (*ROLES, Role.ADMINISTRATOR):
        assert f"The {role}" in page.content.decode()
    administrator = User.objects.get(role=Role.ADMINISTRATOR)
    assert client.post(SWITCH, {"user": administrator.pk}).status_code == 302
    assert who(client) == Role.ADMINISTRATOR
    assert client.get("/settings/").status_code == 200
    assert client.get("/settings/audit/").content.decode().count("The administrator") > 1


def test_who_comes_in_is_written_down(client: Client) -> None:
    client.get("/settings/")
    client.post(SWITCH, {"role": "sales"})
    entries = AuditEntry.objects.order_by("id").values_list("action", "subject")
    assert list(entries) == [
        ("signed_in", "marketing@lejek.example"),
        ("signed_in", "sales@lejek.example"),
    ]


def test_only_made_up_people_can_be_chosen(client: Client) -> None:
    real = User.objects.create_user("real@example.com", None, name="Real", role=Role.MARKETING)
    assert client.post(SWITCH, {"user": real.pk}).status_code == 404
    assert "Real" not in client.get("/settings/demo/").content.decode()


def test_a_role_that_is_not_offered_cannot_be_had(client: Client) -> None:
    assert client.post(SWITCH, {"role": "administrator"}).status_code == 404
    assert client.post(SWITCH).status_code == 404


def test_the_switch_leads_to_no_other_site(client: Client) -> None:
    answer = client.post(SWITCH, {"role": "sales", "next": "https://example.com/"})
    assert answer["Location"] == "/"


def test_looking_at_the_switch_changes_nothing(client: Client) -> None:
    client.get("/settings/")
    assert client.get(SWITCH, {"role": "sales"}).status_code == 405
    assert who(client) == Role.MARKETING


@pytest.mark.parametrize(
    "origin",
    [{"REMOTE_ADDR": "203.0.113.9"}, {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}],
    ids=["another machine", "a proxy"],
)
def test_nobody_else_is_signed_in(client: Client, origin: Any) -> None:
    assert client.get("/settings/", **origin).status_code == 302
    assert who(client) is None
    assert client.post(SWITCH, {"role": "sales"}, **origin).status_code == 404


def test_outside_the_demo_nobody_is_signed_in(settings: Any, people: None) -> None:
    settings.DEMO = False
    client = Client()
    assert client.get("/settings/").status_code == 302
    assert client.post(SWITCH, {"role": "sales"}).status_code == 404
    assert client.get("/settings/demo/").status_code == 404
    assert who(client) is None


def test_only_made_up_people_are_signed_in(settings: Any) -> None:
    settings.DEMO = True
    User.objects.create_user("real@example.com", None, name="Real", role=Role.MARKETING)
    client = Client()
    client.get("/settings/")
    assert who(client) is None


def test_probes_sign_nobody_in(client: Client) -> None:
    client.get("/health/livez")
    assert not client.cookies
