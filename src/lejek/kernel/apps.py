"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class KernelConfig(AppConfig):
    """lejek.kernel"""

    name = "lejek.kernel"
    label = "kernel"

    def ready(self) -> None:
        """Refuse a SQLite that may lose data, and keep the schedules up to date."""
        from lejek.kernel.sqlite_guard import refuse_unsafe_sqlite  # noqa: PLC0415 - needs settings

        refuse_unsafe_sqlite()
        post_migrate.connect(_ensure_schedules, sender=self)


def _ensure_schedules(**_sent: object) -> None:
    """After a migration: the wiring knows the schedules, and it is above this room."""
    from lejek.kernel import clock  # noqa: PLC0415 - Django is not set up when this file is read

    import_string("lejek.wiring.ensure_schedules")(clock.now())
