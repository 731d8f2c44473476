"""The room as Django knows it."""

from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    """lejek.connectors"""

    name = "lejek.connectors"
    label = "connectors"
