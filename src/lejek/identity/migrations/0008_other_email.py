"""The second address of a person becomes a column, because people are found by it."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models

_FIELD = "lead.other_email"
_PAGE = 1000


def _fill(apps: Apps, _schema_editor: object) -> None:
    """Move the addresses from the free-form fields into the column."""
    contact = apps.get_model("identity", "Contact")
    last = 0
    while True:
        found = contact.objects.filter(attributes__has_key=_FIELD, id__gt=last).order_by("id")
        page = list(found.only("id", "attributes")[:_PAGE])
        if not page:
            return
        for each in page:
            each.other_email = each.attributes.pop(_FIELD)
        contact.objects.bulk_update(page, ["other_email", "attributes"], batch_size=200)
        last = page[-1].pk


def _empty(apps: Apps, _schema_editor: object) -> None:
    """Move the addresses back."""
    contact = apps.get_model("identity", "Contact")
    for each in contact.objects.exclude(other_email=None).only("id", "attributes", "other_email"):
        each.attributes[_FIELD] = each.other_email
        each.save(update_fields=["attributes"])


class Migration(migrations.Migration):
    """Added, indexed, filled."""

    dependencies = [
        ("identity", "0007_states_of_reading"),
    ]
    operations = [
        migrations.AddField(
            model_name="contact",
            name="other_email",
            field=models.EmailField(
                blank=True, max_length=254, null=True, verbose_name="other e-mail"
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("other_email__isnull", False)),
                fields=["other_email"],
                name="contact_other_email",
            ),
        ),
        migrations.RunPython(_fill, _empty),
    ]
