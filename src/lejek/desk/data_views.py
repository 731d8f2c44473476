"""A lead that somebody adds by hand, and data that somebody corrects or completes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lejek.desk.data_form import LeadDataForm
from lejek.desk.lead_views import back_to, lead_for
from lejek.desk.views import words_of_page
from lejek.identity.correcting import add_lead, correct_lead
from lejek.identity.models import Contact, Lead
from lejek.identity.recording import Outcome
from lejek.identity.services import LeadRefused, Recorded
from lejek.kernel import clock
from lejek.people.access import for_user, needs, signed_in
from lejek.people.models import User

_PAGE = ["GET", "HEAD", "POST"]


@require_http_methods(_PAGE)
@needs("leads.edit")
def new_lead(request: HttpRequest) -> HttpResponse:
    """Add a lead by hand; somebody who is known is met again."""
    user, posted = signed_in(request), request.POST if request.method == "POST" else None
    form = LeadDataForm(posted, lead=None, words=words_of_page())
    if form.is_valid():
        try:
            recorded = add_lead(form.told(), actor=user, now=clock.now())
        except LeadRefused as refused:
            form.blame(refused.faults)
        else:
            return _added(request, user, recorded)
    return _page(request, form)


def _added(request: HttpRequest, user: User, recorded: Recorded) -> HttpResponse:
    lead = recorded.lead
    if not for_user(Lead.objects.all(), user).filter(pk=lead.pk).exists():
        messages.info(
            request,
            _(
                "This person is known already, and somebody else looks after them."
                " What you said was added to their data."
            ),
        )
        return redirect("desk:call_list")
    if recorded.outcome is Outcome.NEW:
        messages.success(request, _("The lead was added; its score follows in a moment."))
    else:
        messages.info(
            request, _("This person was known already: here is the lead. What you said was added.")
        )
    return redirect("desk:lead", lead.pk)


@require_http_methods(_PAGE)
@needs("leads.edit")
def correct_data(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Correct or complete what is known of a lead."""
    user, posted = signed_in(request), request.POST if request.method == "POST" else None
    lead = lead_for(user, lead_id)
    if lead.closed_at is not None:
        messages.error(request, _("This lead is closed; it stays as it is."))
        return back_to(request, lead)
    firm = lead.contact.company
    n_people = 0 if firm is None else Contact.objects.filter(company=firm).count()
    form = LeadDataForm(posted, lead=lead, words=words_of_page(), n_people=n_people)
    if form.is_valid():
        try:
            n_changed = correct_lead(lead=lead, told=form.told(), actor=user, now=clock.now())
        except LeadRefused as refused:
            form.blame(refused.faults)
        else:
            _say_changed(request, n_changed)
            return back_to(request, lead)
    return _page(request, form, lead=lead)


def _say_changed(request: HttpRequest, n_changed: int) -> None:
    if not n_changed:
        messages.info(request, _("Nothing was changed."))
        return
    said = ngettext(
        "%(n)s value was kept; the score follows in a moment.",
        "%(n)s values were kept; the score follows in a moment.",
        n_changed,
    )
    messages.success(request, said % {"n": n_changed})


def _page(request: HttpRequest, form: LeadDataForm, *, lead: Lead | None = None) -> HttpResponse:
    context = {
        "form": form,
        "lead": lead,
        "back": request.POST.get("back", request.GET.urlencode()),
    }
    return render(request, "desk/data.html", context, status=422 if form.is_bound else 200)
