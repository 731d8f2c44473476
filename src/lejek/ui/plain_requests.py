"""Requests that hold what no text holds are refused before anybody reads them."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_NUL = "\0"
_API = "/api/"
_FORM = "application/x-www-form-urlencoded"


class PlainRequests:
    """Answers 400 to an address, a question or a form with a NUL in it: no database keeps one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Hand the request on, or refuse it."""
        if request.path_info.startswith(_API):  # which refuses in the shape of its failures
            return self._get_response(request)
        # Files are not looked at: their rows are judged one by one.
        sent = request.POST if request.content_type == _FORM else {}
        for given in (request.GET, sent):
            for name, value in given.items():
                if _NUL in name or _NUL in str(value):
                    raise BadRequest(f"a NUL in {name.replace(_NUL, '')!r}")
        if _NUL in request.path_info:
            raise BadRequest("a NUL in the address")
        return self._get_response(request)
