"""Addresses of the desk."""

from __future__ import annotations

from django.urls import path

from lejek.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.show_call_list, name="call_list"),
    path("leads/export/", views.export_call_list, name="export"),
    path("leads/views/", views.save_view, name="save_view"),
    path("leads/views/<int:view_id>/delete/", views.delete_view, name="delete_view"),
    path("leads/<int:lead_id>/", views.show_lead, name="lead"),
    path("leads/<int:lead_id>/verdict/", views.judge_lead, name="judge"),
    path("leads/<int:lead_id>/verdict/<int:verdict_id>/undo/", views.undo_verdict, name="undo"),
    path("help/", views.show_help, name="help"),
    path("help/<slug:page>/", views.show_help, name="help_page"),
]
