"""Jobs that are done keep nothing of what they were asked, those of before neither."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    """Drop the arguments."""
    apps.get_model("kernel", "Job").objects.filter(status="done").update(arguments={})


class Migration(migrations.Migration):
    """Going back brings nothing back, and needs nothing."""

    dependencies = [("kernel", "0002_poison_events_and_progress")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
