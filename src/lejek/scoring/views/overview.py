"""The model at a glance, its versions, and the scorings of everybody."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lejek.identity.models import Lead
from lejek.kernel import clock
from lejek.people.access import can, needs, signed_in
from lejek.scoring import previews, selectors, versions
from lejek.scoring.difference import changes, document_difference
from lejek.scoring.models import ModelVersion, ScoringRun
from lejek.scoring.runs import ask_for_run
from lejek.scoring.summary import summary_of
from lejek.scoring.versions import NoActiveModel
from lejek.scoring.views.shown import language, shown_problems

RUNS_ON_A_PAGE = 25


@require_GET
@needs("models.read")
def show_model(request: HttpRequest) -> HttpResponse:
    """The active version, the draft, all versions, the newest run."""
    user, now = signed_in(request), clock.now()
    try:
        draft = selectors.current_draft(now)
    except NoActiveModel:
        return render(request, "scoring/no_model.html", {"may_edit": can(user, "models.edit")})
    active = draft.active
    model = None if active is None else versions.ready(active).model
    in_force = selectors.times_in_force()
    return render(
        request,
        "scoring/model.html",
        {
            "draft": draft,
            "problems": shown_problems(draft.problems, draft.row.document),
            "active": active,
            "summary": None if model is None else summary_of(model, language()),
            "activated": None if active is None else active.activations.order_by("-id").first(),
            "versions": [
                (version, in_force.get(version.pk, [])) for version in selectors.versions()
            ],
            "run": selectors.newest_run(),
            "grades": selectors.grades(),
            "n_leads": Lead.objects.filter(closed_at__isnull=True).count(),
            "may_edit": can(user, "models.edit"),
            "may_publish": can(user, "models.publish"),
            "may_preview": previews.may_see(user),
            "now": now,
        },
    )


@require_GET
@needs("models.read")
def show_version(request: HttpRequest, number: int) -> HttpResponse:
    """A published version: its document, its note, what it changed."""
    version = get_object_or_404(ModelVersion.objects.select_related("author"), number=number)
    before, active = selectors.version_before(version), selectors.active_or_none()
    model = versions.ready(version).model
    return render(
        request,
        "scoring/version.html",
        {
            "model_version": version,
            "before": before,
            "is_active": active is not None and active.pk == version.pk,
            "summary": summary_of(model, language()),
            "changes": changes(versions.ready(before).model, model, language()) if before else [],
            "difference": document_difference(before.document, version.document) if before else [],
            "times": selectors.times_in_force().get(version.pk, []),
            "may_publish": can(signed_in(request), "models.publish"),
        },
    )


@needs("models.publish")
def roll_back(request: HttpRequest, number: int) -> HttpResponse:
    """Let an earlier version score again, after showing what that changes."""
    version = get_object_or_404(ModelVersion, number=number)
    active = selectors.active_or_none()
    if request.method == "POST":
        versions.roll_back_to(
            version=version,
            note=request.POST.get("note", "").strip()[:2000],
            actor=signed_in(request),
            now=clock.now(),
        )
        messages.success(
            request,
            _("Version %(number)s scores again. Everybody is being scored anew.")
            % {"number": number},
        )
        return redirect("scoring:model")
    context: dict[str, object] = {"model_version": version, "active": active}
    if active is not None and active.pk != version.pk:
        models = versions.ready(active).model, versions.ready(version).model
        context["changes"] = changes(*models, language())
        context["difference"] = document_difference(active.document, version.document)
    return render(request, "scoring/roll_back.html", context)


@require_GET
@needs("models.read")
def show_runs(request: HttpRequest) -> HttpResponse:
    """The scorings of everybody, and whether they agreed with live scoring."""
    found = ScoringRun.objects.select_related("version").order_by("-id")
    page = Paginator(found, RUNS_ON_A_PAGE).get_page(request.GET.get("page"))
    names = {"read": _("read"), "score": _("scored"), "compare": _("compared")}
    names |= {"write": _("written"), "reconcile": _("checked against live scoring")}
    return render(
        request,
        "scoring/runs.html",
        {
            "page": page,
            "steps": names,
            "kinds": {
                "new": _("scored for the first time"),
                "points": _("other points"),
                "band": _("another band or grade"),
                "definition": _("a definition met or no longer met"),
            },
            "is_running": any(run.status == ScoringRun.Status.RUNNING for run in page),
            "may_publish": can(signed_in(request), "models.publish"),
            "now": clock.now(),
        },
    )


@require_POST
@needs("models.publish")
def start_run(request: HttpRequest) -> HttpResponse:
    """Have everybody scored now."""
    if ask_for_run(reason="asked", now=clock.now()) is None:
        messages.info(request, _("Everybody is waiting to be scored already."))
    else:
        messages.success(request, _("Everybody will be scored in a moment."))
    return redirect("scoring:runs")
