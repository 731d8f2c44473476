"""The editor of the draft: rules, scale, and the document itself."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from leadscore.document.vocabulary import MAX_BYTES
from leadscore.language import Names
from leadscore.model import Rule, ScoringModel
from lejek.kernel import clock
from lejek.people.access import needs, signed_in
from lejek.scoring import editing, selectors, versions
from lejek.scoring.condition_rows import JOINTS, Rows, number
from lejek.scoring.editing import Edit
from lejek.scoring.rule_form import (
    CONDITION,
    KINDS,
    RuleForm,
    as_rule,
    builder,
    choices,
    empty_form,
    form_of,
    kind_of,
    sent_form,
    touchpoint_types,
)
from lejek.scoring.selectors import Draft
from lejek.scoring.summary import summary_of
from lejek.scoring.versions import DraftHasMoved
from lejek.scoring.views.drafting import (
    draft_or_404,
    news,
    revision_of,
    saved,
    saved_edit,
    sound_model,
)
from lejek.scoring.views.shown import (
    editor_context,
    language,
    needs_to_edit,
    say_draft_moved,
    shown_problems,
)

# Rules --------------------------------------------------------------------------------------


@require_GET
@needs("models.read")
def show_rules(request: HttpRequest) -> HttpResponse:
    """The rules by dimension, each with how many leads it touches today."""
    draft = draft_or_404()
    context = editor_context(request, draft, "rules")
    if draft.model is not None:
        before = None if draft.active is None else versions.ready(draft.active).model
        context |= {
            "summary": summary_of(draft.model, language(), before),
            "touched": selectors.touched_by_rules(draft, clock.now()),
            "kinds": KINDS,
        }
    return render(request, "scoring/rules.html", context)


@needs("models.edit")
def add_rule(request: HttpRequest, kind: str) -> HttpResponse:
    """A new rule of a kind."""
    if kind not in KINDS:
        raise Http404
    return _rule_page(request, draft_or_404(), kind, None)


@needs("models.edit")
def edit_rule(request: HttpRequest, rule_id: str) -> HttpResponse:
    """A rule of the draft."""
    draft = draft_or_404()
    rule = _rule(sound_model(draft), rule_id)
    return _rule_page(request, draft, kind_of(rule), rule)


def _rule(model: ScoringModel, rule_id: str) -> Rule:
    found = next((rule for rule in model.rules if rule.id == rule_id), None)
    if found is None:
        raise Http404
    return found


def _rule_page(request: HttpRequest, draft: Draft, kind: str, before: Rule | None) -> HttpResponse:
    model, lang = sound_model(draft), language()
    if request.method != "POST":
        if before is None:
            asked = request.GET.get("dimension", "")
            known = [dimension.name for dimension in model.dimensions]
            form = empty_form(kind, asked if asked in known else known[0])
        else:
            form = form_of(before, model, lang)
        return _rule_shown(request, draft, form, before)
    form = sent_form(request.POST, kind, before, lang, model)
    edit = editing.with_rule(
        model, as_rule(form, model, before), None if before is None else before.id
    )
    form.problems = news(edit, draft)
    is_only_looked_at = "redraw" in request.POST or "more" in request.POST
    if is_only_looked_at or edit.document is None:
        return _rule_shown(request, draft, form, before, is_sent=True)
    if not saved_edit(request, draft, edit.document, _("The rule is in the draft.")):
        return redirect("scoring:editor")
    return redirect(f"{reverse('scoring:editor')}#{form.values['id'].strip()}")


def _rule_shown(
    request: HttpRequest,
    draft: Draft,
    form: RuleForm,
    before: Rule | None,
    *,
    is_sent: bool = False,
) -> HttpResponse:
    model, lang = sound_model(draft), language()
    fields = choices(model, form.kind, lang)
    types = {choice.name: choice.type for choice in fields}
    place = editing.place_of_rule(model, None if before is None else before.id)
    types_of_touchpoints = touchpoint_types(model, lang) if form.has_touchpoints else {}
    rows = None if form.rows is None else _with_room(form.rows, request, is_sent=is_sent)
    by_input = form.problems_by_input(place)
    context = editor_context(request, draft, "rules") | {
        "form": form,
        "kind_label": KINDS[form.kind],
        "before": before,
        "problems": {name: shown_problems(found) for name, found in by_input.items()},
        "builder": builder(CONDITION, rows, form.condition_words, types, lang),
        "joints": JOINTS,
        "fields": fields,
        "dimensions": summary_of(model, lang).dimensions,
        "groups": _group_names(model, lang),
        "types": types_of_touchpoints,
        "chosen_types": [
            (type_, types_of_touchpoints[type_])
            for type_ in form.chosen_types
            if type_ in types_of_touchpoints
        ],
        "is_refused": is_sent and any(problem.is_error for problem in form.problems),
        "redraws": is_sent and ("redraw" in request.POST or "more" in request.POST),
        "is_sent": is_sent,
        "sums_up": "sums_up" in request.POST,
        "all_problems": shown_problems(form.problems),
        "more": request.POST.get("more", ""),
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    template = "scoring/_rule_form.html" if is_fragment else "scoring/rule.html"
    return render(request, template, context)


def _group_names(model: ScoringModel, lang: str) -> dict[str, str]:
    """What each group is called."""
    return {group.name: Names(lang, model).group(group.name) for group in model.groups}


def _with_room(rows: Rows, request: HttpRequest, *, is_sent: bool) -> Rows:
    """At least one line to fill in, and another one when it is asked for."""
    if not rows.rows or (is_sent and "more" in request.POST):
        return rows.with_empty()
    return rows


@needs("models.edit")
def delete_rule(request: HttpRequest, rule_id: str) -> HttpResponse:
    """Take a rule out of the draft, after asking."""
    draft = draft_or_404()
    model = sound_model(draft)
    rule = _rule(model, rule_id)
    edit = editing.without_rule(model, rule_id)
    if request.method == "POST" and edit.document is not None:
        said = _("The rule is gone from the draft. You can undo this.")
        saved_edit(request, draft, edit.document, said)
        return redirect("scoring:editor")
    lines = [
        line
        for dimension in summary_of(model, language()).dimensions
        for line in dimension.rules
        if line.id == rule.id
    ]
    context = editor_context(request, draft, "rules") | {
        "line": lines[0],
        "touched": selectors.touched_by_rules(draft, clock.now()).get(rule_id),
        "problems": shown_problems(edit.errors),
    }
    return render(request, "scoring/delete_rule.html", context)


@require_POST
@needs("models.edit")
def move_rule(request: HttpRequest, rule_id: str) -> HttpResponse:
    """Put a rule one place up or down in its dimension; the order changes no score."""
    draft = draft_or_404()
    model = sound_model(draft)
    _rule(model, rule_id)
    steps = -1 if request.POST.get("way") == "up" else 1
    edit = editing.with_rule_moved(model, rule_id, steps)
    if edit.document is not None:
        saved_edit(request, draft, edit.document, _("The rule was moved."))
    return redirect(f"{reverse('scoring:editor')}#{rule_id}")


# Scale: dimensions, bands, groups, weights --------------------------------------------------


@needs("models.read")
def edit_scale(request: HttpRequest) -> HttpResponse:
    """Limits, bands, groups and weights."""
    draft = draft_or_404()
    model = sound_model(draft)
    context = editor_context(request, draft, "scale")
    if request.method == "POST":
        needs_to_edit(context)
        edit, name = _scale_edit(request.POST, model)
        if edit.document is not None:
            saved_edit(request, draft, edit.document, _("The scale is changed in the draft."))
            return redirect("scoring:editor_scale")
        context |= {"problems": shown_problems(edit.errors), "refused": name}
    context |= {
        "dimensions": summary_of(model, language()).dimensions,
        "groups": model.groups,
        "group_names": _group_names(model, language()),
        "weights": dict(model.overall),
        "sent": request.POST,
    }
    return render(request, "scoring/scale.html", context)


def _scale_edit(sent: Mapping[str, str], model: ScoringModel) -> tuple[Edit, str]:
    """The edit that one of the forms of the page asks for, and which form it was."""
    name = sent.get("dimension", "")
    if name in {dimension.name for dimension in model.dimensions}:
        bands = {band.name for band in model.dimension(name).bands}
        values = {
            "min": number(sent.get("min", "")),
            "max": number(sent.get("max", "")),
            "from": {band: number(sent.get(f"from-{band}", "")) for band in bands},
        }
        return editing.with_dimension(model, name, values), name
    group = sent.get("group", "")
    if group in {each.name for each in model.groups}:
        return editing.with_group(model, group, number(sent.get("max", ""))), group
    weights = {
        dimension.name: number(sent.get(f"weight-{dimension.name}", ""))
        for dimension in model.dimensions
    }
    chosen = {name: weight for name, weight in weights.items() if weight not in (None, 0)}
    return editing.with_weights(model, chosen), "weights"


# The document -------------------------------------------------------------------------------


@needs("models.read")
def edit_document(request: HttpRequest) -> HttpResponse:
    """The draft as text, with everything that is wrong with it."""
    draft = draft_or_404()
    document, revision = draft.row.document, draft.row.revision
    context = editor_context(request, draft, "yaml")
    if request.method == "POST":
        needs_to_edit(context)
        document = _sent_document(request)
        if saved(request, document, _("The draft is saved.")):
            return redirect("scoring:editor_yaml")
        context["theirs"] = draft.row.document
        reading = selectors.reading_of(document)
        context |= {"n_errors": len(reading.errors), "n_warnings": len(reading.warnings)}
        revision = draft.row.revision
    context |= {
        "document": document,
        "revision": revision,
        "problems": shown_problems(selectors.reading_of(document).problems, document),
    }
    return render(request, "scoring/document.html", context)


@require_POST
@needs("models.read")
def check_document(request: HttpRequest) -> HttpResponse:
    """What is wrong with a document, without saving it."""
    document = _sent_document(request)
    reading = selectors.reading_of(document)
    context: dict[str, object] = {}
    template = "scoring/_problems.html"
    if request.headers.get("HX-Request") != "true":
        template = "scoring/document.html"
        context = editor_context(request, draft_or_404(), "yaml")
        context |= {"document": document, "revision": revision_of(request)}
    context |= {
        "problems": shown_problems(reading.problems, document),
        "n_errors": len(reading.errors),
        "n_warnings": len(reading.warnings),
    }
    return render(request, template, context)


def _sent_document(request: HttpRequest) -> str:
    """The text of the form with the line ends of a file; too long a text stays too long."""
    text = request.POST.get("document", "").replace("\r\n", "\n")[: MAX_BYTES + 1]
    return text if text.endswith("\n") or not text else text + "\n"


# The draft as a whole -----------------------------------------------------------------------


@require_POST
@needs("models.edit")
def begin(request: HttpRequest) -> HttpResponse:
    """Begin with the model that comes with the product."""
    versions.begin_with_supplied_model(actor=signed_in(request), now=clock.now())
    return redirect("scoring:editor")


@require_POST
@needs("models.edit")
def undo(request: HttpRequest) -> HttpResponse:
    """Take the last change of the draft back."""
    try:
        restored = versions.undo_draft(
            revision=revision_of(request), actor=signed_in(request), now=clock.now()
        )
    except DraftHasMoved:
        say_draft_moved(request)
        return redirect("scoring:editor")
    if restored is None:
        messages.info(request, _("There is nothing to undo."))
    else:
        messages.success(request, _("The last change of the draft was taken back."))
    return redirect("scoring:editor")


@require_POST
@needs("models.edit")
def discard(request: HttpRequest) -> HttpResponse:
    """Throw the draft away."""
    versions.discard_draft(actor=signed_in(request), now=clock.now())
    messages.success(request, _("The draft is thrown away; the active version is untouched."))
    return redirect("scoring:model")
