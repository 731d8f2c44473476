"""Addresses for load balancers and monitoring."""

from __future__ import annotations

from django.urls import path

from lejek.operations import probes

app_name = "health"
urlpatterns = [
    path("livez", probes.livez, name="livez"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.metrics, name="metrics"),
]
