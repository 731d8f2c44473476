"""What every request leaves behind: one line in the log and two figures, and nothing of a person.

In: requests. Out: their method, route, status and time under a request id, which the answer bears
too. A route is the pattern of an address, so no id, name or search ever gets here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import CollectorRegistry, Counter, Histogram

from lejek.kernel import clock
from lejek.kernel.ids import uuid7

HEADER = "X-Request-ID"
REGISTRY = CollectorRegistry()
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PROBES = "health/"

requests = Counter(
    "lejek_http_requests",
    "Answered requests of this process",
    ["method", "route", "status"],
    registry=REGISTRY,
)
seconds = Histogram(
    "lejek_http_request_seconds",
    "How long answers of this process took",
    ["method", "route"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
    registry=REGISTRY,
)
log = structlog.get_logger(__name__)


class RequestLog:
    """Writes a line for each request when its answer is ready to be sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and say how it went; every line that is logged meanwhile bears the id too."""
        began = time.monotonic()
        request_id = _request_id(request)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self._get_response(request)
            response[HEADER] = request_id
            _note(request, response, time.monotonic() - began)
        return response


def _request_id(request: HttpRequest) -> str:
    """The id that a proxy gave the request, if it is a UUID; any other text could name somebody."""
    try:
        return str(UUID(request.headers.get(HEADER, "")))
    except ValueError:
        return str(uuid7(clock.now()))


def _note(request: HttpRequest, response: HttpResponseBase, took: float) -> None:
    method = request.method if request.method in _METHODS else "other"
    match = request.resolver_match
    route = "unknown" if match is None else match.route or "/"
    requests.labels(method, route, str(response.status_code)).inc()
    seconds.labels(method, route).observe(took)
    say = log.debug if route.startswith(_PROBES) else log.info
    say(
        "request",
        method=method,
        route=route,
        status=response.status_code,
        milliseconds=round(took * 1000, 1),
    )
