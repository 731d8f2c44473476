"""Addresses of definitions, and of the settings of stages and reasons."""

from __future__ import annotations

from django.urls import path

from lejek.qualification import setting_views, views

app_name = "qualification"
urlpatterns = [
    path("definitions/", views.show_definitions, name="definitions"),
    path("definitions/<str:name>/", views.show_definition, name="definition"),
    path("definitions/<str:name>/sign/", views.sign, name="sign"),
    path("settings/stages/", setting_views.show_stages, name="stages"),
    path("settings/stages/new/", setting_views.add_stage, name="add_stage"),
    path("settings/stages/<slug:key>/", setting_views.change_stage, name="change_stage"),
    path("settings/stages/<slug:key>/move/", setting_views.move_stage, name="move_stage"),
    path("settings/stages/<slug:key>/delete/", setting_views.delete_stage, name="delete_stage"),
    path("settings/reasons/", setting_views.show_reasons, name="reasons"),
    path("settings/reasons/new/", setting_views.add_reason, name="add_reason"),
    path("settings/reasons/<slug:key>/", setting_views.change_reason, name="change_reason"),
    path("settings/reasons/<slug:key>/move/", setting_views.move_reason, name="move_reason"),
]
