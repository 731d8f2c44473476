"""Settings of lifecycle stages and of the reasons for which sales sends leads back."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leadscore.language import Names
from lejek.identity.models import Lead
from lejek.kernel import clock
from lejek.people.access import needs, signed_in
from lejek.qualification import configuration
from lejek.qualification.forms import ReasonForm, StageForm
from lejek.qualification.models import RejectionReason, Stage
from lejek.qualification.selectors import model_of
from lejek.qualification.views import lang
from lejek.scoring.versions import NoActiveModel, active_version

_PLACES = {"up": -1, "down": 1}


@require_GET
@needs("settings.edit")
def show_stages(request: HttpRequest) -> HttpResponse:
    """The stages in their order, with the leads that are in each."""
    counts = dict(Lead.objects.values_list("stage").annotate(n=Count("pk")).order_by("stage"))
    labels = dict(_definitions())
    context = {
        "rows": [
            (stage, counts.get(stage.key, 0), labels.get(stage.definition))
            for stage in Stage.objects.order_by("position", "id")
        ]
    }
    return render(request, "qualification/stages.html", context)


@require_http_methods(["GET", "POST"])
@needs("settings.edit")
def add_stage(request: HttpRequest) -> HttpResponse:
    """A new stage."""
    form = StageForm(request.POST or None, definitions=_definitions(), initial={"is_working": True})
    if request.method == "POST" and form.is_valid():
        configuration.add_stage(entry=form.entry(), actor=signed_in(request), now=clock.now())
        messages.success(request, _("The stage was added."))
        return HttpResponseRedirect(reverse("qualification:stages"))
    return render(request, "qualification/stage_form.html", {"form": form})


@require_http_methods(["GET", "POST"])
@needs("settings.edit")
def change_stage(request: HttpRequest, key: str) -> HttpResponse:
    """Another name, definition or meaning of a stage."""
    stage = get_object_or_404(Stage, key=key)
    definitions = _definitions()
    if stage.definition and stage.definition not in dict(definitions):
        gone = _("%(name)s (not in the active model)") % {"name": stage.definition}
        definitions.append((stage.definition, gone))
    initial = {name: getattr(stage, name) for name in StageForm.base_fields}
    form = StageForm(request.POST or None, definitions=definitions, initial=initial)
    if request.method == "POST" and form.is_valid():
        configuration.change_stage(
            stage=stage, entry=form.entry(), actor=signed_in(request), now=clock.now()
        )
        messages.success(request, _("The stage was saved."))
        return HttpResponseRedirect(reverse("qualification:stages"))
    context = {"form": form, "stage": stage, "is_needed": key in configuration.NEEDED}
    return render(request, "qualification/stage_form.html", context)


@require_POST
@needs("settings.edit")
def move_stage(request: HttpRequest, key: str) -> HttpResponse:
    """A stage one place up or down."""
    configuration.move_stage(
        stage=get_object_or_404(Stage, key=key),
        by=_PLACES.get(request.POST.get("to", ""), 0),
        actor=signed_in(request),
        now=clock.now(),
    )
    return HttpResponseRedirect(reverse("qualification:stages"))


@require_POST
@needs("settings.edit")
def delete_stage(request: HttpRequest, key: str) -> HttpResponse:
    """Take a stage away that was never used; otherwise say why it stays."""
    stage = get_object_or_404(Stage, key=key)
    try:
        configuration.delete_stage(stage=stage, actor=signed_in(request), now=clock.now())
    except configuration.InUse as error:
        messages.error(request, why_it_stays(error))
        return HttpResponseRedirect(reverse("qualification:change_stage", args=[key]))
    messages.success(request, _("The stage was deleted."))
    return HttpResponseRedirect(reverse("qualification:stages"))


def why_it_stays(error: configuration.InUse) -> str:
    """Why a stage cannot be deleted, for a reader."""
    if error.why == "leads":
        return ngettext(
            "The stage stays: %(count)d lead is in it. Move it first.",
            "The stage stays: %(count)d leads are in it. Move them first.",
            error.count,
        ) % {"count": error.count}
    if error.why == "history":
        return _("The stage stays: leads went through it, and their history names it.")
    return _("The stage stays: new leads or verdicts of sales go to it. You can rename it.")


@require_GET
@needs("settings.edit")
def show_reasons(request: HttpRequest) -> HttpResponse:
    """The reasons in their order, with how often each was given."""
    return render(request, "qualification/reasons.html", {"reasons": _reasons()})


@require_http_methods(["GET", "POST"])
@needs("settings.edit")
def add_reason(request: HttpRequest) -> HttpResponse:
    """A new reason."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        configuration.add_reason(entry=form.entry(), actor=signed_in(request), now=clock.now())
        messages.success(request, _("The reason was added."))
        return HttpResponseRedirect(reverse("qualification:reasons"))
    return render(request, "qualification/reason_form.html", {"form": form})


@require_http_methods(["GET", "POST"])
@needs("settings.edit")
def change_reason(request: HttpRequest, key: str) -> HttpResponse:
    """Another name of a reason, or whether it is offered."""
    reason = get_object_or_404(RejectionReason, key=key)
    initial = {name: getattr(reason, name) for name in ReasonForm.base_fields}
    form = ReasonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        configuration.change_reason(
            reason=reason, entry=form.entry(), actor=signed_in(request), now=clock.now()
        )
        messages.success(request, _("The reason was saved."))
        return HttpResponseRedirect(reverse("qualification:reasons"))
    return render(request, "qualification/reason_form.html", {"form": form, "reason": reason})


@require_POST
@needs("settings.edit")
def move_reason(request: HttpRequest, key: str) -> HttpResponse:
    """A reason one place up or down."""
    configuration.move_reason(
        reason=get_object_or_404(RejectionReason, key=key),
        by=_PLACES.get(request.POST.get("to", ""), 0),
        actor=signed_in(request),
        now=clock.now(),
    )
    return HttpResponseRedirect(reverse("qualification:reasons"))


def _reasons() -> QuerySet[RejectionReason]:
    return RejectionReason.objects.annotate(n_given=Count("verdict")).order_by("position", "id")


def _definitions() -> list[tuple[str, str]]:
    """The definitions of the active model, as (name, label)."""
    try:
        model = model_of(active_version())
    except NoActiveModel:
        return []
    names = Names(lang(), model)
    return [(each.name, names.definition(each.name)) for each in model.definitions]
