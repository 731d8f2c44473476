"""The index of the call list carries the grade."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One index takes the place of another."""

    dependencies = [("scoring", "0002_previews")]
    operations = [
        migrations.AddIndex(
            model_name="leadscore",
            index=models.Index(fields=["-overall", "lead", "grade"], name="score_hottest_graded"),
        ),
        migrations.RemoveIndex(model_name="leadscore", name="score_hottest"),
    ]
