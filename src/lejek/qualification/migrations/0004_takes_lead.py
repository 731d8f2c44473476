"""Whether a verdict made its giver the owner of the lead."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("qualification", "0003_crossings"),
    ]

    operations = [
        migrations.AddField(
            model_name="verdict",
            name="takes_lead",
            field=models.BooleanField(default=False),
        ),
    ]
