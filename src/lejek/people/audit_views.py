"""The page about who did what."""

from __future__ import annotations

from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lejek.people.access import needs
from lejek.people.audit import broken_at
from lejek.people.models import AuditEntry, User
from lejek.people.selectors import AuditFilter, audit_entries
from lejek.people.wording import action_words

ENTRIES_ON_A_PAGE = 50


@require_GET
@needs("audit.read")
def show_audit(request: HttpRequest) -> HttpResponse:
    """Who did what, by person, action, words and days; on request, whether the seals hold."""
    asked = _asked(request)
    page = Paginator(audit_entries(asked), ENTRIES_ON_A_PAGE).get_page(request.GET.get("page"))
    done = AuditEntry.objects.order_by().values_list("action", flat=True).distinct()
    context = {
        "page": page,
        "asked": asked,
        "is_filtered": asked != AuditFilter(),
        "actions": sorted(((each, action_words(each)) for each in done), key=lambda pair: pair[1]),
        "people": User.objects.order_by("name"),
        "is_checked": "check" in request.GET,
    }
    if "check" in request.GET:
        context["broken_at"] = broken_at()
    return render(request, "people/audit.html", context)


def _asked(request: HttpRequest) -> AuditFilter:
    actor = request.GET.get("actor", "")
    return AuditFilter(
        actor=int(actor) if actor.isdecimal() and len(actor) < 19 else None,
        action=request.GET.get("action", ""),
        words=request.GET.get("q", "").strip(),
        since=_day(request.GET.get("since", "")),
        until=_day(request.GET.get("until", "")),
    )


def _day(text: str) -> date | None:
    """A day as a date field sends it; None for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 <= found.year < 9999 else None
