"""Addresses that only a demo answers."""

from __future__ import annotations

from django.urls import path

from lejek.demo import views

app_name = "demo"
urlpatterns = [
    path("real-leads/", views.show_real_leads, name="real_leads"),
    path("real-leads/<slug:name>/", views.show_real_leads, name="real_leads_of"),
]
