"""The pages about users, teams and the audit log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import import_string

from lejek.kernel.models import Job
from lejek.people import jobs
from lejek.people.audit import record
from lejek.people.models import AuditEntry, Role, Team, User
from lejek.people.wording import ACTIONS, action_words

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada@lejek.example", None, name="Ada", role=Role.ADMINISTRATOR)


@pytest.fixture
def client(ada: User) -> Client:
    signed_in = Client(headers={"accept-language": "en"})
    signed_in.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    return signed_in


def somebody(**fields: object) -> User:
    wanted: dict[str, object] = {"name": "Zofia", "role": Role.SALES, **fields}
    return User.objects.create_user("zofia@lejek.example", None, **wanted)


@pytest.mark.parametrize("language", ["pl", "en"])
def test_everybody_finds_the_own_account_in_the_settings(language: str) -> None:
    person = somebody(team=Team.objects.create(name="Północ"))
    client = Client(headers={"accept-language": language})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/settings/").content.decode()
    for text in ("Zofia", "zofia@lejek.example", "Północ", str(reverse("mfa_index"))):
        assert text in page
    assert 'name="theme"' in page
    assert ("Te dane zmienia administrator." if language == "pl" else "An administrator") in page


def test_who_is_invited_gets_a_link_and_no_password_is_kept_in_the_queue(client: Client) -> None:
    given = {"email": "Zofia@Lejek.example", "name": "Zofia", "role": "sales", "team": ""}
    answer = client.post("/settings/users/", given)
    user = User.objects.get(email="zofia@lejek.example")
    assert answer["Location"] == f"/settings/users/{user.pk}/"
    assert not user.has_usable_password()
    waiting = Job.objects.get(task_path="lejek.people.jobs.send_password_link")
    assert "/password/reset/" not in str(waiting.arguments)
    jobs.send_password_link(**waiting.arguments, now=NOW)
    assert mail.outbox[0].to == ["zofia@lejek.example"]
    assert "http://testserver/accounts/password/reset/key/" in mail.outbox[0].body


@pytest.mark.parametrize(
    "given",
    [
        {"email": "no address", "name": "X", "role": "sales"},
        {"email": "x@lejek.example", "name": "", "role": "sales"},
        {"email": "x@lejek.example", "name": "X", "role": "emperor"},
        {"email": "ADA@lejek.example", "name": "X", "role": "sales"},
    ],
    ids=["no address", "no name", "no such role", "a user already"],
)
def test_a_bad_invitation_is_refused_and_what_was_typed_stays(
    client: Client, given: dict[str, str]
) -> None:
    answer = client.post("/settings/users/", given)
    assert answer.status_code == 200
    assert User.objects.count() == 1
    assert given["email"] in answer.content.decode()


def test_role_team_and_name_are_changed_and_written_down(client: Client) -> None:
    user, team = somebody(), Team.objects.create(name="North")
    given = {"name": "Zofia Lis", "role": "manager", "team": str(team.pk)}
    client.post(f"/settings/users/{user.pk}/", given)
    user.refresh_from_db()
    assert (user.name, user.role, user.team) == ("Zofia Lis", Role.MANAGER, team)
    entry = AuditEntry.objects.get(action="changed_user")
    assert entry.details == {
        "name": ["Zofia", "Zofia Lis"],
        "role": ["sales", "manager"],
        "team": [None, "North"],
    }
    client.post(f"/settings/users/{user.pk}/", given)
    assert AuditEntry.objects.count() == 1


def test_an_account_is_switched_off_and_on(client: Client) -> None:
    user = somebody()
    for active in ("0", "1"):
        client.post(f"/settings/users/{user.pk}/switch/", {"active": active})
        user.refresh_from_db()
        assert user.is_active is (active == "1")


def test_the_last_administrator_is_neither_switched_off_nor_given_another_role(
    client: Client, ada: User
) -> None:
    client.post(f"/settings/users/{ada.pk}/switch/", {"active": "0"})
    client.post(f"/settings/users/{ada.pk}/", {"name": "Ada", "role": "sales", "team": ""})
    ada.refresh_from_db()
    assert (ada.is_active, ada.role) == (True, Role.ADMINISTRATOR)


def test_a_link_is_shown_only_for_who_never_signed_in(client: Client) -> None:
    user = somebody()
    address = f"/settings/users/{user.pk}/show-link/"
    assert "/accounts/password/reset/key/" in client.post(address).content.decode()
    assert AuditEntry.objects.get().action == "made_password_link"
    User.objects.filter(pk=user.pk).update(last_login=NOW)
    assert client.post(address).status_code == 404


def test_nobody_without_an_account_that_is_on_gets_a_link() -> None:
    user = somebody(is_active=False)
    jobs.send_password_link(user_id=user.pk, site="http://x/", language="pl", now=NOW)
    assert mail.outbox == []


def test_teams_are_added_renamed_and_deleted_when_empty(client: Client) -> None:
    client.post("/settings/teams/", {"name": "North"})
    team = Team.objects.get()
    client.post(f"/settings/teams/{team.pk}/", {"name": "South"})
    user = somebody(team=team)
    client.post(f"/settings/teams/{team.pk}/delete/")
    assert Team.objects.get().name == "South"
    User.objects.filter(pk=user.pk).update(team=None)
    client.post(f"/settings/teams/{team.pk}/delete/")
    assert not Team.objects.exists()
    done = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert done == ["added_team", "renamed_team", "deleted_team"]


def test_two_teams_do_not_share_a_name(client: Client) -> None:
    for _ in range(2):
        client.post("/settings/teams/", {"name": "North"})
    south = Team.objects.create(name="South")
    client.post(f"/settings/teams/{south.pk}/", {"name": "North"})
    client.post("/settings/teams/", {"name": " "})
    assert sorted(Team.objects.values_list("name", flat=True)) == ["North", "South"]


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("", ["third", "second", "first"]),
        ("action=added_team", ["third", "first"]),
        ("q=eco", ["second"]),
        ("since=2026-11-21", ["third", "second"]),
        ("until=2026-11-20", ["first"]),
        ("since=2026-11-21&until=2026-11-21", ["second"]),
        ("actor=999", []),
        ("since=never&actor=x", ["third", "second", "first"]),
    ],
)
def test_the_audit_log_is_narrowed(client: Client, query: str, subjects: list[str]) -> None:
    for days, (action, subject) in enumerate(
        [("added_team", "first"), ("added_user", "second"), ("added_team", "third")]
    ):
        record(actor=None, action=action, subject=subject, now=NOW + timedelta(days=days))
    page = client.get(f"/settings/audit/?{query}").context["page"]
    assert [entry.subject for entry in page] == subjects


def test_a_forged_entry_is_named_on_request(client: Client) -> None:
    for number in range(3):
        record(actor=None, action="added_team", subject=str(number), now=NOW)
    assert "alert-success" in client.get("/settings/audit/?check=1").content.decode()
    AuditEntry.objects.filter(subject="1").update(subject="forged")
    assert "alert-danger" in client.get("/settings/audit/?check=1").content.decode()


def test_the_audit_log_reads_as_words() -> None:
    for action in ACTIONS:
        assert "_" not in action_words(action)
    assert action_words("did_something_new") == "did something new"


def test_mail_leaves_from_the_queue(client: Client) -> None:
    for email in ("ada@lejek.example", "nobody@lejek.example"):
        Client().post("/accounts/password/reset/", {"email": email})
    assert mail.outbox == []
    assert Job.objects.count() == 2
    for job in Job.objects.all():
        import_string(job.task_path)(**job.arguments, now=NOW)
    assert sorted(each.to[0] for each in mail.outbox) == [
        "ada@lejek.example",
        "nobody@lejek.example",
    ]
