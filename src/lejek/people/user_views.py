"""Pages about users and teams."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lejek.kernel import clock
from lejek.people import services
from lejek.people.access import needs, signed_in
from lejek.people.audit import record
from lejek.people.links import password_link
from lejek.people.mail import can_send_mail
from lejek.people.models import Role, Team, User
from lejek.people.selectors import second_factors_of


@require_http_methods(["GET", "POST"])
@needs("users.edit")
def show_users(request: HttpRequest) -> HttpResponse:
    """Users and teams; a POST adds a user and invites them."""
    if request.method == "POST" and (user := _added(request)) is not None:
        return redirect("people:user", user.pk)
    users = User.objects.select_related("team").order_by("-is_active", "name")
    context = {
        "users": users.annotate(has_second_factor=Exists(second_factors_of(OuterRef("pk")))),
        "teams": Team.objects.annotate(n_members=Count("members")).order_by("name"),
        "roles": Role.choices,
        "given": request.POST,
    }
    return render(request, "people/users.html", context)


def _added(request: HttpRequest) -> User | None:
    """The new user; None, with a message, when something is wrong with what was given."""
    email, name = request.POST.get("email", "").strip(), request.POST.get("name", "").strip()
    role, actor, now = request.POST.get("role", ""), signed_in(request), clock.now()
    try:
        validate_email(email)
        if not name or role not in Role.values:
            raise services.Refused(_("Give a name and choose a role."))
        user = services.add_user(
            email=email, name=name[:150], role=role, team=_team(request), actor=actor, now=now
        )
        _invite(request, user)
    except ValidationError:
        messages.error(request, _("This is no e-mail address: {email}").format(email=email))
    except services.Refused as error:
        messages.error(request, str(error))
    else:
        return user
    return None


def _invite(request: HttpRequest, user: User) -> None:
    """Have a link sent that sets a password; without mail, say what to do instead."""
    if not can_send_mail():
        messages.warning(
            request,
            _("Mail is not set up, so nothing is sent: show the link and hand it over yourself."),
        )
        return
    services.send_password_link(
        user=user,
        site=_site(request),
        is_invitation=user.last_login is None,
        actor=signed_in(request),
        now=clock.now(),
    )
    if user.last_login is None:
        said = _("An invitation is on its way to {email}.")
    else:
        said = _("The link is on its way to {email}.")
    messages.success(request, said.format(email=user.email))


def _team(request: HttpRequest) -> Team | None:
    chosen = request.POST.get("team", "")
    return Team.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() else None


def _site(request: HttpRequest) -> str:
    return request.build_absolute_uri("/")


@require_http_methods(["GET", "POST"])
@needs("users.edit")
def show_user(request: HttpRequest, user_id: int) -> HttpResponse:
    """One user; a POST gives another name, role or team."""
    user = get_object_or_404(User.objects.select_related("team"), pk=user_id)
    if request.method == "POST":
        role = request.POST.get("role", "")
        return _changed(
            request,
            user,
            role=role if role in Role.values else user.role,
            team=_team(request),
            is_active=user.is_active,
            name=request.POST.get("name", "").strip()[:150],
        )
    return _page_of(request, user)


def _page_of(request: HttpRequest, user: User, link: str = "") -> HttpResponse:
    context = {
        "person": user,
        "link": link,
        "roles": Role.choices,
        "teams": Team.objects.order_by("name"),
        "has_second_factor": second_factors_of(user.pk).exists(),
        "is_oneself": user == request.user,
    }
    return render(request, "people/user.html", context)


def _changed(
    request: HttpRequest,
    user: User,
    *,
    role: str,
    team: Team | None,
    is_active: bool,
    name: str = "",
) -> HttpResponse:
    try:
        services.change_user(
            user=user,
            role=role,
            team=team,
            is_active=is_active,
            name=name,
            actor=signed_in(request),
            now=clock.now(),
        )
        messages.success(request, _("Saved."))
    except services.Refused as error:
        messages.error(request, str(error))
    return redirect("people:user", user.pk)


@require_POST
@needs("users.edit")
def switch_user(request: HttpRequest, user_id: int) -> HttpResponse:
    """The account off, or on again."""
    user = get_object_or_404(User.objects.select_related("team"), pk=user_id)
    is_active = request.POST.get("active") == "1"
    return _changed(request, user, role=user.role, team=user.team, is_active=is_active)


@require_POST
@needs("users.edit")
def send_link(request: HttpRequest, user_id: int) -> HttpResponse:
    """A link that sets a password, by mail."""
    user = get_object_or_404(User, pk=user_id, is_active=True)
    _invite(request, user)
    return redirect("people:user", user.pk)


@require_POST
@needs("users.edit")
def show_link(request: HttpRequest, user_id: int) -> HttpResponse:
    """The same link on the page, where mail does not arrive; only for who never signed in."""
    user = get_object_or_404(User, pk=user_id, is_active=True, last_login=None)
    record(
        actor=signed_in(request), action="made_password_link", subject=user.email, now=clock.now()
    )
    return _page_of(request, user, password_link(user, _site(request)))


@require_POST
@needs("users.edit")
def add_team(request: HttpRequest) -> HttpResponse:
    """A new team."""
    name = _team_name(request)
    with _refusals_said(request):
        services.add_team(name=name, actor=signed_in(request), now=clock.now())
        messages.success(request, _("The team was added."))
    return _to_teams()


@require_POST
@needs("users.edit")
def rename_team(request: HttpRequest, team_id: int) -> HttpResponse:
    """Another name for a team."""
    team, name = get_object_or_404(Team, pk=team_id), _team_name(request)
    with _refusals_said(request):
        services.rename_team(team=team, name=name, actor=signed_in(request), now=clock.now())
        messages.success(request, _("Saved."))
    return _to_teams()


@require_POST
@needs("users.edit")
def delete_team(request: HttpRequest, team_id: int) -> HttpResponse:
    """A team away that nobody is in."""
    team = get_object_or_404(Team, pk=team_id)
    with _refusals_said(request):
        services.delete_team(team=team, actor=signed_in(request), now=clock.now())
        messages.success(request, _("The team was deleted."))
    return _to_teams()


def _team_name(request: HttpRequest) -> str:
    return request.POST.get("name", "").strip()[:100]


@contextmanager
def _refusals_said(request: HttpRequest) -> Iterator[None]:
    try:
        yield
    except services.Refused as error:
        messages.error(request, str(error))


def _to_teams() -> HttpResponse:
    return HttpResponseRedirect(reverse("people:users") + "#teams")
