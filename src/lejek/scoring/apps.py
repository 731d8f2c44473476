"""The room as Django knows it."""

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    """lejek.scoring"""

    name = "lejek.scoring"
    label = "scoring"
