"""Definitions as pages: what they ask, who meets them, who signed them."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lejek.kernel import clock
from lejek.people.access import can, needs, signed_in
from lejek.people.models import User
from lejek.qualification.models import SignOff
from lejek.qualification.selectors import (
    DefinitionPage,
    definition_pages,
    history_of,
    sides_for,
)
from lejek.qualification.services import NotAllowed, sign_definition
from lejek.qualification.weeks_chart import weeks_chart
from lejek.scoring.models import ModelVersion
from lejek.scoring.versions import NoActiveModel, active_version


def lang() -> str:
    """The language of the page."""
    return (get_language() or "en")[:2]


@require_GET
@needs("definitions.read")
def show_definitions(request: HttpRequest) -> HttpResponse:
    """The definitions of the version that scores now."""
    user = signed_in(request)
    version = _active()
    pages = [] if version is None else definition_pages(version, user, clock.now())
    context = {
        "model_version": version,
        "pages": [(page, page.label(lang())) for page in pages],
        "lang": lang(),
    }
    return render(request, "qualification/definitions.html", context)


@require_GET
@needs("definitions.read")
def show_definition(request: HttpRequest, name: str) -> HttpResponse:
    """One definition, with its signatures and its history."""
    user, now = signed_in(request), clock.now()
    version, page = _active(), None
    if version is not None:
        page = _page(version, name, user)
    chapters, may_sign = history_of(name), can(user, "definitions.sign")
    if page is None and not chapters:
        raise Http404(name)
    context = {
        "name": name,
        "page": page,
        "label": name if page is None else page.label(lang()),
        "model_version": version,
        "chapters": chapters,
        "chart": None if page is None else weeks_chart(page.weeks),
        "signable": sides_for(user, version) if version and may_sign else [],
        "lang": lang(),
        "now": now,
    }
    return render(request, "qualification/definition.html", context)


@require_POST
@needs("definitions.sign")
def sign(request: HttpRequest, name: str) -> HttpResponse:
    """Sign a definition for one's side, as it stands in the version that one saw."""
    user = signed_in(request)
    version = _active()
    if version is None or _page(version, name, user) is None:
        raise Http404(name)
    back = HttpResponseRedirect(reverse("qualification:definition", args=[name]))
    if request.POST.get("version") != str(version.number):
        messages.error(request, _("A newer version was published in the meantime; read it first."))
        return back
    side = request.POST.get("side", "")
    if side not in SignOff.Side.values:
        messages.error(request, _("Say for which side you sign."))
        return back
    try:
        sign_definition(version=version, definition=name, side=side, actor=user, now=clock.now())
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    messages.success(request, _("Signed. Your name stands under this version."))
    return back


def _active() -> ModelVersion | None:
    try:
        return active_version()
    except NoActiveModel:
        return None


def _page(version: ModelVersion, name: str, user: User) -> DefinitionPage | None:
    pages = definition_pages(version, user, clock.now())
    return next((page for page in pages if page.name == name), None)
