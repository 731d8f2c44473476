"""The room as Django knows it."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """lejek.operations"""

    name = "lejek.operations"
    label = "operations"
