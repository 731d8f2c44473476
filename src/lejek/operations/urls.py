"""Addresses of the pages about jobs."""

from __future__ import annotations

from django.urls import path

from lejek.operations import views

app_name = "operations"
urlpatterns = [
    path("", views.show_jobs, name="jobs"),
    path("<int:job_id>/", views.show_job, name="job"),
    path("<int:job_id>/replay/", views.replay_job, name="replay_job"),
    path("<int:job_id>/discard/", views.discard_job, name="discard_job"),
    path("events/<int:event_id>/discard/", views.discard_event, name="discard_event"),
    path("events/<int:event_id>/replay/", views.replay_event, name="replay_event"),
]
