"""What came in, as it was received."""

from __future__ import annotations

from django.db import models


class Touchpoint(models.Model):
    """One recorded interaction. Append-only; a second arrival of an id changes nothing.

    `contact_id` says whose it is once that is known; identity fills it, and can fill it anew.
    `properties` are flat and scalar. `import_id` names the import that brought it, for its undo.
    While nobody is known by its identity, `waits_for` names the key that it waits for, such as
    `visitor:7f3a`.
    """

    id = models.UUIDField(primary_key=True)
    type = models.CharField(max_length=100)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    properties = models.JSONField(default=dict)
    source = models.CharField(max_length=60)
    identity = models.JSONField(default=dict)
    is_machine = models.BooleanField(default=False)
    contact_id = models.BigIntegerField(null=True)
    waits_for = models.CharField(max_length=260, null=True)
    import_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["contact_id", "occurred_at"], name="touchpoint_of_contact"),
            models.Index(
                fields=["import_id"],
                name="touchpoint_of_import",
                condition=models.Q(import_id__isnull=False),
            ),
            models.Index(
                fields=["waits_for"],
                name="touchpoint_waiting",
                condition=models.Q(waits_for__isnull=False),
            ),
        ]


class Repetition(models.Model):
    """A fact: another source sent a touchpoint again. Append-only.

    The touchpoint stays when the import that brought it first is undone.
    """

    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.CASCADE, db_index=False)
    source = models.CharField(max_length=60)
    import_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["touchpoint", "source"], name="repetition_once_a_source"
            )
        ]


class QuarantinedItem(models.Model):
    """What could not be understood, as it came, with the reason; it can be mended and replayed."""

    body = models.TextField()
    source = models.CharField(max_length=60)
    reason = models.TextField()
    received_at = models.DateTimeField()
    replayed_at = models.DateTimeField(null=True)
