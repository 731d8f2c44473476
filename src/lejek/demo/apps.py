"""The room as Django knows it."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """lejek.demo"""

    name = "lejek.demo"
    label = "demo"
