"""The whole API: its operations, how it reads requests, and how it answers what goes wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from typing import Any

import structlog
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    UnreadablePostError,
)
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError, ValidationErrorContext
from ninja.params.models import ParamModel
from ninja.parser import Parser

from lejek.api import companies, leads, qualification, touchpoints, versions
from lejek.api.contract import unknown_parameters
from lejek.api.failures import Problem, Refusal, invalid, problem, problem_of
from lejek.qualification.services import NotAllowed

DESCRIPTION = """\
Leads, companies, touchpoints, scores with their contributions, and scoring models.

Points are integers of thousandths (`millipoints`): 12 500 is 12.5 points. Moments are ISO 8601 with
an offset. Lists are paged: give `next` of one page as `cursor` of the following one, until it is
null. Every failure has the shape of `Failure`.
"""

log = structlog.get_logger(__name__)


class JsonParser(Parser):
    """Reads JSON that every database can keep."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The body as plain values.

        Raises: Refusal 415 for another type of content, 400 for what is not JSON.
        """
        if request.content_type != "application/json":
            raise Refusal(
                415,
                "The body must be JSON.",
                problems=[problem("header.Content-Type", request.content_type, "application/json")],
            )
        try:
            text = request.body.decode()
            read: dict[str, Any] = json.loads(text, parse_constant=_not_a_number)
        except (ValueError, RecursionError) as error:
            raise Refusal(
                400, "The body is not JSON.", problems=[problem("body", error, "JSON in UTF-8")]
            ) from None
        if _SUSPICIOUS.search(text) and not _is_sound(read):
            accepted = "text without the character NUL and without halves of characters"
            raise Refusal(
                400, "The body holds broken text.", problems=[problem("body", "", accepted)]
            )
        return read


_SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def _not_a_number(word: str) -> float:
    raise ValueError(f"{word} is not a number of JSON")


def _is_sound(read: object) -> bool:
    text = json.dumps(read, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    # What `dumps` escapes, it escapes with an odd number of backslashes before the letter.
    return re.search(r"(?<!\\)(?:\\\\)*\\u0000", text) is None


class Api(NinjaAPI):
    """The API; keeps what was found where a request was not valid, so that it can be said."""

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> ValidationError:
        """Every problem of a request, with its place in our words."""
        found = [
            _problem(context.model, dict(error))
            for context in error_contexts
            for error in context.pydantic_validation_error.errors(include_url=False)
        ]
        return ValidationError([each.model_dump() for each in found])


def _problem(model: type[ParamModel], error: Mapping[str, Any]) -> Problem:
    source = model.__ninja_param_source__ or "request"  # type: ignore[redundant-expr]
    places = getattr(model, "__ninja_flatten_map_reverse__", {})
    steps = places.get(error["loc"], error["loc"])
    # A body begins with the name that the view gives it, which nobody outside knows.
    return problem_of(source, steps[1:] if source == "body" else steps, error)


api = Api(
    title="Lejek",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url=None,
    parser=JsonParser(),
)
api.add_router("", leads.router, tags=["leads"])
api.add_router("", qualification.router, tags=["qualification"])
api.add_router("", touchpoints.router, tags=["touchpoints"])
api.add_router("", companies.router, tags=["companies"])
api.add_router("", versions.router, tags=["models"])


def _answers(kind: type[Exception]) -> Callable[[Callable[[Any], Refusal]], None]:
    """Says what is answered to a kind of error."""

    def register(refused: Callable[[Any], Refusal]) -> None:
        def handler(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
            return refused(error).response()

        api.add_exception_handler(kind, handler)

    return register


@api.exception_handler(ValidationError)
def _not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = [Problem.model_validate(each) for each in error.errors]
    return invalid(found + unknown_parameters(request)).response()


@_answers(Refusal)
def _refused(error: Refusal) -> Refusal:
    return error


@_answers(AuthenticationError)
def _unknown_key(_error: Exception) -> Refusal:
    return Refusal(
        401,
        "An API key is needed: Authorization: Bearer lj_…",
        headers={"WWW-Authenticate": 'Bearer realm="Lejek"'},
    )


@_answers(Http404)
def _not_found(_error: Exception) -> Refusal:
    return Refusal(404, "There is no such thing, or it is not yours to see.")


@_answers(PermissionDenied)
def _forbidden(_error: Exception) -> Refusal:
    return Refusal(403, "This is not yours to do.")


@_answers(RequestDataTooBig)
def _too_big(_error: Exception) -> Refusal:
    return Refusal(413, "The body is too large; send it in parts.")


@_answers(UnreadablePostError)
def _cut_off(_error: Exception) -> Refusal:
    return Refusal(400, "The body ended before its end.")


@_answers(RecursionError)
def _too_deep(_error: Exception) -> Refusal:
    return Refusal(400, "The body is nested too deeply.")


@_answers(HttpError)
def _http(error: HttpError) -> Refusal:
    # Whatever the parser of bodies raises arrives as the cause of another error.
    if isinstance(error.__cause__, Refusal):
        return error.__cause__
    return Refusal(error.status_code, error.message)


@_answers(NotAllowed)
def _not_allowed(error: NotAllowed) -> Refusal:
    return Refusal(409, str(error), code="not_allowed")


@_answers(OperationalError)
def _database_away(error: OperationalError) -> Refusal:
    log.warning("api_database_away", error=type(error).__name__)
    return Refusal(
        503, "The database is busy; try again in a moment.", headers={"Retry-After": "5"}
    )


@_answers(Exception)
def _unexpected(error: Exception) -> Refusal:
    log.error("api_failed", exc_info=error)
    return Refusal(500, "Something went wrong on our side; it has been noted.")


@cache
def _parameters() -> Mapping[tuple[str, str], frozenset[str]]:
    """The parameters in the address of each operation, by method and route."""
    return {
        (method.upper(), path.replace("{", "<").replace("}", ">").lstrip("/")): frozenset(
            each["name"] for each in operation["parameters"] if each["in"] == "query"
        )
        for path, operations in api.get_openapi_schema(path_prefix="")["paths"].items()
        for method, operation in operations.items()
    }


def known_parameters(request: HttpRequest) -> frozenset[str]:
    """The parameters that the operation of a request knows."""
    match = request.resolver_match
    route = "" if match is None else match.route.removeprefix("api/v1/")
    return _parameters().get((request.method or "", route), frozenset())


@login_not_required
def no_such_address(_request: HttpRequest) -> HttpResponse:
    """An address under which there is no operation."""
    return Refusal(404, "There is no operation at this address; see openapi.json.").response()


def addresses() -> list[URLPattern]:
    """The operations by address, open to keys instead of sessions."""
    found: Sequence[URLPattern | URLResolver] = api.urls[0]
    return [
        URLPattern(each.pattern, _open(each.callback), each.default_args, each.name)
        for each in found
        if isinstance(each, URLPattern) and each.name != "api-root"
    ]


def _open(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        allowed = str(response["Allow"])
        refusal = Refusal(405, f"Accepted here: {allowed}.", headers={"Allow": allowed})
        return refusal.response()

    return login_not_required(answered)
