"""The states of runs and previews say what the pages say; no column changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Labels only."""

    dependencies = [
        ("scoring", "0003_hottest_graded"),
    ]

    operations = [
        migrations.AlterField(
            model_name="previewrun",
            name="status",
            field=models.CharField(
                choices=[
                    ("waiting", "waiting"),
                    ("running", "running"),
                    ("done", "finished"),
                    ("failed", "did not succeed"),
                ],
                default="waiting",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="scoringrun",
            name="status",
            field=models.CharField(
                choices=[
                    ("running", "running"),
                    ("done", "finished"),
                    ("failed", "did not succeed"),
                ],
                default="running",
                max_length=8,
            ),
        ),
    ]
