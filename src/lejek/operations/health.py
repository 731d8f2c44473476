"""Whether the product is well: for load balancers, monitoring, the doctor and the pages about jobs.

In: the database. Out: checks with their answers, and figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min

from lejek.capture.models import QuarantinedItem
from lejek.connectors.selectors import in_trouble
from lejek.kernel.events import waiting
from lejek.kernel.models import Event, Heartbeat, Job, Schedule
from lejek.kernel.worker import is_gone
from lejek.people.models import User
from lejek.scoring.models import DirtyLead

WORKER_SILENT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Check:
    """One answer to one question."""

    name: str
    is_well: bool
    says: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What waits and what went wrong, as of now.

    Units: seconds for the oldest; 0 when nothing waits.
    """

    jobs: dict[str, int]
    n_events_waiting: int
    n_events_dead: int
    n_leads_waiting: int
    n_quarantined: int
    n_webhooks_failing: int
    oldest_event_seconds: float
    oldest_job_seconds: float
    oldest_lead_seconds: float
    worker_silent_seconds: float | None


def readiness(now: datetime) -> list[Check]:
    """Whether pages can be served and work gets done.

    Queries: three when all is well.
    """
    try:
        unapplied = unapplied_migrations()
    except DatabaseError as error:
        return [Check("database", False, f"does not answer ({type(error).__name__})")]
    checks = [Check("database", True, "answers")]
    if unapplied:
        return [*checks, Check("migrations", False, f"{len(unapplied)} to apply: lejek migrate")]
    return [*checks, Check("migrations", True, "all applied"), check_worker(now)]


def unapplied_migrations() -> list[str]:
    """Migrations that the database has not seen yet, as room and name."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def has_people() -> bool:
    """Whether there is anybody who can sign in."""
    return User.objects.filter(is_active=True).exists()


def check_worker(now: datetime) -> Check:
    """Whether a worker said something lately."""
    silent = worker_silent_for(now)
    if silent is None:
        return Check("worker", False, "none has ever run: lejek serve, or lejek worker")
    if silent > WORKER_SILENT:
        return Check("worker", False, f"silent for {silent.total_seconds():.0f} s")
    return Check("worker", True, "alive")


def worker_silent_for(now: datetime) -> timedelta | None:
    """How long ago a worker was last heard; None when there is none."""
    newest = Heartbeat.objects.filter(role="worker").order_by("-beat_at").first()
    return None if newest is None else max(now - newest.beat_at, timedelta())


def has_living_worker(now: datetime) -> bool:
    """Whether a worker works on this database; one of this machine that was killed does not."""
    lately = Heartbeat.objects.filter(role="worker", beat_at__gt=now - WORKER_SILENT)
    return any(not is_gone(name) for name in lately.values_list("process", flat=True))


def figures(now: datetime) -> Figures:
    """What waits and what went wrong.

    Queries: eight.
    """
    counted = Job.objects.values_list("status").annotate(n=Count("id"))
    events = waiting().aggregate(n=Count("id"), oldest=Min("happened_at"))
    leads = DirtyLead.objects.aggregate(n=Count("lead_id"), oldest=Min("marked_at"))
    due = Job.objects.filter(status=Job.Status.READY, run_after__lte=now)
    silent = worker_silent_for(now)
    return Figures(
        jobs={status.value: 0 for status in Job.Status} | dict(counted),
        n_events_waiting=events["n"],
        n_events_dead=Event.objects.filter(dead_at__isnull=False).count(),
        n_leads_waiting=leads["n"],
        n_quarantined=QuarantinedItem.objects.filter(replayed_at__isnull=True).count(),
        n_webhooks_failing=in_trouble().count(),
        oldest_event_seconds=_age(events["oldest"], now),
        oldest_job_seconds=_age(due.aggregate(oldest=Min("run_after"))["oldest"], now),
        oldest_lead_seconds=_age(leads["oldest"], now),
        worker_silent_seconds=None if silent is None else silent.total_seconds(),
    )


def _age(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())


def overdue_schedules(now: datetime) -> list[Schedule]:
    """Schedules whose moment passed a while ago without anybody starting them."""
    return list(
        Schedule.objects.filter(is_active=True, next_at__lt=now - timedelta(minutes=5)).order_by(
            "name"
        )
    )
