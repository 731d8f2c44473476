"""The room as Django knows it."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """lejek.desk"""

    name = "lejek.desk"
    label = "desk"
