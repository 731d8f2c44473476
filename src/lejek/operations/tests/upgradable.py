"""A database as the first version made it, with rows in every table, brought up to date.

Run as a program, with the database of the environment.
"""

from __future__ import annotations

import json
import sys
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402
from django.db.migrations.graph import MigrationGraph  # noqa: E402

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
N_ROWS = 3
FILLED_TOO = {"attributechange": {"contact"}}
"""Columns that may be empty, but not all of them."""


def main() -> None:
    """Make the first version, fill it, bring it up to date, and say what is in each table."""
    executor = MigrationExecutor(connection)
    first = _first_versions(executor.loader.graph)
    executor.migrate(first)
    then = executor.loader.project_state(first).apps
    made = {
        model._meta.db_table: Filling(then).fill(model)
        for model in then.get_models()
        if model.__module__ == "__fake__" and model._meta.app_label in _rooms()
    }
    call_command("migrate", interactive=False, verbosity=0)
    found = {}
    with connection.cursor() as cursor:
        for table in made:
            if table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT COUNT(*) FROM "{table}"')
                found[table] = cursor.fetchone()[0]
    connection.check_constraints()
    sys.stdout.write(json.dumps({"made": made, "found": found}))


def _rooms() -> set[str]:
    apps = django.apps.apps.get_app_configs()
    return {config.label for config in apps if config.name.startswith("lejek.")}


def _first_versions(graph: MigrationGraph) -> list[tuple[str, str]]:
    """The first version of each of our rooms, and the newest of everybody else's."""
    initial = {app: name for app, name in sorted(graph.nodes) if name.endswith("_initial")}
    others = [(app, name) for app, name in graph.leaf_nodes() if app not in _rooms()]
    return [*others, *((app, name) for app, name in initial.items() if app in _rooms())]


class Filling:
    """Rows of models as they were, with whatever their columns accept."""

    def __init__(self, then: Any) -> None:
        self._then = then

    def fill(self, model: type[models.Model]) -> int:
        """Some rows of a model; those that are there already count."""
        for _ in range(N_ROWS):
            self.row(model)
        return model._base_manager.count()

    def row(self, model: type[models.Model]) -> models.Model:
        """One row more."""
        number = model._base_manager.count() + 1
        filled = FILLED_TOO.get(model._meta.model_name or "", set())
        values = {}
        for field in model._meta.concrete_fields:
            is_free = field.has_default() or field.null
            if field.auto_created or (is_free and field.name not in filled):
                continue
            values[field.name] = self._value(field, number)
        return model._base_manager.create(**values)

    def _value(self, field: models.Field[Any, Any], number: int) -> object:
        if isinstance(field, models.ForeignKey | models.OneToOneField):
            return self.row(self._then.get_model(field.related_model._meta.label))
        if field.choices:
            return field.flatchoices[0][0]
        for kind, value in (
            (models.DateTimeField, NOW),
            (models.DateField, date(2026, 3, 2)),
            (models.BooleanField, False),
            (models.JSONField, {}),
            (models.UUIDField, uuid.UUID(int=number)),
            (models.DecimalField, Decimal(number)),
            (models.EmailField, f"x{number}@example.com"),
            (models.IntegerField, number),
            (models.BinaryField, b"x"),
        ):
            if isinstance(field, kind):
                return value
        return f"x{number}"[: field.max_length or None]


if __name__ == "__main__":
    main()
