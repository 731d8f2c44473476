"""Addresses of the settings of people."""

from __future__ import annotations

from django.urls import path

from lejek.people import audit_views, demo, user_views, views

app_name = "people"
urlpatterns = [
    path("", views.show_settings, name="settings"),
    path("users/", user_views.show_users, name="users"),
    path("users/<int:user_id>/", user_views.show_user, name="user"),
    path("users/<int:user_id>/switch/", user_views.switch_user, name="switch_user"),
    path("users/<int:user_id>/send-link/", user_views.send_link, name="send_link"),
    path("users/<int:user_id>/show-link/", user_views.show_link, name="show_link"),
    path("teams/", user_views.add_team, name="add_team"),
    path("teams/<int:team_id>/", user_views.rename_team, name="rename_team"),
    path("teams/<int:team_id>/delete/", user_views.delete_team, name="delete_team"),
    path("keys/", views.show_keys, name="keys"),
    path("keys/<int:key_id>/revoke/", views.revoke_key, name="revoke_key"),
    path("audit/", audit_views.show_audit, name="audit"),
    path("demo/", demo.demo_people, name="demo_people"),
    path("demo/role/", demo.demo_role, name="demo_role"),
]
