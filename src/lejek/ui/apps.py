"""The room as Django knows it."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """lejek.ui"""

    name = "lejek.ui"
    label = "ui"
