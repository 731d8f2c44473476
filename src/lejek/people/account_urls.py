"""Addresses of signing in that this product does not offer: accounts are made by an administrator.

allauth has pages for them; here they are as if they were not there.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path


@login_not_required
def not_offered(_request: HttpRequest, **_parts: str) -> HttpResponse:
    """Nothing.

    Raises: Http404.
    """
    raise Http404


urlpatterns = [
    path(route, not_offered)
    for route in (
        "signup/",
        "email/",
        "confirm-email/",
        "confirm-email/<str:key>/",
        "login/code/confirm/",
    )
]
