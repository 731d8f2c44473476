"""What load balancers and monitoring ask; none of it needs somebody to be signed in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from lejek.kernel import clock
from lejek.operations.health import readiness
from lejek.operations.metrics import exposition
from lejek.people.demo import is_from_this_machine
from lejek.people.services import user_of_key


@login_not_required
@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The process answers. It asks nothing of the database."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Pages can be served and work gets done; otherwise 503 and what is missing."""
    checks = readiness(clock.now())
    is_ready = all(check.is_well for check in checks)
    content = {
        "status": "ready" if is_ready else "not ready",
        "checks": {check.name: {"ok": check.is_well, "says": check.says} for check in checks},
    }
    return JsonResponse(content, status=200 if is_ready else 503)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus: to this machine, or to whoever brings an API key."""
    if not (is_from_this_machine(request) or _brings_a_key(request)):
        return HttpResponse("an API key is needed\n", status=401, content_type="text/plain")
    try:
        text = exposition(clock.now())
    except DatabaseError:
        return HttpResponse("the database is away\n", status=503, content_type="text/plain")
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _brings_a_key(request: HttpRequest) -> bool:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return kind == "Bearer" and user_of_key(secret.strip(), now=clock.now()) is not None
