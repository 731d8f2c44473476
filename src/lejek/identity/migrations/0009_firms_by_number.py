"""Firms are looked up by the numbers of their registers, whichever one has."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0008_other_email")]
    operations = [
        migrations.AddIndex(
            model_name="company", index=models.Index(fields=["regon"], name="company_regon")
        ),
        migrations.AddIndex(
            model_name="company", index=models.Index(fields=["krs"], name="company_krs")
        ),
    ]
