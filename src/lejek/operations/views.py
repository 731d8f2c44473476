"""Pages about jobs: what waits, what failed for good, and doing it again."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lejek.kernel import clock
from lejek.kernel.models import Event, Job, Schedule
from lejek.operations import services
from lejek.operations.health import figures
from lejek.people.access import needs, signed_in

_PER_PAGE = 50


@require_GET
@needs("jobs.edit")
def show_jobs(request: HttpRequest) -> HttpResponse:
    """Dead jobs and events, schedules, and what waits."""
    dead = Job.objects.filter(status=Job.Status.DEAD).order_by("-finished_at", "-id")
    context = {
        "figures": figures(clock.now()),
        "dead_jobs": Paginator(dead, _PER_PAGE).get_page(request.GET.get("page")),
        "dead_events": Event.objects.filter(dead_at__isnull=False).order_by("-dead_at")[:_PER_PAGE],
        "running": Job.objects.filter(status=Job.Status.RUNNING).order_by("started_at")[:_PER_PAGE],
        "schedules": Schedule.objects.order_by("name"),
    }
    return render(request, "operations/jobs.html", context)


@require_GET
@needs("jobs.edit")
def show_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job: what it was asked to do and how it failed."""
    return render(request, "operations/job.html", {"job": get_object_or_404(Job, pk=job_id)})


@require_POST
@needs("jobs.edit")
def replay_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Try a dead job again."""
    if services.replay_job(job_id=job_id, actor=signed_in(request), now=clock.now()):
        messages.success(request, _("The job is in the queue again."))
    else:
        messages.info(request, _("The job is not dead, so there is nothing to replay."))
    return HttpResponseRedirect(reverse("operations:jobs"))


@require_POST
@needs("jobs.edit")
def replay_event(request: HttpRequest, event_id: int) -> HttpResponse:
    """Hand a dead event on again."""
    if services.replay_event(event_id=event_id, actor=signed_in(request), now=clock.now()):
        messages.success(request, _("The event will be handed on again."))
    else:
        messages.info(request, _("The event is not dead, so there is nothing to replay."))
    return HttpResponseRedirect(reverse("operations:jobs"))


@require_POST
@needs("jobs.edit")
def discard_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Throw a dead job away."""
    if services.discard_job(job_id=job_id, actor=signed_in(request), now=clock.now()):
        messages.success(request, _("The job was discarded."))
    else:
        messages.info(request, _("The job is not dead, so there is nothing to discard."))
    return HttpResponseRedirect(reverse("operations:jobs"))


@require_POST
@needs("jobs.edit")
def discard_event(request: HttpRequest, event_id: int) -> HttpResponse:
    """Throw a dead event away."""
    if services.discard_event(event_id=event_id, actor=signed_in(request), now=clock.now()):
        messages.success(request, _("The event was discarded."))
    else:
        messages.info(request, _("The event is not dead, so there is nothing to discard."))
    return HttpResponseRedirect(reverse("operations:jobs"))
