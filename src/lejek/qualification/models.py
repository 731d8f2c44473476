"""Lifecycle stages, how leads move through them, verdicts of sales, signed definitions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lejek.identity.models import Lead
from lejek.scoring.models import ModelVersion


class Stage(models.Model):
    """A lifecycle stage, as configured. `definition` is the one whose crossing leads into it."""

    key = models.CharField(max_length=40, unique=True)
    position = models.PositiveSmallIntegerField()
    label_pl = models.CharField(max_length=60)
    label_en = models.CharField(max_length=60)
    definition = models.CharField(max_length=63, blank=True)
    is_working = models.BooleanField(default=True)
    is_won = models.BooleanField(default=False)


class StageTransition(models.Model):
    """A fact: a lead went from one stage to another, why, and under which definition."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="transitions")
    old = models.CharField(max_length=40)
    new = models.CharField(max_length=40)
    reason = models.CharField(max_length=200)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField()
    version = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT)
    definition = models.CharField(max_length=63, blank=True)

    class Meta:
        indexes = [models.Index(fields=["lead", "at"], name="transition_of_lead")]


class DefinitionState(models.Model):
    """Whether a lead meets a definition now: met on crossing, lost when it is no longer kept."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE)
    definition = models.CharField(max_length=63)
    is_met = models.BooleanField()
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "definition"], name="definition_state_once")
        ]
        indexes = [models.Index(fields=["definition", "is_met", "lead"], name="definition_held_by")]


class DefinitionCrossing(models.Model):
    """A fact: a lead began, or ceased, to meet a definition under a version of the model.

    `by_version`: the lead was scored by another version before, so it need not have changed itself.
    """

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="crossings")
    definition = models.CharField(max_length=63)
    has_begun = models.BooleanField()
    at = models.DateTimeField()
    version = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT)
    by_version = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["definition", "at"], name="crossing_of_definition")]


class RejectionReason(models.Model):
    """Why sales sends a lead back; the list is edited in settings."""

    key = models.CharField(max_length=40, unique=True)
    label_pl = models.CharField(_("in Polish"), max_length=100)
    label_en = models.CharField(_("in English"), max_length=100)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)


class Verdict(models.Model):
    """A fact: sales accepted or rejected a lead."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="verdicts")
    is_accepted = models.BooleanField()
    takes_lead = models.BooleanField(default=False)
    """Whether nobody owned the lead, so that the verdict made its giver the owner."""

    reason = models.ForeignKey(RejectionReason, null=True, on_delete=models.PROTECT)
    comment = models.TextField(blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)


class SignOff(models.Model):
    """Marketing or sales signs the definition of a published version."""

    class Side(models.TextChoices):
        MARKETING = "marketing", _("Marketing")
        SALES = "sales", _("Sales")

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="sign_offs")
    definition = models.CharField(max_length=63)
    side = models.CharField(max_length=10, choices=Side)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "definition", "side"], name="sign_off_once_a_side"
            )
        ]
