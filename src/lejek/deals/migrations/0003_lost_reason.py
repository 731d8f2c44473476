from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deals", "0002_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="opportunity",
            name="reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddConstraint(
            model_name="opportunity",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), ("outcome", "lost"), _connector="OR"),
                name="deal_reason_of_lost",
            ),
        ),
    ]
