"""The page of the vocabulary of positions."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lejek.identity.models import PositionWord
from lejek.identity.normalise.position import Department, Seniority, phrase
from lejek.identity.services import current_conventions
from lejek.kernel import clock
from lejek.people import audit
from lejek.people.access import can, needs, signed_in
from lejek.people.models import User

LONGEST_WORDS = 60
SENIORITY_LABELS = {
    Seniority.OWNER: gettext_lazy("owner"),
    Seniority.C_LEVEL: gettext_lazy("board"),
    Seniority.DIRECTOR: gettext_lazy("director"),
    Seniority.MANAGER: gettext_lazy("manager"),
    Seniority.SPECIALIST: gettext_lazy("specialist"),
    Seniority.ASSISTANT: gettext_lazy("assistant"),
    Seniority.INTERN: gettext_lazy("intern"),
    Seniority.STUDENT: gettext_lazy("student"),
}
DEPARTMENT_LABELS = {
    Department.MANAGEMENT: gettext_lazy("management"),
    Department.IT: gettext_lazy("IT"),
    Department.FINANCE: gettext_lazy("finance"),
    Department.SALES: gettext_lazy("sales"),
    Department.MARKETING: gettext_lazy("marketing"),
    Department.PROCUREMENT: gettext_lazy("purchasing"),
    Department.OPERATIONS: gettext_lazy("operations"),
    Department.PRODUCTION: gettext_lazy("production"),
    Department.LOGISTICS: gettext_lazy("logistics"),
    Department.QUALITY: gettext_lazy("quality"),
    Department.ENGINEERING: gettext_lazy("engineering"),
    Department.HR: gettext_lazy("HR"),
    Department.LEGAL: gettext_lazy("legal"),
    Department.ADMINISTRATION: gettext_lazy("administration"),
    Department.SERVICE: gettext_lazy("service"),
    Department.RESEARCH: gettext_lazy("research"),
}


@require_http_methods(["GET", "POST"])
@needs("imports.read")
def show(request: HttpRequest) -> HttpResponseBase:
    """The organisation's own words, and a place to try one; a POST keeps or removes a word."""
    user = signed_in(request)
    if request.method == "POST":
        return _keep(request)
    tried = request.GET.get("position", "")[:150]
    meaning = current_conventions().positions(tried) if tried else None
    context = {
        "words": PositionWord.objects.order_by("word"),
        "departments": DEPARTMENT_LABELS.items(),
        "seniorities": SENIORITY_LABELS.items(),
        "tried": tried,
        "department": _label(DEPARTMENT_LABELS, "" if meaning is None else meaning.department),
        "seniority": _label(SENIORITY_LABELS, "" if meaning is None else meaning.seniority),
        "may_write": can(user, "settings.edit"),
    }
    return render(request, "identity/positions.html", context)


def _label(labels: object, name: str) -> str:
    known = labels if isinstance(labels, dict) else {}
    return str(known.get(name, name))


@needs("settings.edit")
def _keep(request: HttpRequest) -> HttpResponse:
    word = " ".join(phrase(request.POST.get("word", "")[: 2 * LONGEST_WORDS]))
    department, seniority = request.POST.get("department", ""), request.POST.get("seniority", "")
    if not word:
        messages.error(request, _("Write the word or words that a position contains."))
    elif len(word) > LONGEST_WORDS:
        messages.error(request, _("Write 60 characters at most."))
    elif "remove" in request.POST:
        _record(word, None, signed_in(request))
    elif department in {"", *Department} and seniority in {"", *Seniority}:
        _record(word, (department, seniority), signed_in(request))
    return redirect("identity:positions")


def _record(word: str, meaning: tuple[str, str] | None, user: User) -> None:
    """Keep or remove a word, with an entry in the audit log."""
    if meaning is None:
        PositionWord.objects.filter(word=word).delete()
    else:
        defaults = {"department": meaning[0], "seniority": meaning[1]}
        PositionWord.objects.update_or_create(word=word, defaults=defaults)
    audit.record(
        actor=user,
        action="changed_position_word",
        subject=word,
        details={"meaning": meaning},
        now=clock.now(),
    )
