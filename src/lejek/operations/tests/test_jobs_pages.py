"""The pages about jobs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils.module_loading import import_string

from lejek.capture.models import QuarantinedItem
from lejek.kernel import clock, jobs
from lejek.kernel.models import Event, Job
from lejek.operations.templatetags.tasks import cron_words
from lejek.people.models import AuditEntry, Role, User
from lejek.wiring import _SCHEDULES, ensure_schedules

ADDRESS = "/settings/jobs/"


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def client(administrator: User) -> Client:
    return signed_in(administrator)


@pytest.fixture
def dead_job(db: None) -> Job:
    job = jobs.enqueue("lejek.scoring.jobs.score_everybody", {"reason": "x"}, now=clock.now())
    assert job is not None
    job.status, job.error, job.finished_at = Job.Status.DEAD, "RuntimeError: no room", clock.now()
    job.save()
    return job


@pytest.fixture
def dead_event(db: None) -> Event:
    now = clock.now()
    return Event.objects.create(
        name="lead_scored", content={}, about="lead 5", happened_at=now, dead_at=now, error="<b>x"
    )


def test_dead_jobs_events_and_schedules_are_shown(
    client: Client, dead_job: Job, dead_event: Event
) -> None:
    page = client.get(ADDRESS).content.decode()
    assert f'<a href="{ADDRESS}{dead_job.pk}/">Score everybody</a>' in page
    assert "lead 5" in page
    assert "&lt;b&gt;x" in page
    assert "Tidying up what is old" in page
    assert "No worker is alive" in page


def test_its_tables_stack_on_a_telephone(client: Client, dead_job: Job, dead_event: Event) -> None:
    ensure_schedules(clock.now())
    page = client.get(ADDRESS).content.decode()
    assert page.count("<table") == page.count("table-stacks") == 3
    for head in ("Gave up", "Attempts", "Happened", "When", "Last time", "Next time"):
        assert f'data-label="{head}"' in page


def test_the_list_asks_the_database_a_fixed_number_of_times(
    client: Client, dead_job: Job, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        Job.objects.create(
            task_path="x", status="dead", run_after=clock.now(), enqueued_at=clock.now()
        )
    with django_assert_max_num_queries(16):
        client.get(ADDRESS)


def test_a_job_shows_how_it_failed(client: Client, dead_job: Job) -> None:
    page = client.get(f"{ADDRESS}{dead_job.pk}/").content.decode()
    assert "RuntimeError: no room" in page


def test_a_dead_job_is_replayed_and_the_audit_log_says_by_whom(
    client: Client, dead_job: Job, administrator: User
) -> None:
    answer = client.post(f"{ADDRESS}{dead_job.pk}/replay/")
    assert answer["Location"] == ADDRESS
    dead_job.refresh_from_db()
    assert dead_job.status == Job.Status.READY
    entry = AuditEntry.objects.get(action="replayed_job")
    assert (entry.actor, entry.subject) == (administrator, f"job {dead_job.pk}")
    client.post(f"{ADDRESS}{dead_job.pk}/replay/")
    assert AuditEntry.objects.filter(action="replayed_job").count() == 1


def test_a_dead_event_is_replayed(client: Client, dead_event: Event) -> None:
    client.post(f"{ADDRESS}events/{dead_event.pk}/replay/")
    dead_event.refresh_from_db()
    assert dead_event.dead_at is None


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADMINISTRATOR])
def test_only_administrators_see_and_replay(role: str, dead_job: Job) -> None:
    user = User.objects.create_user(f"{role}@example.com", None, name=role, role=role)
    client = signed_in(user)
    assert client.get(ADDRESS).status_code == 403
    assert client.post(f"{ADDRESS}{dead_job.pk}/replay/").status_code == 403
    dead_job.refresh_from_db()
    assert dead_job.status == Job.Status.DEAD


def test_what_was_not_understood_is_counted(client: Client) -> None:
    for replayed_at in (None, None, clock.now()):
        QuarantinedItem.objects.create(
            body="{", source="api", reason="x", received_at=clock.now(), replayed_at=replayed_at
        )
    answer = client.get(ADDRESS)
    assert answer.context["figures"].n_quarantined == 2
    assert "In quarantine" in answer.content.decode()


def test_looking_replays_nothing(client: Client, dead_job: Job) -> None:
    assert client.get(f"{ADDRESS}{dead_job.pk}/replay/").status_code == 405


def test_the_page_is_in_polish_too(administrator: User, dead_job: Job) -> None:
    client = signed_in(administrator)
    page = client.get(ADDRESS, headers={"accept-language": "pl"}).content.decode()
    assert "Zadania" in page
    assert "Spróbuj ponownie" in page


def test_a_dead_job_is_discarded_and_the_audit_log_keeps_what_it_was(
    client: Client, dead_job: Job, administrator: User
) -> None:
    address = f"{ADDRESS}{dead_job.pk}/discard/"
    assert address in client.get(ADDRESS).content.decode()
    assert client.get(address).status_code == 405
    assert client.post(address)["Location"] == ADDRESS
    assert not Job.objects.filter(pk=dead_job.pk).exists()
    entry = AuditEntry.objects.get(action="discarded_job")
    assert entry.details == {"task": "lejek.scoring.jobs.score_everybody"}
    client.post(address)
    assert AuditEntry.objects.filter(action="discarded_job").count() == 1


def test_a_dead_event_is_discarded(client: Client, dead_event: Event) -> None:
    client.post(f"{ADDRESS}events/{dead_event.pk}/discard/")
    assert not Event.objects.exists()
    assert AuditEntry.objects.get(action="discarded_event").details == {"event": "lead_scored"}


def test_what_is_not_dead_is_not_discarded(client: Client, dead_job: Job) -> None:
    Job.objects.update(status=Job.Status.READY)
    now = clock.now()
    waiting = Event.objects.create(name="x", content={}, happened_at=now)
    client.post(f"{ADDRESS}{dead_job.pk}/discard/")
    client.post(f"{ADDRESS}events/{waiting.pk}/discard/")
    assert (Job.objects.count(), Event.objects.count()) == (1, 1)
    assert not AuditEntry.objects.exists()


def test_only_administrators_discard(dead_job: Job, dead_event: Event) -> None:
    user = User.objects.create_user("m@example.com", None, name="M", role=Role.MARKETING)
    client = signed_in(user)
    assert client.post(f"{ADDRESS}{dead_job.pk}/discard/").status_code == 403
    assert client.post(f"{ADDRESS}events/{dead_event.pk}/discard/").status_code == 403


def test_every_task_with_a_name_exists() -> None:
    from lejek.operations.templatetags.tasks import _NAMES, task_name

    assert all(callable(import_string(path)) for path in _NAMES)
    assert task_name("lejek.nowhere.jobs.nothing") == "lejek.nowhere.jobs.nothing"


def test_schedules_are_said_in_words(client: Client, administrator: User) -> None:
    ensure_schedules(clock.now())
    page = client.get(ADDRESS).content.decode()
    for words in ("every day at 00:00", "every day at 03:30", "<code>0 0 * * *</code>"):
        assert words in page
    polish = Client(headers={"accept-language": "pl"})
    polish.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")
    assert "codziennie o 03:35" in polish.get(ADDRESS).content.decode()


def test_every_schedule_there_is_has_words() -> None:
    for _name, _task, cron, _arguments in _SCHEDULES:
        assert cron_words(cron) != cron
    assert cron_words("*/5 * * * *") == "*/5 * * * *"
