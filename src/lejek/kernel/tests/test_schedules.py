"""Schedules: the clock on the wall, hours that are skipped or come twice, missed moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lejek.kernel import schedules
from lejek.kernel.models import Job, Schedule

WARSAW = "Europe/Warsaw"
# In Warsaw the clock jumps from 02:00 to 03:00 on 29 March 2026 (01:00 UTC), and from 03:00 back to
# 02:00 on 25 October 2026 (01:00 UTC).


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "moment", "expected"),
    [
        ("0 0 * * *", "2026-01-10 12:00", "2026-01-10 23:00"),
        ("0 0 * * *", "2026-07-10 12:00", "2026-07-10 22:00"),
        ("0 0 * * *", "2026-03-28 23:00", "2026-03-29 22:00"),
        ("0 0 * * *", "2026-10-24 22:00", "2026-10-25 23:00"),
        ("30 2 * * *", "2026-03-29 00:00", "2026-03-29 01:30"),
        ("30 2 * * *", "2026-03-29 01:30", "2026-03-30 00:30"),
        ("30 2 * * *", "2026-10-24 12:00", "2026-10-25 00:30"),
        ("30 2 * * *", "2026-10-25 00:30", "2026-10-26 01:30"),
        ("30 2 * * *", "2026-10-25 01:10", "2026-10-26 01:30"),
        ("0 * * * *", "2026-10-25 00:00", "2026-10-25 01:00"),
        ("0 * * * *", "2026-10-25 01:00", "2026-10-25 02:00"),
        ("*/15 * * * *", "2026-03-29 00:45", "2026-03-29 01:00"),
    ],
    ids=[
        "midnight in winter",
        "midnight in summer",
        "midnight, over a day of 23 hours",
        "midnight, over a day of 25 hours",
        "an hour that is skipped runs when the clock has jumped",
        "and is not run again that day",
        "an hour that comes twice runs the first time",
        "and not the second time",
        "nor when asked between the two",
        "hourly in the doubled hour",
        "hourly after the doubled hour",
        "every quarter over the skipped hour",
    ],
)
def test_the_next_moment(cron: str, moment: str, expected: str) -> None:
    assert schedules.next_after(cron, WARSAW, at(moment)) == at(expected)


def test_a_year_of_midnights_has_one_run_a_day() -> None:
    moment = at("2026-01-01 12:00")
    found: list[datetime] = []
    while len(found) < 365:
        moment = schedules.next_after("0 0 * * *", WARSAW, moment)
        found.append(moment)
    assert len({(x + timedelta(hours=3)).date() for x in found}) == 365


@pytest.mark.parametrize("cron", ["", "61 * * * *", "every day"])
def test_what_is_no_cron_line_is_refused(cron: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - croniter's own, worded by it
        schedules.next_after(cron, WARSAW, at("2026-01-01 00:00"))


@pytest.fixture
def nightly(db: None) -> Schedule:
    Schedule.objects.all().delete()
    return schedules.ensure(
        "nightly", "some.task", "0 0 * * *", WARSAW, now=at("2026-01-10 12:00"), arguments={"a": 1}
    )


def test_a_due_schedule_becomes_one_job(nightly: Schedule) -> None:
    assert schedules.tick(now=at("2026-01-10 22:59")) == 0
    assert schedules.tick(now=at("2026-01-10 23:00")) == 1
    assert schedules.tick(now=at("2026-01-10 23:00")) == 0
    job = Job.objects.get()
    assert (job.task_path, job.arguments) == ("some.task", {"a": 1})


def test_moments_missed_while_nobody_worked_become_one_job(nightly: Schedule) -> None:
    assert schedules.tick(now=at("2026-01-20 05:00")) == 1
    nightly.refresh_from_db()
    assert nightly.next_at == at("2026-01-20 23:00")
    assert Job.objects.count() == 1


def test_a_clock_that_jumps_back_runs_nothing_twice(nightly: Schedule) -> None:
    assert schedules.tick(now=at("2026-01-10 23:30")) == 1
    Job.objects.all().delete()
    assert schedules.tick(now=at("2026-01-10 22:30")) == 0
    assert schedules.tick(now=at("2026-01-10 23:30")) == 0


def test_while_the_last_job_runs_still_no_second_one_is_started(nightly: Schedule) -> None:
    schedules.tick(now=at("2026-01-10 23:00"))
    assert schedules.tick(now=at("2026-01-11 23:00")) == 0
    assert Job.objects.count() == 1


def test_ensuring_keeps_the_next_moment_and_who_was_switched_off(nightly: Schedule) -> None:
    Schedule.objects.update(is_active=False)
    schedules.ensure("nightly", "other.task", "0 0 * * *", WARSAW, now=at("2026-02-01 12:00"))
    nightly.refresh_from_db()
    assert nightly.next_at == at("2026-01-10 23:00")
    assert (nightly.task_path, nightly.is_active) == ("other.task", False)


def test_another_cron_line_moves_the_next_moment(nightly: Schedule) -> None:
    schedules.ensure("nightly", "some.task", "30 1 * * *", WARSAW, now=at("2026-02-01 12:00"))
    nightly.refresh_from_db()
    assert nightly.next_at == at("2026-02-02 00:30")


def test_the_wiring_makes_schedules_whose_tasks_exist(db: None) -> None:
    from django.utils.module_loading import import_string

    from lejek.wiring import ensure_schedules

    ensure_schedules(at("2026-01-10 12:00"))
    paths = list(Schedule.objects.values_list("task_path", flat=True))
    assert "lejek.scoring.jobs.score_everybody" in paths
    assert all(callable(import_string(path)) for path in paths)
