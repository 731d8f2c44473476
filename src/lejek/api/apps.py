"""The room as Django knows it."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The room lejek.api."""

    name = "lejek.api"
    label = "api"
