"""Stages and reasons to begin with."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from lejek.qualification.defaults import REASONS, STAGES


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write what is not there yet."""
    del schema_editor
    stage = apps.get_model("qualification", "Stage")
    for key, position, label_pl, label_en, definition, is_working, is_won in STAGES:
        stage.objects.get_or_create(
            key=key,
            defaults={
                "position": position,
                "label_pl": label_pl,
                "label_en": label_en,
                "definition": definition,
                "is_working": is_working,
                "is_won": is_won,
            },
        )
    reason = apps.get_model("qualification", "RejectionReason")
    for position, (key, label_pl, label_en) in enumerate(REASONS):
        reason.objects.get_or_create(
            key=key, defaults={"label_pl": label_pl, "label_en": label_en, "position": position}
        )


class Migration(migrations.Migration):
    """Fills the tables; taking it back leaves them as they are."""

    dependencies = [("qualification", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
