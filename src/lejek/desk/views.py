"""Pages of the desk. A view parses, checks access, asks one room, renders."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lejek.desk.call_list import Filters, call_list, page_of, rows_of
from lejek.desk.export import call_list_csv
from lejek.desk.lead_page import chart_of, consents, explained, neighbours, timeline, waterfalls
from lejek.desk.models import SavedView
from lejek.desk.words import Words
from lejek.identity.models import Lead
from lejek.kernel import clock
from lejek.people import audit
from lejek.people.access import can, for_user, needs, signed_in
from lejek.people.models import User
from lejek.qualification import services as qualification
from lejek.qualification.models import RejectionReason, Stage, Verdict
from lejek.scoring.models import LeadScore


def _lang() -> str:
    return (get_language() or "en")[:2]


@require_GET
@needs("leads.read")
def show_call_list(request: HttpRequest) -> HttpResponse:
    """Whom to call now."""
    user, filters, words, now = (
        signed_in(request),
        Filters.of(request.GET),
        Words(_lang()),
        clock.now(),
    )
    page = page_of(call_list(user, filters), request.GET.get("page"))
    context = {
        "page": page,
        "rows": rows_of(page, words, now),
        "filters": filters,
        "grades": "ABCD",
        "stages": _stages(),
        "owners": User.objects.filter(is_active=True, role="sales").order_by("name"),
        "views": SavedView.objects.filter(page="call_list", user=user).order_by("name"),
        "return_to": request.GET.urlencode(),
        "may_export": can(user, "leads.export"),
        "now": now,
        "words": words,
    }
    template = (
        "desk/_call_list.html" if request.headers.get("HX-Request") else "desk/call_list.html"
    )
    return render(request, template, context)


def _stages() -> list[tuple[str, str]]:
    name = f"label_{_lang()}"
    return [(s.key, getattr(s, name)) for s in Stage.objects.order_by("position")]


@require_POST
@needs("leads.export")
def export_call_list(request: HttpRequest) -> HttpResponse:
    """The list as shown, as a CSV file."""
    user, filters = signed_in(request), Filters.of(request.POST)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="leads.csv"'
    n_rows = call_list_csv(response, call_list(user, filters), Words(_lang()), clock.now())
    audit.record(
        actor=user,
        action="exported_leads",
        subject=f"{n_rows} leads",
        details={"filters": request.POST.urlencode()[:500]},
        now=clock.now(),
    )
    return response


@require_POST
@needs("leads.read")
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters under a name; the same name again replaces them."""
    name = request.POST.get("name", "").strip()[:80]
    if not name:
        messages.error(request, _("Give the view a name."))
    else:
        SavedView.objects.update_or_create(
            user=signed_in(request),
            page="call_list",
            name=name,
            defaults={"query": request.POST.get("query", "")[:1000]},
        )
        messages.success(request, _("The view was saved."))
    return HttpResponseRedirect(f"{reverse('desk:call_list')}?{request.POST.get('query', '')}")


@require_POST
@needs("leads.read")
def delete_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Forget a saved view."""
    SavedView.objects.filter(pk=view_id, user=signed_in(request)).delete()
    return HttpResponseRedirect(reverse("desk:call_list"))


@require_GET
@needs("leads.read")
def show_lead(request: HttpRequest, lead_id: int) -> HttpResponse:
    """One lead: who, why, what happened, what may be done."""
    user, words, now = signed_in(request), Words(_lang()), clock.now()
    lead = _lead(user, lead_id)
    score = LeadScore.objects.select_related("version").filter(lead=lead).first()
    why = None if score is None else explained(score, words.lang)
    back = request.GET.urlencode()
    context = {
        "lead": lead,
        "contact": lead.contact,
        "company": lead.contact.company,
        "score": score,
        "bands": [] if score is None else words.bands(score),
        "why": why,
        "waterfalls": [] if why is None else waterfalls(why),
        "chart": chart_of(lead, now),
        "timeline": timeline(lead, words),
        "neighbours": None if score is None else neighbours(score, user, Filters.of(request.GET)),
        "back": back,
        "reasons": RejectionReason.objects.filter(is_active=True).order_by("position", "id"),
        "verdict": Verdict.objects.filter(lead=lead, undone_at__isnull=True)
        .order_by("-id")
        .first(),
        "stage": dict(_stages()).get(lead.stage, lead.stage),
        "consents": consents(lead),
        "may_judge": can(user, "leads.judge"),
        "now": now,
    }
    return render(request, "desk/lead.html", context)


def _lead(user: User, lead_id: int) -> Lead:
    leads = for_user(Lead.objects.all(), user)
    return get_object_or_404(leads.select_related("contact__company", "owner"), pk=lead_id)


@require_POST
@needs("leads.judge")
def judge_lead(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Sales accepts or rejects a lead."""
    user, now = signed_in(request), clock.now()
    lead = _lead(user, lead_id)
    comment = request.POST.get("comment", "").strip()[:2000]
    if request.POST.get("verdict") == "accept":
        qualification.accept_lead(lead=lead, comment=comment, actor=user, now=now)
        messages.success(request, _("Accepted. The lead is yours to work on."))
    else:
        reason = RejectionReason.objects.filter(
            key=request.POST.get("reason", ""), is_active=True
        ).first()
        if reason is None:
            messages.error(request, _("Choose the reason for which you send the lead back."))
        else:
            qualification.reject_lead(
                lead=lead, reason=reason, comment=comment, actor=user, now=now
            )
            messages.success(request, _("Sent back to marketing, with your reason."))
    return _back_to(request, lead)


@require_POST
@needs("leads.judge")
def undo_verdict(request: HttpRequest, lead_id: int, verdict_id: int) -> HttpResponse:
    """Take a verdict back."""
    user = signed_in(request)
    lead = _lead(user, lead_id)
    verdict = get_object_or_404(Verdict.objects.select_related("lead"), pk=verdict_id, lead=lead)
    try:
        qualification.undo_verdict(verdict=verdict, actor=user, now=clock.now())
    except qualification.NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    messages.success(request, _("The verdict was taken back."))
    return _back_to(request, lead)


def _back_to(request: HttpRequest, lead: Lead) -> HttpResponse:
    query = request.POST.get("back", "")
    address = reverse("desk:lead", args=[lead.pk])
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


HELP_PAGES = ("scores", "bands", "verdicts", "model")


@require_GET
@needs("leads.read")
def show_help(request: HttpRequest, page: str = "scores") -> HttpResponse:
    """How to read what the other pages show."""
    if page not in HELP_PAGES:
        raise Http404(urlencode({"help": page}))
    return render(request, f"desk/help_{page}.html", {"help_page": page})
