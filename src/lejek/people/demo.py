"""The demo's front door: whoever comes from this machine is signed in, and may change roles.

In: a request without a user. Out: the same request as a made-up user. Nothing of this happens
outside the demo.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from lejek.people.models import Role, User

ROLES = (Role.MARKETING, Role.SALES, Role.MANAGER)
_BACKEND = "django.contrib.auth.backends.ModelBackend"
_WITHOUT_A_USER = ("/health/", "/static/", "/api/")


@dataclass(frozen=True, slots=True)
class DemoRole:
    """A role that one can switch to."""

    key: str
    label: str
    is_current: bool


class DemoSignIn:
    """Signs in the marketing person of the demo when nobody is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Sign somebody in, where that is the custom, and answer."""
        if settings.DEMO and not request.path.startswith(_WITHOUT_A_USER):
            _sign_in_somebody(request)
        return self._get_response(request)


def _sign_in_somebody(request: HttpRequest) -> None:
    if request.user.is_authenticated or not is_from_this_machine(request):
        return
    user = first_demo_user(Role.MARKETING)
    if user is not None:
        login(request, user, backend=_BACKEND)


def is_from_this_machine(request: HttpRequest) -> bool:
    """Whether a request came over loopback and no proxy forwarded it."""
    if any(name in request.META for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED")):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def first_demo_user(role: str) -> User | None:
    """The made-up user who stands for a role."""
    return User.objects.filter(is_demo=True, is_active=True, role=role).order_by("id").first()


@login_not_required
@require_POST
def demo_role(request: HttpRequest) -> HttpResponseRedirect:
    """Go on as another of the demo's people.

    Raises: Http404 outside the demo, and for a role that it does not offer.
    """
    role = request.POST.get("role", "")
    is_offered = settings.DEMO and is_from_this_machine(request) and role in ROLES
    user = first_demo_user(role) if is_offered else None
    if user is None:
        raise Http404
    login(request, user, backend=_BACKEND)
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    return HttpResponseRedirect(target)


def demo_bar(request: HttpRequest) -> dict[str, object]:
    """For every page: the roles that one can switch to; nothing outside the demo."""
    user = getattr(request, "user", None)
    if not settings.DEMO or not isinstance(user, User):
        return {}
    try:
        url = reverse("people:demo_role")
    except NoReverseMatch:
        return {}
    roles = [DemoRole(role.value, str(role.label), user.role == role) for role in ROLES]
    return {
        "demo_roles": roles,
        "demo_role_url": url,
        "demo_real_leads_url": reverse("demo:real_leads"),
    }
