"""What a person has allowed, as facts."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from lejek.identity.models import Contact


class ConsentChange(models.Model):
    """A permission given or taken back, with its proof. Append-only; the newest row counts."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consent_changes")
    purpose = models.CharField(max_length=40)
    is_given = models.BooleanField()
    at = models.DateTimeField()
    source = models.CharField(max_length=60)
    proof = models.JSONField(default=dict)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    import_id = models.BigIntegerField(null=True, db_index=True)

    class Meta:
        # It answers alone what somebody said last: no row is looked up, nothing is sorted.
        indexes = [
            models.Index(
                fields=["contact", "purpose", "-at", "-id", "is_given"], name="consent_newest"
            )
        ]
