"""Settings of people: users, teams, API keys, the audit log."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lejek.kernel import clock
from lejek.people import services
from lejek.people.access import can, needs, signed_in
from lejek.people.models import ApiKey

_PAGES = (
    (
        "people:users",
        _("Users and teams"),
        "users",
        "users.edit",
        _("Who works with Lejek, and in which role"),
    ),
    (
        "qualification:stages",
        _("Lifecycle stages"),
        "stairs",
        "settings.edit",
        _("What a lead passes through on its way to a customer"),
    ),
    (
        "qualification:reasons",
        _("Reasons for sending back"),
        "message-off",
        "settings.edit",
        _("What salespeople choose from when they send a lead back"),
    ),
    (
        "identity:positions",
        _("Vocabulary of positions"),
        "tags",
        "imports.read",
        _("Which department and rank a job title means"),
    ),
    ("people:keys", _("API keys"), "key", "api.use", _("For programs that read or send data")),
    (
        "connectors:endpoints",
        _("Webhooks"),
        "webhook",
        "settings.edit",
        _("Other systems hear at once what happens to leads and deals"),
    ),
    (
        "operations:jobs",
        _("Jobs"),
        "list-check",
        "jobs.edit",
        _("What is done behind the pages, and what failed"),
    ),
    (
        "people:audit",
        _("Audit log"),
        "history",
        "audit.read",
        _("Who did what, and when"),
    ),
)
_SCOPES = (
    ("leads:read", _("Read leads, companies and scores")),
    ("leads:write", _("Write leads, and accept them or send them back")),
    ("touchpoints:write", _("Send touchpoints")),
    ("models:read", _("Read the scoring model")),
    ("models:write", _("Change and publish the scoring model")),
)


@require_GET
@needs("leads.read")
def show_settings(request: HttpRequest) -> HttpResponse:
    """One's own account, and what else can be configured, as far as one may."""
    user = signed_in(request)
    found = [
        (reverse(name), label, icon, words)
        for name, label, icon, permission, words in _PAGES
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
@needs("api.use")
def show_keys(request: HttpRequest) -> HttpResponse:
    """One's API keys; a POST makes one and shows its secret once."""
    user, secret = signed_in(request), ""
    if request.method == "POST":
        name = request.POST.get("name", "").strip()[:100] or gettext("unnamed")
        try:
            _key, secret = services.make_api_key(
                name=name, scopes=request.POST.getlist("scopes"), user=user, now=clock.now()
            )
        except services.Refused:
            messages.error(request, _("Choose what the key may do."))
    context = {
        "keys": ApiKey.objects.filter(user=user).order_by("-created_at"),
        "scopes": _SCOPES,
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
