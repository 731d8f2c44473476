"""Mail: what happens while nobody has said how it leaves, and what is kept of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import send_mail
from django.test import Client

from lejek.kernel import clock, jobs
from lejek.kernel.models import Job
from lejek.operations.doctor import Grade, examine
from lejek.operations.tests.test_security import settings_with
from lejek.people.mail import NOWHERE
from lejek.people.models import Role, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    ada = User.objects.create_user("ada@lejek.example", name="Ada", role=Role.ADMINISTRATOR)
    client = Client(headers={"accept-language": "en"})
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_mail_is_never_printed_unless_one_asks_for_it(tmp_path: Path) -> None:
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    console = "django.core.mail.backends.console.EmailBackend"
    dummy = "django.core.mail.backends.dummy.EmailBackend"
    for said, backend in (
        ({}, NOWHERE),
        ({"LEJEK_DEMO": "1"}, dummy),
        ({"LEJEK_EMAIL_HOST": "mail.example.com"}, smtp),
        ({"LEJEK_EMAIL_BACKEND": console}, console),
    ):
        assert settings_with(tmp_path, "EMAIL_BACKEND", **said) == {"EMAIL_BACKEND": backend}


def test_without_a_way_for_mail_a_message_fails_with_what_to_set(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EMAIL_BACKEND = NOWHERE
    Client().post("/accounts/password/reset/", {"email": "nobody@lejek.example"})
    held = jobs.claim(now=clock.now())
    assert held is not None
    assert not jobs.run(held)
    assert "LEJEK_EMAIL_HOST" in Job.objects.get().error
    assert "nobody@lejek.example" not in Job.objects.get().error
    with pytest.raises(ImproperlyConfigured, match="LEJEK_EMAIL_HOST"):
        send_mail("subject", "text", None, ["anna@lejek.example"])
    assert capsys.readouterr().out == ""
    mail = next(each for each in examine(clock.now()) if "LEJEK_EMAIL_HOST" in each.mend)
    assert mail.grade is Grade.WARN


def test_without_a_way_for_mail_an_invitation_is_handed_over(client: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = NOWHERE
    given = {"email": "zofia@lejek.example", "name": "Zofia Lis", "role": "sales"}
    page = client.post("/settings/users/", given, follow=True).content.decode()
    assert "hand it over yourself" in page
    assert not Job.objects.exists()
    user = User.objects.get(email=given["email"])
    shown = client.post(f"/settings/users/{user.pk}/show-link/").content.decode()
    assert "/accounts/password/reset/key/" in shown


def test_of_a_message_that_was_sent_neither_text_nor_address_is_kept() -> None:
    Client().post("/accounts/password/reset/", {"email": "nobody@lejek.example"})
    held = jobs.claim(now=clock.now())
    assert held is not None
    assert held.arguments["to"] == "nobody@lejek.example"
    assert jobs.run(held)
    job = Job.objects.get()
    assert (job.status, job.arguments) == (Job.Status.DONE, {})
    assert "nobody@" not in str(Job.objects.values())
