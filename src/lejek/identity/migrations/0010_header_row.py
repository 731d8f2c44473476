"""Imports know which row of their file is the header."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0009_firms_by_number")]

    operations = [
        migrations.AddField(
            model_name="import",
            name="header_row",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
