"""What the draft would change, before anybody publishes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from leadscore.errors import InvalidModel
from lejek.kernel import clock
from lejek.people.access import can, needs, signed_in
from lejek.scoring import previews, selectors
from lejek.scoring.models import PreviewRun
from lejek.scoring.preview_page import preview_page
from lejek.scoring.versions import NoActiveModel
from lejek.scoring.views.shown import editor_context, language


@needs("models.read")
def show_preview(request: HttpRequest) -> HttpResponse:
    """The newest preview of the draft; asked for by POST.

    It counts leads of everybody, so whoever sees none but the own ones does not see it.
    """
    user, now = signed_in(request), clock.now()
    if not previews.may_see(user):
        raise PermissionDenied("leads of everybody")
    if request.method == "POST" and not can(user, "models.edit"):
        raise PermissionDenied("models.edit")
    try:
        draft = selectors.current_draft(now)
    except NoActiveModel:
        return redirect("scoring:model")
    if request.method == "POST":
        try:
            previews.request_preview(document=draft.row.document, actor=user, now=now)
        except InvalidModel:
            messages.error(request, _("The draft has errors: mend them first."))
            return redirect("scoring:editor_yaml")
        except NoActiveModel:
            messages.error(request, _("There is no active version to compare with."))
        return redirect("scoring:preview")
    found = selectors.newest_preview(draft.row.document, draft.active)
    context: Mapping[str, Any] = editor_context(request, draft, "preview") | {
        "run": found,
        "is_open": found is not None and previews.is_open(found, now),
    }
    if found is not None and found.status == PreviewRun.Status.DONE:
        context = {**context, "page": preview_page(found, user, language())}
    is_fragment = request.headers.get("HX-Request") == "true"
    template = "scoring/_preview.html" if is_fragment else "scoring/preview.html"
    return render(request, template, dict(context))
