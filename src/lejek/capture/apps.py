"""The room as Django knows it."""

from django.apps import AppConfig


class CaptureConfig(AppConfig):
    """lejek.capture"""

    name = "lejek.capture"
    label = "capture"
