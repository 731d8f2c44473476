"""How operations are declared: what they need, what they answer, and what holds for all of them.

Every operation takes a key, refuses parameters it does not know, and answers failures in one shape;
one that writes does it in one transaction, and a POST takes an Idempotency-Key.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel

from lejek.api.failures import CODES, JSON, Failure, Problem, invalid, problem
from lejek.api.idempotency import HEADER, PATTERN, once
from lejek.api.keys import ApiKey, Needs, caller_of

View = Callable[..., "BaseModel | Made"]
Registered = Callable[[View], View]

_KEY_PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": PATTERN},
    "description": "The same key with the same request gives the first answer again, for 72 hours.",
}


class Made:
    """An answer with another status than 200."""

    __slots__ = ("body", "status")

    def __init__(self, body: BaseModel, status: int = 201) -> None:
        self.body, self.status = body, status


def get(router: Router, path: str, needs: Needs, answer: type[BaseModel]) -> Registered:
    """An operation that reads."""

    def register(view: View) -> View:
        def answered(request: HttpRequest, **values: object) -> HttpResponse:
            return _response(view(request, **values))

        return _register(router, "GET", path, needs, {200: answer}, view, answered)

    return register


def put(router: Router, path: str, needs: Needs, answer: type[BaseModel]) -> Registered:
    """An operation that puts something in its place; sending it twice is as good as once."""

    def register(view: View) -> View:
        def answered(request: HttpRequest, **values: object) -> HttpResponse:
            with transaction.atomic():
                return _response(view(request, **values))

        return _register(router, "PUT", path, needs, {200: answer}, view, answered)

    return register


def post(
    router: Router,
    path: str,
    needs: Needs,
    answers: Mapping[int, type[BaseModel]],
    *,
    is_atomic: bool = True,
) -> Registered:
    """An operation that does something; with an Idempotency-Key it is done once.

    Without `is_atomic` it minds its own transactions, because it takes long.
    """

    def register(view: View) -> View:
        def answered(request: HttpRequest, **values: object) -> HttpResponse:
            def act() -> HttpResponse:
                return _response(view(request, **values))

            return once(request, caller_of(request), act, is_atomic=is_atomic)

        extra = {"parameters": [dict(_KEY_PARAMETER)]}
        return _register(router, "POST", path, needs, answers, view, answered, extra)

    return register


def _register(
    router: Router,
    method: str,
    path: str,
    needs: Needs,
    answers: Mapping[int, type[BaseModel]],
    view: View,
    answered: Callable[..., HttpResponse],
    extra: dict[str, Any] | None = None,
) -> View:
    @wraps(view)
    def checked(request: HttpRequest, **values: object) -> HttpResponse:
        if unknown := unknown_parameters(request):
            raise invalid(unknown)
        return answered(request, **values)

    # Annotations are read where the view stands, not here.
    checked.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
    summary, _, rest = inspect.cleandoc(view.__doc__ or "").partition("\n")
    router.api_operation(
        [method],
        path,
        auth=ApiKey(needs),
        response={**answers, frozenset(CODES): Failure},
        operation_id=view.__name__,
        summary=summary.rstrip("."),
        description=f"{rest.strip()}\n\nScope: `{needs.scope}`.".strip(),
        openapi_extra=extra,
    )(checked)
    return view


def _response(answer: BaseModel | Made) -> HttpResponse:
    made = answer if isinstance(answer, Made) else Made(answer, 200)
    return HttpResponse(made.body.model_dump_json(), status=made.status, content_type=JSON)


def unknown_parameters(request: HttpRequest) -> list[Problem]:
    """A problem for each parameter of the address that the operation does not know.

    A filter that is misspelt must not give everything.
    """
    from lejek.api.surface import known_parameters  # noqa: PLC0415 - the surface is made of operations

    known = known_parameters(request)
    accepted = f"one of: {', '.join(sorted(known))}" if known else "no parameters"
    return [
        problem(f"query.{name[:100]}", request.GET[name], accepted)
        for name in request.GET
        if name not in known
    ]
