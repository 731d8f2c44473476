"""Who sent a touchpoint again: an undo must not take away what another source sent too."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A narrow table, found by the touchpoint."""

    dependencies = [
        ("capture", "0002_waiting_touchpoints"),
    ]
    operations = [
        migrations.CreateModel(
            name="Repetition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=60)),
                ("import_id", models.BigIntegerField(null=True)),
                (
                    "touchpoint",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="capture.touchpoint",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["touchpoint", "source"], name="repetition_once_a_source"
                    )
                ],
            },
        ),
    ]
