"""What every page needs: theme, navigation, whether this is a demo."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from lejek import __version__

THEME_COOKIE = "theme"
LIGHT, DARK, AS_SYSTEM = "light", "dark", "system"

_PAGES = (
    ("desk:call_list", _("Whom to call now"), "phone-call", "leads.read", "/leads/"),
    ("measurement:bands", _("Bands"), "chart-bar", "reports.read", "/bands/"),
    ("scoring:model", _("Scoring model"), "adjustments", "models.read", "/models/"),
    (
        "qualification:definitions",
        _("Definitions"),
        "file-text",
        "definitions.read",
        "/definitions/",
    ),
    ("identity:imports", _("Imports"), "upload", "imports.read", "/imports/"),
    ("people:settings", _("Settings"), "settings", "", "/settings/"),
    ("desk:help", _("Help"), "help", "", "/help/"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """A link of the main navigation."""

    url: str
    label: str
    icon: str
    is_here: bool


def page(request: HttpRequest) -> dict[str, object]:
    """The context of every page."""
    chosen = request.COOKIES.get(THEME_COOKIE)
    return {
        "is_demo": settings.DEMO,
        "version": __version__,
        "theme": chosen if chosen in (LIGHT, DARK) else AS_SYSTEM,
        "themes": ((LIGHT, _("Light")), (DARK, _("Dark")), (AS_SYSTEM, _("As the system"))),
        "navigation": _navigation(request),
    }


def _navigation(request: HttpRequest) -> list[Item]:
    """The pages that the user may open."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    items = []
    for name, label, icon, permission, prefix in _PAGES:
        if permission and not user.may(permission):
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        here = request.path == url or request.path.startswith(prefix)
        items.append(Item(url, str(label), icon, here))
    return items
