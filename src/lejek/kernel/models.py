"""Jobs, schedules, events to hand on, and idempotency keys."""

from __future__ import annotations

from django.db import models


class Job(models.Model):
    """A piece of work that is done once, whoever dies in between.

    Claimed by a conditional update that sets `lease_until` and raises `attempt`; who finishes must
    still hold the `attempt` that it claimed.
    """

    class Status(models.TextChoices):
        READY = "ready"
        RUNNING = "running"
        DONE = "done"
        DEAD = "dead"

    task_path = models.CharField(max_length=200)
    arguments = models.JSONField(default=dict)
    queue = models.CharField(max_length=32, default="default")
    status = models.CharField(max_length=8, choices=Status, default=Status.READY)
    priority = models.SmallIntegerField(default=0)
    run_after = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempt = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=5)
    dedupe_key = models.CharField(max_length=200, null=True)
    enqueued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    error = models.TextField(default="", blank=True)
    n_done = models.PositiveIntegerField(default=0)
    n_total = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["queue", "-priority", "run_after", "id"],
                name="job_next_ready",
                condition=models.Q(status="ready"),
            ),
            models.Index(
                fields=["lease_until"], name="job_lease", condition=models.Q(status="running")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"],
                name="job_one_open_per_key",
                condition=models.Q(dedupe_key__isnull=False, status__in=["ready", "running"]),
            )
        ]


class Schedule(models.Model):
    """When a job is put into the queue by itself."""

    name = models.CharField(max_length=100, unique=True)
    task_path = models.CharField(max_length=200)
    arguments = models.JSONField(default=dict)
    cron = models.CharField(max_length=100)
    time_zone = models.CharField(max_length=64)
    next_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)


class Event(models.Model):
    """The outbox: what happened, written with the fact itself, handed on afterwards.

    `about` names the thing whose events keep their order. An event that failed too often is dead:
    it keeps its `error`, and the others flow past it.
    """

    name = models.CharField(max_length=100)
    content = models.JSONField()
    about = models.CharField(max_length=64, blank=True, default="")
    happened_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_after = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    error = models.TextField(default="", blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                name="event_waiting",
                condition=models.Q(handled_at__isnull=True, dead_at__isnull=True),
            ),
            models.Index(
                fields=["dead_at"], name="event_dead", condition=models.Q(dead_at__isnull=False)
            ),
        ]


class Heartbeat(models.Model):
    """When a process was last alive."""

    process = models.CharField(max_length=100, unique=True)
    role = models.CharField(max_length=20)
    beat_at = models.DateTimeField()


class IdempotencyKey(models.Model):
    """What was answered to a request, so that its second arrival gets the same."""

    owner = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="idempotency_key_once")
        ]
