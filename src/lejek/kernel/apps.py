"""The room as Django knows it."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """lejek.kernel"""

    name = "lejek.kernel"
    label = "kernel"
