"""Views that somebody saves, renames, shares and deletes."""

from __future__ import annotations

import pytest
from django.test import Client

from lejek.desk.models import SavedView
from lejek.people.models import Role, User

pytestmark = pytest.mark.django_db


def person(name: str, role: str = Role.SALES) -> tuple[User, Client]:
    user = User.objects.create_user(f"{name}@lejek.example", None, name=name, role=role)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = "en"
    return user, client


def saved(client: Client, name: str, query: str, **more: str) -> SavedView:
    client.post("/leads/views/", {"name": name, "query": query, **more})
    return SavedView.objects.get(name=name)


def test_a_saved_view_keeps_its_filters_and_nothing_else() -> None:
    _, client = person("ola")
    view = saved(client, "Only A", "grade=A&place=7&after=1.1&x=<b>")
    assert view.query == "grade=A"
    page = client.get("/?grade=A").content.decode()
    assert 'href="/?grade=A" aria-current="true">Only A' in page


def test_the_same_name_again_replaces_it() -> None:
    _, client = person("ola")
    saved(client, "Mine", "grade=A")
    assert saved(client, "Mine", "grade=B").query == "grade=B"


def test_a_shared_one_is_seen_by_others_and_changed_by_none_of_them() -> None:
    _, client = person("ola")
    _, other = person("jan")
    view = saved(client, "Hot ones", "digit=1", is_shared="yes")
    secret = saved(client, "Secret", "digit=2")
    page = other.get("/").content.decode()
    assert "Hot ones" in page
    assert "Secret" not in page
    for each in (view, secret):
        for address in (f"/leads/views/{each.pk}/", f"/leads/views/{each.pk}/delete/"):
            other.post(address, {"name": "Stolen"})
    assert set(SavedView.objects.values_list("name", flat=True)) == {"Hot ones", "Secret"}
    assert "shared by ola" in other.get("/leads/views/").content.decode()


def test_it_is_renamed_and_kept_to_oneself_again() -> None:
    _, client = person("ola")
    view = saved(client, "Hot", "digit=1", is_shared="yes")
    client.post(f"/leads/views/{view.pk}/", {"name": " Hot   ones "})
    view.refresh_from_db()
    assert (view.name, view.is_shared) == ("Hot ones", False)


@pytest.mark.parametrize("name", ["", "  ", "Taken"])
def test_a_name_that_is_missing_or_taken_changes_nothing(name: str) -> None:
    _, client = person("ola")
    saved(client, "Taken", "digit=2")
    view = saved(client, "Hot", "digit=1")
    answer = client.post(f"/leads/views/{view.pk}/", {"name": name}, follow=True)
    view.refresh_from_db()
    assert view.name == "Hot"
    assert "alert-error" in answer.content.decode()


def test_without_a_name_nothing_is_saved() -> None:
    _, client = person("ola")
    client.post("/leads/views/", {"name": " ", "query": "grade=A"})
    assert not SavedView.objects.exists()


def test_it_is_deleted() -> None:
    _, client = person("ola")
    view = saved(client, "Hot", "digit=1")
    client.post(f"/leads/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()
    assert "No saved views yet" in client.get("/leads/views/").content.decode()
