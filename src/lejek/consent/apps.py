"""The room as Django knows it."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """lejek.consent"""

    name = "lejek.consent"
    label = "consent"
