"""Fewer and smaller indexes of the facts: the others answered what these answer too."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Keys without an index of their own, and indexes that leave out what nobody looks for."""

    dependencies = [
        ("identity", "0004_search_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RemoveIndex(model_name="attributechange", name="change_of_company"),
        migrations.AlterField(
            model_name="attributechange",
            name="actor",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="attributechange",
            name="company",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="identity.company",
            ),
        ),
        migrations.AlterField(
            model_name="attributechange",
            name="contact",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="identity.contact",
            ),
        ),
        migrations.AlterField(
            model_name="attributechange",
            name="import_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="attributechange",
            index=models.Index(
                condition=models.Q(("company__isnull", False)),
                fields=["company", "known_at"],
                name="change_of_company",
            ),
        ),
        migrations.AddIndex(
            model_name="attributechange",
            index=models.Index(
                condition=models.Q(("import_id__isnull", False)),
                fields=["import_id", "id"],
                name="change_of_import",
            ),
        ),
    ]
