"""The list of who meets a definition, for lists that are narrowed by it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("qualification", "0005_by_version")]

    operations = [
        migrations.AddIndex(
            model_name="definitionstate",
            index=models.Index(fields=["definition", "is_met", "lead"], name="definition_held_by"),
        ),
    ]
