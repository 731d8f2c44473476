"""Who told again what was known: an undo must not take away what another source says too."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A narrow table, found by the record."""

    dependencies = [
        ("identity", "0005_lighter_facts"),
    ]
    operations = [
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fields", models.TextField()),
                ("after", models.BigIntegerField()),
                ("known_at", models.DateTimeField()),
                ("source", models.CharField(max_length=60)),
                ("import_id", models.BigIntegerField(null=True)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="identity.company",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="identity.contact",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("contact__isnull", False)),
                        fields=["contact"],
                        name="confirmation_of_contact",
                    ),
                    models.Index(
                        condition=models.Q(("company__isnull", False)),
                        fields=["company"],
                        name="confirmation_of_company",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("contact__isnull", False), ("company__isnull", False), _connector="XOR"
                        ),
                        name="confirmation_of_one",
                    )
                ],
            },
        ),
    ]
