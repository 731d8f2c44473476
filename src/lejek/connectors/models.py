"""Where messages go, and each message on its way."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OldSecret(TypedDict):
    """A secret that was replaced, and until when it signs too, after ISO 8601."""

    secret: str
    until: str


class Endpoint(models.Model):
    """An address that hears of some types of events.

    Deliveries of one endpoint leave one after the other: who holds it until `held_until` sends, and
    whose turn was longest ago, by `served_at`, is next. After a failure nothing leaves before
    `retry_at`.
    """

    class State(models.TextChoices):
        ON = "on", pgettext_lazy("webhook", "on")
        PAUSED = "paused", pgettext_lazy("webhook", "paused")
        OFF = "off", pgettext_lazy("webhook", "switched off")

    class Reason(models.TextChoices):
        GONE = "gone", _("the receiver answered that the address is gone for good (410)")
        FAILING = "failing", _("nothing arrived for five days")

    address = models.CharField(max_length=500)
    description = models.CharField(max_length=100, blank=True)
    types = models.JSONField(default=list)
    secret = models.CharField(max_length=100)
    old_secrets = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State, default=State.ON)
    off_because = models.CharField(max_length=8, choices=Reason, blank=True, default="")
    delivered_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    n_failures = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    served_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.description or self.host

    @property
    def host(self) -> str:
        """The name of the receiver; the rest of an address may open doors."""
        return urlsplit(self.address).netloc

    def old_secrets_at(self, now: datetime) -> list[OldSecret]:
        """The secrets of before that still sign, oldest first."""
        return [each for each in self.old_secrets if now < datetime.fromisoformat(each["until"])]

    def secrets_at(self, now: datetime) -> list[str]:
        """The secrets that sign: the present one, and for a while those before."""
        return [self.secret, *(each["secret"] for each in self.old_secrets_at(now))]


class Delivery(models.Model):
    """A message to one endpoint, frozen when the event was heard, and what became of it.

    A message that was not answered keeps why in `error`, a key of `catalogue.ERRORS`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("message", "waiting")
        DELIVERED = "delivered", pgettext_lazy("message", "delivered")
        GIVEN_UP = "given_up", pgettext_lazy("message", "given up")

    message_id = models.UUIDField(unique=True)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.BigIntegerField(null=True)
    part = models.PositiveSmallIntegerField(default=0)
    type = models.CharField(max_length=60)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=20, blank=True, default="")
    answer = models.TextField(blank=True, default="")
    duration_ms = models.PositiveIntegerField(null=True)
    made_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "event_id", "part"], name="delivery_once_an_event"
            )
        ]
        indexes = [
            models.Index(fields=["endpoint", "state", "id"], name="delivery_next"),
            models.Index(fields=["endpoint", "-id"], name="delivery_newest"),
            models.Index(fields=["made_at"], name="delivery_age"),
        ]

    @property
    def name(self) -> str:
        """The id under which the receiver knows the message, the same at every attempt."""
        return f"msg_{self.message_id.hex}"
