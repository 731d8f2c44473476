"""A person moves a lead to another stage, and says why."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lejek.desk.lead_views import back_to, lead_for, page_of_lead
from lejek.desk.move_form import MoveForm
from lejek.desk.moved import moves_of
from lejek.desk.views import words_of_page
from lejek.kernel import clock
from lejek.people.access import needs, signed_in
from lejek.qualification import services as qualification
from lejek.ui.numbers import whole_number


@require_POST
@needs("leads.edit")
def move_lead(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Move a lead from the stage in which the page showed it; where it went on since, it stays."""
    user, words = signed_in(request), words_of_page()
    lead = lead_for(user, lead_id)
    seen = request.POST.get("move-seen", "")
    form = MoveForm(request.POST, stages=words.stages, seen=seen)
    if not form.is_valid():
        messages.error(request, _("The lead was not moved: choose a stage and say why."))
        return page_of_lead(request, lead, move_form=form)
    to, reason = form.cleaned_data["to"], form.cleaned_data["reason"]
    if lead.closed_at is not None:
        messages.error(request, _("This lead is closed; it stays where it is."))
        return back_to(request, lead)
    moved = None
    if lead.stage == seen:
        moved = qualification.move_by_hand(
            lead=lead, to=to, reason=reason, actor=user, now=clock.now()
        )
    if moved is not None:
        return back_to(request, lead, moved=moved.pk)
    lead.refresh_from_db(fields=["stage"])
    said = _(
        "Nothing was changed: somebody moved this lead in the meantime."
        " It is in the stage “%(stage)s” now."
    )
    messages.error(request, said % {"stage": words.stage(lead.stage)})
    return back_to(request, lead)


@require_POST
@needs("leads.edit")
def undo_move(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Take back what one has just moved by hand."""
    user, words = signed_in(request), words_of_page()
    lead = lead_for(user, lead_id)
    move_id = whole_number(request.POST.get("move", ""))
    move = None if move_id is None else moves_of(lead, user).filter(pk=move_id).first()
    if move is not None and qualification.undo_move(move=move, actor=user, now=clock.now()):
        said = _("Taken back: the lead is in the stage “%(stage)s” again.")
        messages.success(request, said % {"stage": words.stage(move.old)})
    else:
        said = _("Nothing was changed: the lead has gone on since, or somebody else moved it.")
        messages.info(request, said)
    return back_to(request, lead)
