"""Addresses of the API."""

from __future__ import annotations

from django.urls import path, re_path

from lejek.api.surface import addresses, no_such_address
from lejek.api.views import show_operations

app_name = "api"
urlpatterns = [
    path("", show_operations, name="api-root"),
    *addresses(),
    re_path(r"^.+$", no_such_address),
]
