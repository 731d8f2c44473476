"""The demo's front door: whoever comes from this machine is signed in, and may be somebody else.

In: a request without a user. Out: the same request as a made-up user; after signing out a page that
offers all of them. Nothing of this happens outside the demo.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from lejek.kernel import clock
from lejek.people import audit
from lejek.people.models import Role, User

ROLES = (Role.MARKETING, Role.SALES, Role.MANAGER)
_BACKEND = "django.contrib.auth.backends.ModelBackend"
_WITHOUT_A_USER = ("/health/", "/static/", "/api/")
_OF_SOMEBODY_OUTSIDE = ("/settings/demo/", "/preferences/")
_IS_OUT = "signed_out_of_the_demo"


@dataclass(frozen=True, slots=True)
class DemoRole:
    """A role that one can switch to."""

    key: str
    label: str
    is_current: bool


class DemoSignIn:
    """Signs in the marketing person of the demo when nobody is, unless one has signed out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Sign somebody in, or ask whom, where that is the custom, and answer."""
        if not _is_for_us(request):
            return self._get_response(request)
        if not request.session.get(_IS_OUT):
            if user := first_demo_user(Role.MARKETING):
                _enter(request, user)
        elif not request.path.startswith(_OF_SOMEBODY_OUTSIDE):
            return redirect("people:demo_people")
        return self._get_response(request)


def _is_for_us(request: HttpRequest) -> bool:
    return (
        settings.DEMO
        and not request.path.startswith(_WITHOUT_A_USER)
        and not request.user.is_authenticated
        and is_from_this_machine(request)
    )


def _enter(request: HttpRequest, user: User) -> None:
    login(request, user, backend=_BACKEND)
    request.session.pop(_IS_OUT, None)
    audit.record(actor=user, action="signed_in", subject=user.email, now=clock.now())


def stay_out(request: HttpRequest) -> None:
    """Let nobody be signed in by the demo any more until one chooses who to be."""
    if settings.DEMO:
        request.session[_IS_OUT] = True


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
@require_GET
def demo_people(request: HttpRequest) -> HttpResponse:
    """All of the demo's people, to sign in as one of them.

    Raises: Http404 outside the demo.
    """
    if not (settings.DEMO and is_from_this_machine(request)):
        raise Http404
    people = User.objects.filter(is_demo=True, is_active=True).order_by("id")
    return render(request, "people/demo_people.html", {"people": people})


@login_not_required
@require_POST
def demo_role(request: HttpRequest) -> HttpResponseRedirect:
    """Go on as another of the demo's people: the first of a role, or a named one.

    Raises: Http404 outside the demo, and for whom it does not offer.
    """
    user = _asked_for(request) if settings.DEMO and is_from_this_machine(request) else None
    if user is None:
        raise Http404
    _enter(request, user)
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    return HttpResponseRedirect(target)


def _asked_for(request: HttpRequest) -> User | None:
    number, role = request.POST.get("user", ""), request.POST.get("role", "")
    if number.isdecimal() and len(number) < 19:
        return User.objects.filter(is_demo=True, is_active=True, pk=int(number)).first()
    return first_demo_user(role) if role in ROLES else None


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
