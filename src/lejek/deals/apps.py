"""The room as Django knows it."""

from django.apps import AppConfig


class DealsConfig(AppConfig):
    """lejek.deals"""

    name = "lejek.deals"
    label = "deals"
