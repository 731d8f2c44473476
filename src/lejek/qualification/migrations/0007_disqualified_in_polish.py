"""“Odrzucony” is what a lead is called that sales sent back; disqualified is another thing."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def rename(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give the stage its new name where it bears the old one still."""
    del schema_editor
    stages = apps.get_model("qualification", "Stage").objects
    stages.filter(key="disqualified", label_pl="Odrzucony").update(label_pl="Zdyskwalifikowany")


class Migration(migrations.Migration):
    dependencies = [("qualification", "0006_definition_held_by")]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
