"""What a user keeps of the desk: saved views of lists."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """Filters and order of a list under a name. A shared one is seen by everybody."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    page = models.CharField(max_length=40, default="call_list")
    query = models.TextField(blank=True)
    is_shared = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "page", "name"], name="saved_view_once")
        ]
