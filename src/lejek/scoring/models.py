"""Drafts and published versions of the scoring model, scores, their history, runs."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lejek.identity.models import Lead


class ModelVersion(models.Model):
    """A published, frozen scoring model."""

    number = models.PositiveIntegerField(unique=True)
    document = models.TextField()
    fingerprint = models.CharField(max_length=64)
    note = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    published_at = models.DateTimeField()


class ModelDraft(models.Model):
    """The scoring model that somebody is working on; there is one."""

    document = models.TextField()
    based_on = models.ForeignKey(ModelVersion, null=True, on_delete=models.SET_NULL)
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)


class Activation(models.Model):
    """A fact: from this moment, this version scores. The newest row is the active one."""

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="activations")
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    note = models.TextField(blank=True)


class LeadScore(models.Model):
    """The current score of a lead, with everything that explains it.

    Units: milli-points. `scores` and `bands` by dimension, `contributions` as
    [rule_id, times, latest_on, raw, milli] in the order of the explanation.
    """

    lead = models.OneToOneField(Lead, on_delete=models.CASCADE, related_name="score")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT)
    as_of = models.DateTimeField()
    overall = models.BigIntegerField()
    grade = models.CharField(max_length=3, blank=True)
    scores = models.JSONField()
    bands = models.JSONField()
    definitions = models.JSONField()
    contributions = models.JSONField()
    scored_at = models.DateTimeField()

    class Meta:
        # The grade stands in the index so that a list of the hottest is narrowed by it alone.
        indexes = [models.Index(fields=["-overall", "lead", "grade"], name="score_hottest_graded")]


class ScorePoint(models.Model):
    """A point of a lead's score history: written when the score or the version changed."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="score_points")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT)
    at = models.DateTimeField()
    overall = models.BigIntegerField()
    scores = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["lead", "at"], name="score_point_of_lead")]


class DirtyLead(models.Model):
    """A lead whose facts changed and that waits to be scored anew."""

    lead = models.OneToOneField(Lead, on_delete=models.CASCADE, primary_key=True)
    marked_at = models.DateTimeField()


class ScoringRun(models.Model):
    """One scoring of everybody, and whether it agreed with what was scored live."""

    class Status(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("finished")
        FAILED = "failed", _("did not succeed")

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT)
    reason = models.CharField(max_length=20)
    as_of = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    n_leads = models.PositiveIntegerField(default=0)
    n_done = models.PositiveIntegerField(default=0)
    n_changed = models.PositiveIntegerField(default=0)
    n_differences = models.PositiveIntegerField(default=0)
    differences = models.JSONField(default=list)
    details = models.JSONField(default=dict)
    """Seconds of each step, how many leads each rule touched, in what scores changed, how many
    rows were compared, and the newest event when it began."""
    message = models.TextField(blank=True)

    REASONS: ClassVar = {
        "nightly": _("midnight"),
        "publication": _("another version scores"),
        "import": _("an import"),
        "asked": _("asked for"),
        "command": _("command line"),
    }

    @property
    def reason_label(self) -> str:
        """Why it was started, in words."""
        return str(self.REASONS.get(self.reason, self.reason))

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs."""
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None


class PreviewRun(models.Model):
    """What a draft would change, worked out once for that draft.

    `fingerprint` is that of the draft's document, `version` the one that it was held against.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("finished")
        FAILED = "failed", _("did not succeed")

    fingerprint = models.CharField(max_length=64)
    document = models.TextField()
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE)
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    n_done = models.PositiveIntegerField(default=0)
    n_steps = models.PositiveIntegerField(default=0)
    as_of = models.DateTimeField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    message = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["fingerprint", "-id"], name="preview_of_draft")]


class DraftRevision(models.Model):
    """The draft as it was before somebody saved it, so that a change can be taken back."""

    document = models.TextField()
    revision = models.PositiveIntegerField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
