"""The room as Django knows it."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """lejek.people"""

    name = "lejek.people"
    label = "people"
