"""The call list, its views and its file, and help. A view parses, checks access, asks, renders."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.middleware import HtmxDetails

from lejek.desk import saved_views
from lejek.desk.call_list import COUNTED, CallList, Filters, Whereabouts, owners_for, page_at
from lejek.desk.export import call_list_csv
from lejek.desk.models import SavedView
from lejek.desk.unscored import has_open_leads, unscored_leads
from lejek.desk.words import Words
from lejek.kernel import clock
from lejek.people import audit
from lejek.people.access import can, needs, signed_in
from lejek.scoring.selectors import active_or_none


def words_of_page() -> Words:
    """The words of the language in which the page is shown."""
    return Words((get_language() or "en")[:2])


@require_GET
@needs("leads.read")
def show_call_list(request: HttpRequest) -> HttpResponse:
    """Whom to call now."""
    user, filters, words, now = (
        signed_in(request),
        Filters.of(request.GET),
        words_of_page(),
        clock.now(),
    )
    where = Whereabouts.of(request.GET)
    page = page_at(CallList(user, filters), where, words, now)
    context: dict[str, object] = {
        "page": page,
        "unscored": unscored_leads(user) if page.n_unscored else None,
        "has_leads": bool(page.rows or not filters.is_empty) or has_open_leads(user),
        "filters": filters,
        "counted": COUNTED,
        "here": "&".join(filter(None, (filters.query, where.query))),
        "stages": words.stages,
        "views": saved_views.views_for(user),
        "may_edit": can(user, "leads.edit"),
        "may_export": can(user, "leads.export"),
        "may_import": can(user, "imports.write"),
        "may_publish": can(user, "models.publish"),
        "now": now,
    }
    if not is_fragment(request):
        active = active_or_none()
        context["grade_parts"] = words.grade_parts(active)
        context["definitions"] = words.definitions(active)
        context["owners"] = owners_for(user)
    template = "desk/_call_list.html" if is_fragment(request) else "desk/call_list.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def is_fragment(request: HttpRequest) -> bool:
    """Whether only a part of the page is asked for; on the way back a whole one is."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request


@require_POST
@needs("leads.export")
def export_call_list(request: HttpRequest) -> StreamingHttpResponse:
    """The whole list as it is narrowed and ordered, as a CSV file."""
    user, filters, now = signed_in(request), Filters.of(request.GET), clock.now()
    leads = CallList(user, filters)
    n_leads = leads.leads().count()
    audit.record(
        actor=user,
        action="exported_leads",
        subject=f"{n_leads} leads",
        details={"filters": filters.query},
        now=now,
    )
    parts = _spoken(call_list_csv(leads, words_of_page(), now), get_language() or "en")
    name = f"{_('leads')}-{timezone.localdate(now).isoformat()}.csv"
    return StreamingHttpResponse(
        parts,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _spoken(parts: Iterator[str], language: str) -> Iterator[str]:
    """The parts, each made in the language of the page: the request is over by then."""
    while True:
        with override(language):
            part = next(parts, None)
        if part is None:
            return
        yield part


@require_http_methods(["GET", "POST"])
@needs("leads.read")
def views(request: HttpRequest) -> HttpResponse:
    """The saved views; a POST saves one."""
    if request.method == "POST":
        return _save_view(request)
    return render(request, "desk/views.html", {"views": saved_views.views_for(signed_in(request))})


def _save_view(request: HttpRequest) -> HttpResponse:
    is_shared = request.POST.get("is_shared") == "yes"
    query = request.POST.get("query", "")
    try:
        view = saved_views.save_view(
            user=signed_in(request),
            name=request.POST.get("name", ""),
            query=query,
            is_shared=is_shared,
        )
    except saved_views.NameMissing:
        messages.error(request, _("Give the view a name."))
        return redirect("desk:call_list")
    messages.success(request, _("The view was saved."))
    return HttpResponseRedirect(f"{reverse('desk:call_list')}?{view.query}")


@require_POST
@needs("leads.read")
def change_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Rename a saved view, share it or keep it to oneself."""
    view = get_object_or_404(SavedView, pk=view_id, user=signed_in(request))
    is_shared = request.POST.get("is_shared") == "yes"
    try:
        saved_views.change_view(view=view, name=request.POST.get("name", ""), is_shared=is_shared)
    except saved_views.NameMissing:
        messages.error(request, _("Give the view a name."))
    except saved_views.NameTaken:
        messages.error(request, _("You have a view of this name already."))
    else:
        messages.success(request, _("The view was changed."))
    return redirect("desk:views")


@require_POST
@needs("leads.read")
def delete_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Forget a saved view."""
    SavedView.objects.filter(pk=view_id, user=signed_in(request)).delete()
    messages.success(request, _("The view was deleted."))
    return redirect("desk:views")


HELP_PAGES = ("scores", "bands", "verdicts", "model", "keys")


@require_GET
@needs("leads.read")
def show_help(request: HttpRequest, page: str = "scores") -> HttpResponse:
    """How to read what the other pages show."""
    if page not in HELP_PAGES:
        raise Http404(urlencode({"help": page}))
    return render(request, f"desk/help_{page}.html", {"help_page": page})
