"""Settings of people: users, teams, API keys, the audit log."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lejek.kernel import clock
from lejek.people import services
from lejek.people.access import can, needs, signed_in
from lejek.people.audit import broken_at, record
from lejek.people.models import ApiKey, AuditEntry, Role, Team, User


@require_GET
@needs("leads.read")
def show_settings(request: HttpRequest) -> HttpResponse:
    """What can be configured, as far as one may."""
    user = signed_in(request)
    pages = [
        ("people:users", _("Users and teams"), "users", "users.edit"),
        ("qualification:stages", _("Lifecycle stages"), "stairs", "settings.edit"),
        ("qualification:reasons", _("Reasons for sending back"), "message-off", "settings.edit"),
        ("identity:positions", _("Vocabulary of positions"), "tags", "imports.read"),
        ("people:keys", _("API keys"), "key", "api.use"),
        ("operations:jobs", _("Jobs"), "list-check", "jobs.edit"),
        ("people:audit", _("Audit log"), "history", "audit.read"),
    ]
    found = [
        (reverse(name), label, icon)
        for name, label, icon, permission in pages
        if can(user, permission) and _is_there(name)
    ]
    return render(request, "people/settings.html", {"pages": found})


def _is_there(name: str) -> bool:
    try:
        reverse(name)
    except Exception:  # noqa: BLE001 - a room that is not installed has no page
        return False
    return True


@require_http_methods(["GET", "POST"])
@needs("users.edit")
def show_users(request: HttpRequest) -> HttpResponse:
    """Users and teams; a POST adds a user."""
    if request.method == "POST":
        return _add_user(request)
    context = {
        "users": User.objects.select_related("team").order_by("-is_active", "name"),
        "teams": Team.objects.order_by("name"),
        "roles": Role.choices,
    }
    return render(request, "people/users.html", context)


def _add_user(request: HttpRequest) -> HttpResponse:
    email, name = request.POST.get("email", "").strip(), request.POST.get("name", "").strip()
    role = request.POST.get("role", "")
    try:
        validate_email(email)
        if not name or role not in Role.values:
            raise services.Refused(_("Give a name and choose a role."))
        services.add_user(
            email=email,
            name=name[:150],
            role=role,
            team=_team(request),
            actor=signed_in(request),
            now=clock.now(),
        )
        messages.success(
            request, _("The user was added; the password is set by “forgot password”.")
        )
    except ValidationError:
        messages.error(request, _("This is no e-mail address: {email}").format(email=email))
    except services.Refused as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("people:users"))


def _team(request: HttpRequest) -> Team | None:
    chosen = request.POST.get("team", "")
    return Team.objects.filter(pk=int(chosen)).first() if chosen.isdigit() else None


@require_POST
@needs("users.edit")
def change_user(request: HttpRequest, user_id: int) -> HttpResponse:
    """Another role or team; or the account off and on."""
    user = get_object_or_404(User, pk=user_id)
    role = request.POST.get("role", user.role)
    try:
        services.change_user(
            user=user,
            role=role if role in Role.values else user.role,
            team=_team(request),
            is_active=request.POST.get("active", "1") == "1",
            actor=signed_in(request),
            now=clock.now(),
        )
        messages.success(request, _("Saved."))
    except services.Refused as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("people:users"))


@require_POST
@needs("users.edit")
def add_team(request: HttpRequest) -> HttpResponse:
    """A new team."""
    name = request.POST.get("name", "").strip()[:100]
    if not name:
        messages.error(request, _("Give the team a name."))
    else:
        _made, is_new = Team.objects.get_or_create(name=name)
        if is_new:
            record(actor=signed_in(request), action="added_team", subject=name, now=clock.now())
            messages.success(request, _("The team was added."))
    return HttpResponseRedirect(reverse("people:users"))


@require_http_methods(["GET", "POST"])
@needs("api.use")
def show_keys(request: HttpRequest) -> HttpResponse:
    """One's API keys; a POST makes one and shows its secret once."""
    user, secret = signed_in(request), ""
    if request.method == "POST":
        name = request.POST.get("name", "").strip()[:100] or _("unnamed")
        try:
            _key, secret = services.make_api_key(
                name=name, scopes=request.POST.getlist("scopes"), user=user, now=clock.now()
            )
        except services.Refused:
            messages.error(request, _("Choose what the key may do."))
    context = {
        "keys": ApiKey.objects.filter(user=user).order_by("-created_at"),
        "scopes": services.SCOPES,
        "secret": secret,
    }
    return render(request, "people/keys.html", context)


@require_POST
@needs("api.use")
def revoke_key(request: HttpRequest, key_id: int) -> HttpResponse:
    """Let a key open nothing any more."""
    user = signed_in(request)
    key = get_object_or_404(ApiKey, pk=key_id, user=user)
    services.revoke_api_key(key=key, actor=user, now=clock.now())
    messages.success(request, _("The key was revoked."))
    return HttpResponseRedirect(reverse("people:keys"))


@require_GET
@needs("audit.read")
def show_audit(request: HttpRequest) -> HttpResponse:
    """Who did what."""
    entries = AuditEntry.objects.select_related("actor").order_by("-id")
    page = Paginator(entries, 100).get_page(request.GET.get("page"))
    return render(request, "people/audit.html", {"page": page, "broken_at": broken_at()})
