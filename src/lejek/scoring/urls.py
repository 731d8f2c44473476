"""Addresses of the scoring model."""

from __future__ import annotations

from django.urls import path

from lejek.scoring.views import definitions, editor, overview, preview, publication

app_name = "scoring"
urlpatterns = [
    path("", overview.show_model, name="model"),
    path("runs/", overview.show_runs, name="runs"),
    path("runs/start/", overview.start_run, name="start_run"),
    path("versions/<int:number>/", overview.show_version, name="version"),
    path("versions/<int:number>/roll-back/", overview.roll_back, name="roll_back"),
    path("editor/", editor.show_rules, name="editor"),
    path("editor/rules/<slug:rule_id>/", editor.edit_rule, name="edit_rule"),
    path("editor/rules/<slug:rule_id>/delete/", editor.delete_rule, name="delete_rule"),
    path("editor/rules/<slug:rule_id>/move/", editor.move_rule, name="move_rule"),
    path("editor/rules/new/<slug:kind>/", editor.add_rule, name="add_rule"),
    path("editor/scale/", editor.edit_scale, name="editor_scale"),
    path("editor/definitions/", definitions.show_definitions, name="editor_definitions"),
    path("editor/new-definition/", definitions.add_definition, name="add_definition"),
    path("editor/definitions/<slug:name>/", definitions.edit_definition, name="edit_definition"),
    path(
        "editor/definitions/<slug:name>/delete/",
        definitions.delete_definition,
        name="delete_definition",
    ),
    path("editor/yaml/", editor.edit_document, name="editor_yaml"),
    path("editor/yaml/check/", editor.check_document, name="check"),
    path("editor/begin/", editor.begin, name="begin"),
    path("editor/undo/", editor.undo, name="undo"),
    path("editor/discard/", editor.discard, name="discard"),
    path("preview/", preview.show_preview, name="preview"),
    path("publish/", publication.publish, name="publish"),
]
