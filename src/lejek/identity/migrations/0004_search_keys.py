"""Text to search in, and the order of those who wait the longest."""

from django.db import migrations, models

from lejek.identity.search import folded_text


class Migration(migrations.Migration):
    """The store fills the columns by itself, now and whenever a name changes."""

    dependencies = [("identity", "0003_known_visitors")]
    operations = [
        migrations.AddField(
            model_name="company",
            name="search_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=folded_text("name", "nip"),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="search_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=folded_text("first_name", "last_name", "email", "phone"),
                output_field=models.TextField(),
            ),
        ),
    ]
