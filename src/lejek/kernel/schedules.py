"""Schedules: jobs that are put into the queue by themselves.

In: a cron line in the time zone of the organisation. Out: one job at each moment it names; moments
that passed while nobody was at work become a single job.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from croniter import croniter
from django.db import transaction

from lejek.kernel.jobs import enqueue
from lejek.kernel.models import Schedule

log = structlog.get_logger(__name__)


def next_after(cron: str, time_zone: str, moment: datetime) -> datetime:
    """The first moment after `moment` that a cron line names, in UTC.

    A line that names hours follows the clock on the wall: an hour that summer time skips runs when
    the clock has jumped, an hour that comes twice runs the first time. A line for every hour
    follows elapsed time, so that it runs in the doubled hour too.
    Raises: ValueError when it is no cron line or no time zone.
    """
    zone = ZoneInfo(time_zone)
    if _follows_elapsed_time(cron):
        offset = moment.astimezone(zone).utcoffset() or timedelta()
        fixed = timezone(offset)
        wall = moment.astimezone(fixed).replace(tzinfo=None)
        return _next_on_wall(cron, wall).replace(tzinfo=fixed).astimezone(UTC)
    wall = moment.astimezone(zone).replace(tzinfo=None)
    found = _next_on_wall(cron, wall).replace(tzinfo=zone).astimezone(UTC)
    while found <= moment:
        wall = _next_on_wall(cron, wall)
        found = wall.replace(tzinfo=zone).astimezone(UTC)
    return found


def _next_on_wall(cron: str, wall: datetime) -> datetime:
    found: datetime = croniter(cron, wall).get_next(datetime)
    return found


def _follows_elapsed_time(cron: str) -> bool:
    _, hours, *days = cron.split()
    return hours.startswith("*") and all(field == "*" for field in days)


@transaction.atomic
def ensure(
    name: str,
    task_path: str,
    cron: str,
    time_zone: str,
    *,
    now: datetime,
    arguments: dict[str, Any] | None = None,
) -> Schedule:
    """The schedule of this name, made or brought up to date.

    Repeat: one that is as wanted keeps its next moment; switched off stays switched off.
    """
    wanted = {
        "task_path": task_path,
        "cron": cron,
        "time_zone": time_zone,
        "arguments": arguments or {},
    }
    found = Schedule.objects.filter(name=name).first()
    if found is None:
        at = next_after(cron, time_zone, now)
        return Schedule.objects.create(name=name, next_at=at, **wanted)
    is_moved = (found.cron, found.time_zone) != (cron, time_zone)
    for field, value in wanted.items():
        setattr(found, field, value)
    if is_moved:
        found.next_at = next_after(cron, time_zone, now)
    found.save()
    return found


def tick(*, now: datetime) -> int:
    """Put a job into the queue for each schedule that is due.

    Returns: how many. Repeat: whoever moves `next_at` first has the tick; nobody runs it twice.
    """
    n_started = 0
    for schedule in Schedule.objects.filter(is_active=True, next_at__lte=now):
        with transaction.atomic():
            seen = Schedule.objects.filter(id=schedule.id, next_at=schedule.next_at)
            coming = next_after(schedule.cron, schedule.time_zone, now)
            if not seen.update(next_at=coming, last_at=now):
                continue
            job = enqueue(
                schedule.task_path,
                schedule.arguments,
                now=now,
                dedupe_key=f"schedule {schedule.name}",
            )
        n_started += job is not None
        log.info("schedule_due", schedule=schedule.name, is_running_still=job is None)
    return n_started
