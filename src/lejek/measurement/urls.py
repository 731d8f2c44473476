"""Addresses of the reports."""

from __future__ import annotations

from django.urls import path

from lejek.measurement import views

app_name = "measurement"
urlpatterns = [
    path("", views.show_bands, name="bands"),
    path("bands.csv", views.export_bands, name="bands_csv"),
    path("matrix/", views.show_matrix, name="matrix"),
    path("acceptance/", views.show_acceptance, name="acceptance"),
]
