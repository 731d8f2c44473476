"""What leads turn into."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lejek.identity.models import Lead


class Opportunity(models.Model):
    """A deal being worked on. Units: `amount` in the smallest unit of `currency`.

    A lost one says why, unless it was closed before that was asked.
    """

    class Outcome(models.TextChoices):
        OPEN = "open", _("open")
        WON = "won", _("won")
        LOST = "lost", _("lost")

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="opportunities")
    name = models.CharField(max_length=200, blank=True)
    amount = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="PLN")
    outcome = models.CharField(max_length=4, choices=Outcome, default=Outcome.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name_plural = "opportunities"
        indexes = [models.Index(fields=["outcome", "closed_at"], name="opportunity_closed")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reason="") | models.Q(outcome="lost"),
                name="deal_reason_of_lost",
            )
        ]
