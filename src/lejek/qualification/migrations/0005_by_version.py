"""Whether a definition was crossed because another version of the model scores."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("qualification", "0004_takes_lead"),
    ]

    operations = [
        migrations.AddField(
            model_name="definitioncrossing",
            name="by_version",
            field=models.BooleanField(default=False),
        ),
    ]
