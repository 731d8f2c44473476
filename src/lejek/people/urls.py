"""Addresses of the settings of people."""

from __future__ import annotations

from django.urls import path

from lejek.people import demo, views

app_name = "people"
urlpatterns = [
    path("", views.show_settings, name="settings"),
    path("users/", views.show_users, name="users"),
    path("users/<int:user_id>/", views.change_user, name="change_user"),
    path("teams/", views.add_team, name="add_team"),
    path("keys/", views.show_keys, name="keys"),
    path("keys/<int:key_id>/revoke/", views.revoke_key, name="revoke_key"),
    path("audit/", views.show_audit, name="audit"),
    path("demo/role/", demo.demo_role, name="demo_role"),
]
