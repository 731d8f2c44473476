"""Previews are answers that can be asked for again: those of an older shape go."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget_previews(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001
    """Let every preview be worked out anew."""
    apps.get_model("scoring", "PreviewRun").objects.all().delete()


class Migration(migrations.Migration):
    """Forgets previews."""

    dependencies = [("scoring", "0004_status_labels")]

    operations = [migrations.RunPython(forget_previews, migrations.RunPython.noop)]
