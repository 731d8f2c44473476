"""Addresses of the desk."""

from __future__ import annotations

from django.urls import path

from lejek.desk import data_views, deal_views, lead_views, stage_views, views

app_name = "desk"
urlpatterns = [
    path("", views.show_call_list, name="call_list"),
    path("leads/export/", views.export_call_list, name="export"),
    path("leads/views/", views.views, name="views"),
    path("leads/views/<int:view_id>/", views.change_view, name="change_view"),
    path("leads/views/<int:view_id>/delete/", views.delete_view, name="delete_view"),
    path("leads/new/", data_views.new_lead, name="new_lead"),
    path("leads/<int:lead_id>/data/", data_views.correct_data, name="data"),
    path("leads/<int:lead_id>/", lead_views.show_lead, name="lead"),
    path("leads/<int:lead_id>/then/", lead_views.show_then, name="then"),
    path("leads/<int:lead_id>/evidence/<str:rule_id>/", lead_views.show_evidence, name="evidence"),
    path("leads/<int:lead_id>/stage/", stage_views.move_lead, name="move"),
    path("leads/<int:lead_id>/stage/undo/", stage_views.undo_move, name="undo_move"),
    path("leads/<int:lead_id>/verdict/", lead_views.judge_lead, name="judge"),
    path(
        "leads/<int:lead_id>/verdict/<int:verdict_id>/undo/", lead_views.undo_verdict, name="undo"
    ),
    path("leads/<int:lead_id>/deal/open/", deal_views.open_deal, name="open_deal"),
    path("leads/<int:lead_id>/deal/won/", deal_views.win_deal, name="win_deal"),
    path("leads/<int:lead_id>/deal/lost/", deal_views.lose_deal, name="lose_deal"),
    path(
        "leads/<int:lead_id>/deal/<int:deal_id>/correct/",
        deal_views.correct_deal,
        name="correct_deal",
    ),
    path(
        "leads/<int:lead_id>/deal/<int:deal_id>/reopen/", deal_views.reopen_deal, name="reopen_deal"
    ),
    path("help/", views.show_help, name="help"),
    path("help/<slug:page>/", views.show_help, name="help_page"),
]
