"""The draft that a page changes: found, saved, or refused because somebody else was faster."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest

from leadscore.model import ScoringModel
from lejek.kernel import clock
from lejek.people.access import signed_in
from lejek.scoring import selectors, versions
from lejek.scoring.editing import Edit
from lejek.scoring.rewording import reworded
from lejek.scoring.selectors import Draft
from lejek.scoring.versions import DraftHasMoved, NoActiveModel
from lejek.scoring.views.shown import say_draft_moved, sent_revision


def draft_or_404() -> Draft:
    """The draft as it is now.

    Raises: Http404 while there is nothing to begin with.
    """
    try:
        return selectors.current_draft(clock.now())
    except NoActiveModel as error:
        raise Http404 from error


def sound_model(draft: Draft) -> ScoringModel:
    """The model of the draft, for pages that cannot do without.

    Raises: Http404 while the document has errors: they are mended in the text.
    """
    if draft.model is None:
        raise Http404("the draft has errors")
    return draft.model


def revision_of(request: HttpRequest) -> int:
    """The change of the draft that a form was made from; one that never was, without a number."""
    sent = sent_revision(request)
    return -1 if sent is None else sent


def saved(request: HttpRequest, document: str, said: str) -> bool:
    """Save the draft and say so; False when somebody else was faster."""
    try:
        versions.save_draft(
            document=document,
            revision=revision_of(request),
            actor=signed_in(request),
            now=clock.now(),
        )
    except DraftHasMoved:
        say_draft_moved(request)
        return False
    messages.success(request, said)
    return True


def saved_edit(request: HttpRequest, draft: Draft, document: str, said: str) -> bool:
    """Save what a form made of the draft, in the words of whoever wrote the draft."""
    return saved(request, reworded(draft.row.document, document), said)


def news(edit: Edit, draft: Draft) -> list[Any]:
    """The problems of an edit that the draft did not have before."""
    known = {(problem.code, problem.found) for problem in draft.problems}
    return [
        problem
        for problem in edit.problems
        if problem.is_error or (problem.code, problem.found) not in known
    ]
