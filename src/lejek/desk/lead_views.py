"""The page of a lead. A view parses, checks access, asks, renders."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lejek.deals.forms import DealForm
from lejek.deals.models import Opportunity
from lejek.deals.selectors import deals_of, standing
from lejek.deals.services import DealIsOpen, reject_lead
from lejek.desk.as_of import ProfilingRefused, score_then
from lejek.desk.call_list import Filters, Whereabouts
from lejek.desk.day_form import DayForm
from lejek.desk.evidence import evidence
from lejek.desk.lead_page import (
    consents,
    history_of,
    neighbours,
    standing_verdict,
    waterfalls,
)
from lejek.desk.move_form import MoveForm
from lejek.desk.moved import just_moved
from lejek.desk.record import record_of
from lejek.desk.timeline import Place, timeline
from lejek.desk.views import is_fragment, words_of_page
from lejek.desk.words import Words
from lejek.identity.models import Lead
from lejek.kernel import clock
from lejek.people.access import can, for_user, needs, signed_in
from lejek.people.models import Role, User
from lejek.qualification import services as qualification
from lejek.qualification.models import RejectionReason, Verdict
from lejek.qualification.selectors import standings
from lejek.scoring.models import LeadScore
from lejek.scoring.selectors import active_or_none, explain_lead


@require_GET
@needs("leads.read")
def show_lead(request: HttpRequest, lead_id: int) -> HttpResponse:
    """One lead: who, why, what happened, what may be done."""
    return page_of_lead(request, lead_for(signed_in(request), lead_id))


def lead_for(user: User, lead_id: int) -> Lead:
    """A lead that somebody may see, with its person, company and salesperson.

    Raises: Http404.
    """
    leads = for_user(Lead.objects.all(), user)
    return get_object_or_404(leads.select_related("contact__company", "owner"), pk=lead_id)


def page_of_lead(
    request: HttpRequest,
    lead: Lead,
    *,
    deal_form: DealForm | None = None,
    corrected: Opportunity | None = None,
    move_form: MoveForm | None = None,
) -> HttpResponse:
    """The page; with a form that was wrong, to be mended."""
    user, words, now = signed_in(request), words_of_page(), clock.now()
    said = consents(lead, words)
    is_refused = said.is_profiling_refused
    score = None if is_refused else _score_of(lead)
    version = active_or_none() if score is None else score.version
    context = {
        "lead": lead,
        "contact": lead.contact,
        "company": lead.contact.company,
        "stage": words.stage(lead.stage),
        "words": words,
        "consents": said,
        "is_published": version is not None,
        "record": record_of(lead, None if is_refused else version, words, now),
        "history": None if is_refused else history_of(lead, now),
        "timeline": timeline(lead, words, Place.of(request.GET.get("older", ""))),
        "day_form": DayForm(today=timezone.localdate(now)),
        "now": now,
        **_reasons(score, words, now),
        **_list(request, user, lead, score),
        **_judging(user, lead, words),
        **_deals(lead, deal_form, corrected),
        "move_form": move_form or _move_form(user, lead, words),
        "moved": just_moved(lead, user, request.GET.get("moved", ""), words),
    }
    is_wrong = deal_form is not None or move_form is not None
    return render(request, "desk/lead.html", context, status=422 if is_wrong else 200)


def _score_of(lead: Lead) -> LeadScore | None:
    score = LeadScore.objects.select_related("version").filter(lead=lead).first()
    if score is not None:
        score.lead = lead
    return score


def _reasons(score: LeadScore | None, words: Words, now: datetime) -> dict[str, object]:
    """Why the lead has its score."""
    if score is None:
        return {"score": None, "why": None, "bands": [], "waterfalls": {}}
    why = explain_lead(score, words.lang)
    bands = words.bands(score)
    return {
        "score": score,
        "why": why,
        "definitions": standings(score, why, now),
        "bands": bands,
        "waterfalls": waterfalls(why),
    }


def _list(
    request: HttpRequest, user: User, lead: Lead, score: LeadScore | None
) -> dict[str, object]:
    """The list that one came from, and the neighbours in it; a form brings it back hidden."""
    query = request.GET.copy()
    if request.method == "POST":
        query.update(_returned(request))
    filters = Filters.of(query)
    here = "&".join(filter(None, (filters.query, Whereabouts.of(query).query)))
    return {"back": here, "neighbours": neighbours(lead, score, user, filters)}


def _judging(user: User, lead: Lead, words: Words) -> dict[str, object]:
    """What may be said of the lead, and what was."""
    verdict = standing_verdict(lead)
    may_judge = can(user, "leads.judge")
    is_theirs = verdict is not None and (
        verdict.actor_id == user.pk or user.role == Role.ADMINISTRATOR
    )
    reasons = RejectionReason.objects.filter(is_active=True).order_by("position", "id")
    return {
        "may_judge": may_judge,
        "is_finished": lead.closed_at is not None or words.is_finished(lead.stage),
        "verdict": verdict,
        "verdict_reason": ""
        if verdict is None or verdict.reason is None
        else words.reason(verdict.reason),
        "may_undo": may_judge and is_theirs,
        "reasons": [(each.key, words.reason(each)) for each in reasons] if may_judge else [],
    }


def _move_form(user: User, lead: Lead, words: Words) -> MoveForm | None:
    """To move the lead by hand; None for who may not, and for a lead that is closed."""
    if lead.closed_at is not None or not can(user, "leads.edit"):
        return None
    return MoveForm(stages=words.stages, seen=lead.stage)


def _deals(lead: Lead, form: DealForm | None, corrected: Opportunity | None) -> dict[str, object]:
    """The deals, each with its form; a form that was wrong keeps what was typed."""
    deals = deals_of(lead)
    open_deal = next((d for d in deals if d.outcome == Opportunity.Outcome.OPEN), None)
    is_open_ones = corrected is None or (open_deal is not None and corrected.pk == open_deal.pk)
    rows = []
    for deal in deals:
        is_corrected = corrected is not None and corrected.pk == deal.pk
        mine = form if is_corrected and deal is not open_deal else None
        rows.append((deal, mine or DealForm.of(deal, prefix=f"deal{deal.pk}"), mine is not None))
    return {
        "deals": rows,
        "open_deal": open_deal,
        "deals_seen": standing(deals),
        "deal_form": form if form is not None and is_open_ones else DealForm.of(open_deal),
    }


@require_GET
@needs("leads.read")
def show_evidence(request: HttpRequest, lead_id: int, rule_id: str) -> HttpResponse:
    """What stands behind one line of the explanation."""
    lead, words = lead_for(signed_in(request), lead_id), words_of_page()
    score = _score_of(lead)
    if score is None:
        raise Http404
    found = evidence(lead, score, explain_lead(score, words.lang), rule_id, words)
    if found is None:
        raise Http404
    context = {"lead": lead, "evidence": found, "score": score, "now": clock.now()}
    template = "desk/_evidence.html" if is_fragment(request) else "desk/evidence.html"
    return render(request, template, context)


@require_GET
@needs("leads.read")
def show_then(request: HttpRequest, lead_id: int) -> HttpResponse:
    """What the lead scored on an earlier day, with what was known and in which stage it was."""
    lead, words, now = lead_for(signed_in(request), lead_id), words_of_page(), clock.now()
    form = DayForm(request.GET.get("on", ""), today=timezone.localdate(now))
    context: dict[str, object] = {"lead": lead, "day_form": form}
    if not form.is_valid():
        return render(request, "desk/then.html", context, status=422)
    on = form.cleaned_data["on"]
    try:
        then, is_refused = score_then(lead, min(now, _end_of(on)), words.lang), False
    except ProfilingRefused:
        then, is_refused = None, True
    context |= {"on": on, "then": then, "is_refused": is_refused}
    if then is not None:
        context |= {
            "stage": words.stage(then.stage),
            "score": then.score,
            "why": then.why,
            "definitions": standings(then.score, then.why, then.at),
            "bands": words.bands(then.score),
            "waterfalls": waterfalls(then.why),
        }
    return render(request, "desk/then.html", context)


def _end_of(on: date) -> datetime:
    """The last microsecond of a local day."""
    midnight = timezone.make_aware(datetime.combine(on + timedelta(days=1), time.min))
    return midnight - timedelta(microseconds=1)


@require_POST
@needs("leads.judge")
def judge_lead(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Sales accepts or rejects a lead."""
    user, now = signed_in(request), clock.now()
    lead = lead_for(user, lead_id)
    comment = request.POST.get("comment", "").replace("\0", "").strip()[:2000]
    is_accepted = request.POST.get("verdict") == "accept"
    given = RejectionReason.objects.filter(key=request.POST.get("reason", ""), is_active=True)
    reason = None if is_accepted else given.first()
    try:
        if is_accepted:
            verdict = qualification.accept_lead(lead=lead, comment=comment, actor=user, now=now)
            is_mine = verdict.takes_lead or lead.owner_id == user.pk
            messages.success(request, _accepted(None if is_mine else lead.owner))
        elif reason is None:
            messages.error(request, _("Choose the reason for which you send the lead back."))
        else:
            reject_lead(lead=lead, reason=reason, comment=comment, actor=user, now=now)
            messages.success(request, _("Sent back to marketing, with your reason."))
    except qualification.LeadIsFinished:
        messages.error(request, _("Nobody works on this lead any more, so it takes no verdict."))
    except DealIsOpen:
        messages.error(request, _("Close the open deal first, as won or lost."))
    return back_to(request, lead)


def _accepted(owner: User | None) -> str:
    """What is said of an accepted lead; `owner` is whose it is, where it is somebody else's."""
    if owner is None:
        return _("Accepted. The lead is yours to work on.")
    return _("Accepted. %(name)s works on this lead.") % {"name": owner}


@require_POST
@needs("leads.judge")
def undo_verdict(request: HttpRequest, lead_id: int, verdict_id: int) -> HttpResponse:
    """Take a verdict back."""
    user = signed_in(request)
    lead = lead_for(user, lead_id)
    verdict = get_object_or_404(Verdict.objects.select_related("lead"), pk=verdict_id, lead=lead)
    try:
        is_undone = qualification.undo_verdict(verdict=verdict, actor=user, now=clock.now())
    except qualification.NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    if is_undone:
        messages.success(request, _("The verdict was taken back."))
    else:
        messages.info(request, _("The verdict had been taken back already."))
    return back_to(request, lead)


def back_to(request: HttpRequest, lead: Lead, **said: int) -> HttpResponse:
    """To the page of the lead, in the list from which one came; `said` is what it tells."""
    query = urlencode({**_returned(request), **said})
    address = reverse("desk:lead", args=[lead.pk])
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


def _returned(request: HttpRequest) -> dict[str, str]:
    """The list from which one came, as a form brings it back."""
    return dict(parse_qsl(request.POST.get("back", "")[:1000]))
