"""How much each key has asked lately."""

from __future__ import annotations

from django.db import models


class KeyMinute(models.Model):
    """How many requests came with a key in one minute; `prefix` names the key."""

    prefix = models.CharField(max_length=12)
    minute = models.DateTimeField()
    n_requests = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prefix", "minute"], name="api_key_minute_once")
        ]
