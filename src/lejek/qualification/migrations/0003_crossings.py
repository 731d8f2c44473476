"""Crossings of definitions as facts; those that hold now are written down as they are known."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A crossing for each definition that a lead meets now."""
    del schema_editor
    crossing = apps.get_model("qualification", "DefinitionCrossing")
    state = apps.get_model("qualification", "DefinitionState")
    met = state.objects.filter(is_met=True).values_list("lead_id", "definition", "since")
    crossing.objects.bulk_create(
        (
            crossing(lead_id=lead_id, definition=definition, has_begun=True, at=since)
            for lead_id, definition, since in met.iterator()
        ),
        batch_size=1000,
    )


class Migration(migrations.Migration):
    """One table, filled."""

    dependencies = [
        ("identity", "0002_initial"),
        ("qualification", "0002_defaults"),
        ("scoring", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DefinitionCrossing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("definition", models.CharField(max_length=63)),
                ("has_begun", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="crossings",
                        to="identity.lead",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="scoring.modelversion",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["definition", "at"], name="crossing_of_definition")
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
