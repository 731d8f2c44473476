"""Definitions of the draft: in words, as a form, as their lines of the document."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from leadscore.language import Names
from leadscore.model import Definition, ScoringModel
from lejek.people.access import needs
from lejek.scoring import editing
from lejek.scoring.condition_rows import JOINTS
from lejek.scoring.definition_form import (
    CONDITIONS,
    DefinitionForm,
    as_definition,
    empty_form,
    fields_of,
    form_of,
    sent_form,
    values_of,
)
from lejek.scoring.definition_text import text_of_definition, with_definition_text
from lejek.scoring.rule_form import builder
from lejek.scoring.selectors import Draft
from lejek.scoring.stages import led_into
from lejek.scoring.summary import summary_of
from lejek.scoring.views.drafting import draft_or_404, news, saved_edit, sound_model
from lejek.scoring.views.shown import editor_context, language, needs_to_edit, shown_problems


@needs("models.read")
def show_definitions(request: HttpRequest) -> HttpResponse:
    """Definitions in words, each with its lines of the document to edit."""
    draft = draft_or_404()
    model = sound_model(draft)
    context = editor_context(request, draft, "definitions")
    sent: dict[str, str] = {}
    if request.method == "POST":
        needs_to_edit(context)
        name, text = request.POST.get("name", ""), request.POST.get("text", "")
        _definition(model, name)
        edit = with_definition_text(model, name, text.replace("\r\n", "\n"))
        if edit.document is not None:
            said = _("The definition is changed in the draft.")
            saved_edit(request, draft, edit.document, said)
            return redirect("scoring:editor_definitions")
        sent = {"name": name, "text": text}
        context["problems"] = shown_problems(edit.errors)
    context |= {
        "definitions": [
            (
                line,
                sent["text"]
                if sent.get("name") == line.name
                else text_of_definition(model, line.name),
            )
            for line in summary_of(model, language()).definitions
        ],
        "sent": sent,
    }
    return render(request, "scoring/definitions.html", context)


@needs("models.edit")
def add_definition(request: HttpRequest) -> HttpResponse:
    """A new definition."""
    return _definition_page(request, draft_or_404(), None)


@needs("models.edit")
def edit_definition(request: HttpRequest, name: str) -> HttpResponse:
    """A definition of the draft."""
    draft = draft_or_404()
    return _definition_page(request, draft, _definition(sound_model(draft), name))


def _definition(model: ScoringModel, name: str) -> Definition:
    found = next((each for each in model.definitions if each.name == name), None)
    if found is None:
        raise Http404
    return found


def _definition_page(request: HttpRequest, draft: Draft, before: Definition | None) -> HttpResponse:
    model, lang = sound_model(draft), language()
    if request.method != "POST":
        form = empty_form() if before is None else form_of(before, model, lang)
        return _definition_shown(request, draft, form, before)
    form = sent_form(request.POST, before, lang, model)
    refusal = _refusal_of_name(form.name, before, model)
    edit = editing.with_definition(
        model,
        form.name,
        as_definition(form, model, before),
        None if before is None else before.name,
    )
    form.problems = news(edit, draft)
    is_only_looked_at = "redraw" in request.POST or "more" in request.POST
    if refusal or is_only_looked_at or edit.document is None:
        return _definition_shown(request, draft, form, before, is_sent=True, refusal=refusal)
    if not saved_edit(request, draft, edit.document, _("The definition is in the draft.")):
        return redirect("scoring:editor_definitions")
    return redirect(f"{reverse('scoring:editor_definitions')}#{form.name}")


def _refusal_of_name(name: str, before: Definition | None, model: ScoringModel) -> str:
    """Why a definition may not be called so; empty where it may."""
    if before is not None and name == before.name:
        return ""
    if any(each.name == name for each in model.definitions):
        return _("There is a definition of this name already.")
    stages = [] if before is None else led_into(before.name, language())
    if stages:
        return _(
            "The name stays: leads enter this stage when they meet the definition: %(stages)s. "
            "Let another definition lead into it first, in the settings of stages."
        ) % {"stages": ", ".join(stages)}
    return ""


def _definition_shown(
    request: HttpRequest,
    draft: Draft,
    form: DefinitionForm,
    before: Definition | None,
    *,
    is_sent: bool = False,
    refusal: str = "",
) -> HttpResponse:
    model, lang = sound_model(draft), language()
    fields, values = fields_of(model, lang), values_of(model, lang)
    types = {choice.name: choice.type for choice in fields}
    more = request.POST.get("more", "")
    rows = {
        part: found.with_empty()
        if found is not None and (not found.rows or more == part)
        else found
        for part, found in form.rows.items()
    }
    context = editor_context(request, draft, "definitions") | {
        "form": form,
        "before": before,
        "before_label": "" if before is None else Names(lang, model).definition(before.name),
        "refusal": refusal,
        "stages": led_into(before.name, lang) if before is not None else [],
        "problems": {
            name: shown_problems(found) for name, found in form.problems_by_input().items()
        },
        "builders": {
            part: builder(part, rows[part], form.words.get(part, ""), types, lang, values)
            for part in CONDITIONS
        },
        "joints": JOINTS,
        "fields": fields,
        "is_refused": is_sent
        and (bool(refusal) or any(problem.is_error for problem in form.problems)),
        "redraws": is_sent and ("redraw" in request.POST or "more" in request.POST),
        "is_sent": is_sent,
        "sums_up": "sums_up" in request.POST,
        "all_problems": shown_problems(form.problems),
        "more": more,
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    template = "scoring/_definition_form.html" if is_fragment else "scoring/definition.html"
    return render(request, template, context)


@needs("models.edit")
def delete_definition(request: HttpRequest, name: str) -> HttpResponse:
    """Take a definition out of the draft, after asking."""
    draft = draft_or_404()
    model = sound_model(draft)
    _definition(model, name)
    edit = editing.without_definition(model, name)
    if request.method == "POST":
        if edit.document is None:
            messages.error(request, _("Other parts of the model ask for this definition."))
            return redirect("scoring:delete_definition", name)
        said = _("The definition is gone from the draft. You can undo this.")
        saved_edit(request, draft, edit.document, said)
        return redirect("scoring:editor_definitions")
    lines = summary_of(model, language()).definitions
    context = editor_context(request, draft, "definitions") | {
        "line": next(line for line in lines if line.name == name),
        "stages": led_into(name, language()),
        "problems": shown_problems(edit.errors),
    }
    return render(request, "scoring/delete_definition.html", context)
