"""Language and theme: kept in cookies, so that the server draws the page right at once."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from lejek.ui.context import AS_SYSTEM, DARK, LIGHT, THEME_COOKIE

_YEAR_SECONDS = 365 * 86_400


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Show pages in another language from now on; mail to who is signed in, too."""
    languages = dict(settings.LANGUAGES)
    if request.user.is_authenticated and request.POST.get("language") in languages:
        request.user.language = request.POST["language"]
        request.user.save(update_fields=["language"])
    return _kept(request, settings.LANGUAGE_COOKIE_NAME, "language", languages)


@login_not_required
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Show pages light or dark from now on, or as the system of each visitor's machine is."""
    return _kept(request, THEME_COOKIE, "theme", (LIGHT, DARK, AS_SYSTEM))


def _kept(
    request: HttpRequest, cookie: str, parameter: str, accepted: Collection[str]
) -> HttpResponse:
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = HttpResponseRedirect(target)
    value = request.POST.get(parameter, "")
    if value in accepted:
        remember(response, cookie, value)
    return response


def remember(response: HttpResponse, cookie: str, value: str) -> None:
    """Have the browser say it again with each request, for a year."""
    response.set_cookie(
        cookie,
        value,
        max_age=_YEAR_SECONDS,
        samesite="Lax",
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
    )
