"""Addresses of imports and of the vocabulary of positions."""

from __future__ import annotations

from django.urls import path

from lejek.identity import views, vocabulary_views

app_name = "identity"
urlpatterns = [
    path("", views.list_imports, name="imports"),
    path("new/", views.begin, name="import_new"),
    path("positions/", vocabulary_views.show, name="positions"),
    path("<int:pk>/columns/", views.choose, name="import_map"),
    path("<int:pk>/header/", views.choose_header, name="import_header"),
    path("<int:pk>/check/", views.show_check, name="import_check"),
    path("<int:pk>/", views.show_run, name="import_run"),
    path("<int:pk>/continue/", views.go_on, name="import_continue"),
    path("<int:pk>/stop/", views.stop_run, name="import_stop"),
    path("<int:pk>/discard/", views.discard_file, name="import_discard"),
    path("<int:pk>/rejects/", views.download_rejects, name="import_rejects"),
    path("<int:pk>/undo/", views.undo, name="import_undo"),
]
