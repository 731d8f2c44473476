"""Deals on the page of a lead: opened, won, lost, mended."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lejek.deals import services as deals
from lejek.deals.forms import DealForm
from lejek.deals.models import Opportunity
from lejek.desk.lead_views import back_to, lead_for, page_of_lead
from lejek.identity.models import Lead
from lejek.kernel import clock
from lejek.people.access import needs, signed_in


@require_POST
@needs("leads.judge")
def open_deal(request: HttpRequest, lead_id: int) -> HttpResponse:
    """The lead wants to buy."""
    lead, form = lead_for(signed_in(request), lead_id), DealForm(request.POST)
    if not form.is_valid():
        return _wrong(request, lead, form)
    del form.cleaned_data["reason"]
    try:
        deals.open_deal(lead=lead, actor=signed_in(request), now=clock.now(), **form.cleaned_data)
    except deals.DealIsOpen:
        messages.error(request, _("This lead has an open deal already."))
    else:
        messages.success(request, _("The deal is open."))
    return back_to(request, lead)


@require_POST
@needs("leads.judge")
def win_deal(request: HttpRequest, lead_id: int) -> HttpResponse:
    """The deal was won."""
    return _closed(request, lead_id, _("Won. Congratulations!"), is_won=True)


@require_POST
@needs("leads.judge")
def lose_deal(request: HttpRequest, lead_id: int) -> HttpResponse:
    """The deal was lost."""
    return _closed(request, lead_id, _("Lost, and written down."), is_won=False)


def _closed(request: HttpRequest, lead_id: int, said: str, *, is_won: bool) -> HttpResponse:
    user = signed_in(request)
    lead, form = lead_for(user, lead_id), DealForm(request.POST, is_lost=not is_won)
    if not form.is_valid():
        return _wrong(request, lead, form)
    reason = form.cleaned_data.pop("reason")
    try:
        deals.record_outcome(
            lead=lead,
            seen=request.POST.get("seen", ""),
            lost_because=None if is_won else reason,
            actor=user,
            now=clock.now(),
            **form.cleaned_data,
        )
    except deals.DealsHaveMoved:
        said = _(
            "The deals of this lead have changed in the meantime; nothing more was written down."
        )
        messages.warning(request, said)
    else:
        messages.success(request, said)
    return back_to(request, lead)


@require_POST
@needs("leads.judge")
def correct_deal(request: HttpRequest, lead_id: int, deal_id: int) -> HttpResponse:
    """The name, the amount or the reason was wrong."""
    lead = lead_for(signed_in(request), lead_id)
    deal = get_object_or_404(Opportunity, pk=deal_id, lead=lead)
    is_lost = deal.outcome == Opportunity.Outcome.LOST
    prefix = request.POST.get("prefix", "deal")[:40]
    form = DealForm(request.POST, is_lost=is_lost, prefix=prefix)
    if form.is_valid():
        deals.correct_deal(
            deal=deal, actor=signed_in(request), now=clock.now(), **form.cleaned_data
        )
        messages.success(request, _("The deal was changed."))
        return back_to(request, lead)
    return _wrong(request, lead, form, deal)


@require_POST
@needs("leads.judge")
def reopen_deal(request: HttpRequest, lead_id: int, deal_id: int) -> HttpResponse:
    """The deal was closed by mistake."""
    lead = lead_for(signed_in(request), lead_id)
    deal = get_object_or_404(Opportunity.objects.select_related("lead"), pk=deal_id, lead=lead)
    try:
        if deals.reopen_deal(deal=deal, actor=signed_in(request), now=clock.now()):
            messages.success(request, _("The deal is open again."))
    except deals.DealIsOpen:
        messages.error(request, _("Close the other open deal of this lead first."))
    return back_to(request, lead)


def _wrong(
    request: HttpRequest, lead: Lead, form: DealForm, corrected: Opportunity | None = None
) -> HttpResponse:
    """The page again, with the form as it was typed."""
    messages.error(request, _("The deal was not saved: correct the marked field."))
    return page_of_lead(request, lead, deal_form=form, corrected=corrected)
