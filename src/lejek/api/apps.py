"""The room as Django knows it."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """lejek.api"""

    name = "lejek.api"
    label = "api"
