"""Publishing the draft: what changes is shown first, then it is done with a note."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from leadscore.errors import InvalidModel
from lejek.kernel import clock
from lejek.people.access import needs, signed_in
from lejek.scoring import selectors, versions
from lejek.scoring.difference import changes, document_difference
from lejek.scoring.versions import DraftHasMoved, NoActiveModel
from lejek.scoring.views.shown import (
    editor_context,
    language,
    say_draft_moved,
    sent_revision,
    shown_problems,
)


@needs("models.publish")
def publish(request: HttpRequest) -> HttpResponse:
    """Freeze the draft as the next version, after showing how it differs from the active one."""
    now = clock.now()
    try:
        draft = selectors.current_draft(now)
    except NoActiveModel:
        return redirect("scoring:model")
    if request.method == "POST":
        revision = sent_revision(request)
        if revision is not None:
            return _published(request, revision)
        messages.error(request, _("The form does not say which change of the draft it publishes."))
    context = editor_context(request, draft, "publish")
    context["problems"] = shown_problems(draft.problems, draft.row.document)
    context["preview"] = selectors.newest_preview(draft.row.document, draft.active)
    if draft.active is not None:
        context["difference"] = document_difference(draft.active.document, draft.row.document)
        if draft.model is not None:
            before = versions.ready(draft.active).model
            context["changes"] = changes(before, draft.model, language())
    # Whoever sent a form that this page would not send is shown the page.
    status = 400 if request.method == "POST" else 200
    return render(request, "scoring/publish.html", context, status=status)


def _published(request: HttpRequest, revision: int) -> HttpResponse:
    note = request.POST.get("note", "").strip()[:2000]
    if not note:
        messages.error(request, _("Say in the note what changes and why."))
        return redirect("scoring:publish")
    try:
        version = versions.publish_draft(
            revision=revision, note=note, actor=signed_in(request), now=clock.now()
        )
    except DraftHasMoved:
        say_draft_moved(request)
        return redirect("scoring:publish")
    except InvalidModel:
        messages.error(request, _("The draft has errors: mend them first."))
        return redirect("scoring:editor_yaml")
    messages.success(
        request,
        _("Version %(number)s is published. Everybody is being scored anew.")
        % {"number": version.number},
    )
    return redirect("scoring:model")
