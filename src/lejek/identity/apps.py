"""The room as Django knows it."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """lejek.identity"""

    name = "lejek.identity"
    label = "identity"
