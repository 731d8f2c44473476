"""What several pages show alike: the language, problems of a document, the draft's state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leadscore.checks import Problem
from lejek.people.access import can
from lejek.people.models import User
from lejek.scoring import previews
from lejek.scoring.selectors import Draft
from lejek.ui.numbers import whole_number


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """A problem of the document in the language of the page, with the line it is about."""

    is_error: bool
    code: str
    line: int | None
    column: int | None
    path: str
    message: str
    accepted: str
    excerpt: str


def language() -> str:
    """The language of the page."""
    return "pl" if get_language() == "pl" else "en"


def shown_problems(problems: Iterable[Problem], document: str = "") -> list[ShownProblem]:
    """Problems as a page shows them, errors first."""
    lang, lines = language(), document.splitlines()
    shown = [
        ShownProblem(
            problem.is_error,
            problem.code,
            problem.line,
            problem.column,
            problem.path,
            problem.message(lang),
            problem.accepted(lang),
            lines[problem.line - 1][:160] if problem.line and problem.line <= len(lines) else "",
        )
        for problem in problems
    ]
    return sorted(shown, key=lambda problem: not problem.is_error)


def editor_context(request: HttpRequest, draft: Draft, tab: str) -> dict[str, object]:
    """What every page of the editor shows: tabs, the draft's state, what one may do."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - whoever may see the model is signed in
    return {
        "draft": draft,
        "tab": tab,
        "n_errors": len(draft.reading.errors),
        "n_warnings": len(draft.reading.warnings),
        "may_edit": can(user, "models.edit"),
        "may_publish": can(user, "models.publish"),
        "may_preview": previews.may_see(user),
        "lang": language(),
    }


def needs_to_edit(context: dict[str, object]) -> None:
    """For pages that some may read and others change.

    Raises: PermissionDenied for who may only read.
    """
    if not context["may_edit"]:
        raise PermissionDenied("models.edit")


def sent_revision(request: HttpRequest) -> int | None:
    """The change of the draft that a form was made from; None where it sent no such number."""
    return whole_number(request.POST.get("revision", ""))


def say_draft_moved(request: HttpRequest) -> None:
    """Tell that somebody else saved the draft first."""
    messages.error(
        request,
        _(
            "Somebody else saved the draft in the meantime, so your change was not saved. "
            "This is the draft as it is now: make your change again."
        ),
    )
