"""The room as Django knows it."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """lejek.people"""

    name = "lejek.people"
    label = "people"

    def ready(self) -> None:
        """Listen to what happens at the door."""
        from lejek.people import signing_in  # noqa: PLC0415 - needs the models

        signing_in.listen()
