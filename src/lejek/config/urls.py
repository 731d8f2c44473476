"""Addresses of all rooms."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("lejek.people.account_urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("lejek.desk.urls")),
    path("", include("lejek.qualification.urls")),
    path("bands/", include("lejek.measurement.urls")),
    path("settings/jobs/", include("lejek.operations.urls")),
    path("settings/webhooks/", include("lejek.connectors.urls")),
    path("settings/", include("lejek.people.urls")),
    path("imports/", include("lejek.identity.urls")),
    path("health/", include("lejek.operations.health_urls")),
    path("models/", include("lejek.scoring.urls")),
    path("api/v1/", include("lejek.api.urls")),
    path("demo/", include("lejek.demo.urls")),
    path("preferences/", include("lejek.ui.urls")),
]
