"""The room as Django knows it."""

from django.apps import AppConfig


class QualificationConfig(AppConfig):
    """lejek.qualification"""

    name = "lejek.qualification"
    label = "qualification"
