"""The pages of imports: list, upload, columns, check, run, undo."""

from __future__ import annotations

import re
from pathlib import Path

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lejek.identity.imports import starting
from lejek.identity.imports.columns import ColumnMapping, from_json
from lejek.identity.imports.files import FileRefused, rejects_path
from lejek.identity.imports.pages import check_page, columns_page, progress_page, run_page
from lejek.identity.imports.texts import problem_text, refusal_text
from lejek.identity.imports.undoing import reach
from lejek.identity.models import Import
from lejek.identity.normalise.words import tidy
from lejek.kernel import clock
from lejek.people import audit
from lejek.people.access import can, needs, signed_in

PER_PAGE = 25
_State = Import.Status
_WITHOUT_COLUMNS = (_State.READING, _State.REFUSED, _State.UPLOADED)
_BEFORE_RUN = (*starting.OPEN, _State.REFUSED)
_ROW = re.compile(r"\d{1,7}", re.ASCII)
_MOVING = (_State.CHECKING, _State.RUNNING, _State.UNDOING)


@require_GET
@needs("imports.read")
def list_imports(request: HttpRequest) -> HttpResponse:
    """All imports, the newest first."""
    imports = Import.objects.select_related("actor").order_by("-id")
    page = Paginator(imports, PER_PAGE).get_page(request.GET.get("page"))
    may_write = can(signed_in(request), "imports.write")
    context = {"page": page, "may_write": may_write, "without_columns": _WITHOUT_COLUMNS}
    return render(request, "identity/imports.html", context)


@require_http_methods(["GET", "POST"])
@needs("imports.write")
def begin(request: HttpRequest) -> HttpResponse:
    """Choose a file; a POST uploads it."""
    if request.method == "GET":
        return render(request, "identity/import_new.html", {"kinds": Import.Kind.choices})
    upload, kind = request.FILES.get("file"), request.POST.get("kind", "")
    if upload is None or kind not in Import.Kind.values:
        return _refused(request, _("Choose a file and say what it contains."))
    try:
        job = starting.begin_import(
            chunks=upload.chunks(),
            file_name=upload.name or "",
            kind=kind,
            actor=signed_in(request),
            now=clock.now(),
        )
    except FileRefused as problem:
        return _refused(request, refusal_text(problem.code))
    return redirect("identity:import_map", job.pk)


def _refused(request: HttpRequest, text: str) -> HttpResponse:
    context = {
        "kinds": Import.Kind.choices,
        "kind": request.POST.get("kind"),
        "refusal": text,
    }
    return render(request, "identity/import_new.html", context, status=422)


@require_http_methods(["GET", "POST"])
@needs("imports.write")
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the columns mean, once the file is read; a POST has it checked."""
    job = get_object_or_404(Import, pk=pk)
    if job.status not in _BEFORE_RUN:
        return _moved_on(request, "identity:import_run", pk)
    if job.status == _State.READING:
        name = "_progress" if _wants_part(request) else "import_read"
        return render(request, f"identity/{name}.html", progress_page(job, signed_in(request)))
    if _wants_part(request):
        return _moved_on(request, "identity:import_map", pk)
    if job.status == _State.REFUSED:
        return _given_up(request, job, job.message)
    try:
        return _columns(request, job)
    except FileRefused as problem:
        return _given_up(request, job, problem.code)


def _given_up(request: HttpRequest, job: Import, code: str) -> HttpResponse:
    """Why nothing can be done with a file, and what to do instead."""
    context = {"job": job, "refusal": refusal_text(code)}
    return render(request, "identity/import_refused.html", context)


def _columns(request: HttpRequest, job: Import) -> HttpResponse:
    if request.method == "GET":
        return render(
            request, "identity/import_map.html", columns_page(job, from_json(job.mapping))
        )
    mapping = _posted_mapping(request)
    if "preview" in request.POST:
        return render(request, "identity/import_map.html", columns_page(job, mapping))
    try:
        starting.choose_columns(job, mapping, actor=signed_in(request), now=clock.now())
    except starting.MappingRefused as refused:
        context = columns_page(job, mapping)
        context["problems"] = [problem_text(problem) for problem in refused.problems]
        return render(request, "identity/import_map.html", context, status=422)
    except starting.NotNow:
        return redirect("identity:import_run", job.pk)
    return redirect("identity:import_check", job.pk)


@require_POST
@needs("imports.write")
def choose_header(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which row has the names of the columns."""
    job = get_object_or_404(Import, pk=pk)
    if job.status not in starting.CHOOSING:
        return redirect("identity:import_map", pk)
    told = request.POST.get("row", "")
    number = int(told) if _ROW.fullmatch(told) else -1
    try:
        starting.choose_header(job, number)
    except FileRefused as problem:
        messages.error(request, refusal_text(problem.code))
    except starting.NotNow:
        messages.info(request, _("This import has been started already."))
    return redirect("identity:import_map", pk)


def _posted_mapping(request: HttpRequest) -> ColumnMapping:
    """The mapping of the form: for each column a pair of fields, its name and what it means."""
    names, choices = request.POST.getlist("column"), request.POST.getlist("field")
    columns = {
        name.replace("\0", ""): tidy(choice)
        for name, choice in zip(names, choices, strict=False)
        if choice
    }
    return ColumnMapping(columns, tidy(request.POST.get("type", ""))[:100])


@require_GET
@needs("imports.read")
def show_check(request: HttpRequest, pk: int) -> HttpResponse:
    """What the import would do."""
    job = get_object_or_404(Import, pk=pk)
    if job.status in _WITHOUT_COLUMNS:
        return _moved_on(request, "identity:import_map", pk)
    if job.status not in _BEFORE_RUN:
        return _moved_on(request, "identity:import_run", pk)
    is_part = _wants_part(request) and job.status == _State.CHECKING
    template = "identity/_progress.html" if is_part else "identity/import_check.html"
    if _wants_part(request) and not is_part:
        return _moved_on(request, "identity:import_check", pk)
    return render(request, template, check_page(job, signed_in(request)))


def _wants_part(request: HttpRequest) -> bool:
    """Whether the page asks only for its part that changes."""
    return request.headers.get("HX-Request") == "true"


def _moved_on(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """To another page: a whole one, also when only a part was asked for."""
    url = reverse(name, args=[pk])
    if _wants_part(request):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


@require_http_methods(["GET", "POST"])
@needs("imports.read")
def show_run(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How far an import is, or what became of it; a POST takes the file in."""
    job = get_object_or_404(Import.objects.select_related("actor"), pk=pk)
    if request.method == "POST":
        return _run(request, job)
    if job.status in _BEFORE_RUN:
        return redirect("identity:import_check", pk)
    is_moving = job.status in _MOVING
    if _wants_part(request) and not is_moving:
        return _moved_on(request, "identity:import_run", pk)
    template = "identity/_progress.html" if _wants_part(request) else "identity/import_run.html"
    return render(request, template, run_page(job, signed_in(request)))


@needs("imports.write")
def _run(request: HttpRequest, job: Import) -> HttpResponse:
    try:
        starting.start_run(job, now=clock.now())
    except starting.NotNow:
        messages.info(request, _("This import has been started already."))
    return redirect("identity:import_run", job.pk)


@require_POST
@needs("imports.write")
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody work on an import again that does not move."""
    job = get_object_or_404(Import, pk=pk)
    try:
        starting.go_on(job, now=clock.now())
    except starting.NotNow:
        messages.info(request, _("This import is not running any more."))
    return redirect("identity:import_run", pk)


@require_POST
@needs("imports.write")
def stop_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop an import that is being taken in."""
    job = get_object_or_404(Import, pk=pk)
    try:
        starting.stop(job, now=clock.now())
    except starting.NotNow:
        messages.info(request, _("This import is not running any more."))
    return redirect("identity:import_run", pk)


@require_POST
@needs("imports.write")
def discard_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a file that was not taken in."""
    job = get_object_or_404(Import, pk=pk)
    try:
        starting.discard(job)
    except starting.NotNow:
        messages.info(request, _("This file has been imported already; it can be undone."))
        return redirect("identity:import_run", pk)
    messages.success(request, _("The file has been discarded; nothing was imported from it."))
    return redirect("identity:imports")


@require_POST
@needs("imports.write")
def download_rejects(request: HttpRequest, pk: int) -> FileResponse:
    """The rows that were refused, each with its reason.

    They are of people whom nobody owns yet, so they are for those alone who may bring a file in.
    """
    job = get_object_or_404(Import, pk=pk)
    path = rejects_path(Path(job.path))
    if not path.is_file():
        raise Http404
    audit.record(
        actor=signed_in(request),
        action="downloaded_rejects",
        subject=job.file_name,
        details={"import_id": job.pk, "rejected": job.counts.get("rejected", 0)},
        now=clock.now(),
    )
    name = f"{Path(job.file_name).stem}-{_('rejected')}.csv"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="text/csv")


@require_http_methods(["GET", "POST"])
@needs("imports.write")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether to undo an import, with what that takes back; a POST undoes it."""
    job = get_object_or_404(Import, pk=pk)
    if job.status not in (_State.DONE, _State.FAILED):
        return redirect("identity:import_run", pk)
    if request.method == "GET":
        return render(request, "identity/import_undo.html", {"job": job, "reach": reach(job)})
    try:
        starting.start_undo(job, actor=signed_in(request), now=clock.now())
    except starting.NotNow:
        messages.info(request, _("This import is being undone already."))
    return redirect("identity:import_run", pk)
