"""Addresses of the pages about webhooks."""

from __future__ import annotations

from django.urls import path

from lejek.connectors import views

app_name = "connectors"
urlpatterns = [
    path("", views.show_endpoints, name="endpoints"),
    path("new/", views.add_endpoint, name="add_endpoint"),
    path("<int:endpoint_id>/", views.show_endpoint, name="endpoint"),
    path("<int:endpoint_id>/change/", views.change_endpoint, name="change_endpoint"),
    path("<int:endpoint_id>/secret/", views.rotate_secret, name="rotate_secret"),
    path("<int:endpoint_id>/pause/", views.pause, name="pause"),
    path("<int:endpoint_id>/switch-on/", views.switch_on, name="switch_on"),
    path("<int:endpoint_id>/test/", views.send_test, name="send_test"),
    path("<int:endpoint_id>/send-again/", views.send_all_again, name="send_all_again"),
    path("<int:endpoint_id>/delete/", views.delete_endpoint, name="delete_endpoint"),
    path("deliveries/<int:delivery_id>/", views.show_delivery, name="delivery"),
    path("deliveries/<int:delivery_id>/send-again/", views.send_again, name="send_again"),
    path("deliveries/<int:delivery_id>/skip/", views.skip, name="skip"),
]
