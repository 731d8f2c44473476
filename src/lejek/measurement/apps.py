"""The room as Django knows it."""

from django.apps import AppConfig


class MeasurementConfig(AppConfig):
    """lejek.measurement"""

    name = "lejek.measurement"
    label = "measurement"
