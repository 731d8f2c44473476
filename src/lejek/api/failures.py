"""What is answered when something is not right: one shape for every status."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from pydantic import BaseModel, Field

JSON = "application/json; charset=utf-8"

CODES: Mapping[int, str] = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
    500: "internal_error",
    503: "unavailable",
}
"""Every status that any operation may answer with when it fails, and its usual code."""

_LONGEST_FOUND = 200


class Problem(BaseModel):
    """One thing that is wrong with a request."""

    path: str = Field(description="Where it is, such as body.touchpoints[3].type or query.limit.")
    found: str = Field(description="What was found there.")
    accepted: str = Field(description="What would be accepted.")


class Error(BaseModel):
    """Why a request was refused."""

    code: str = Field(description="A word for programs.")
    message: str = Field(description="A sentence for people.")
    problems: list[Problem] = Field(description="All that is wrong with the request, at once.")


class Failure(BaseModel):
    """The answer to a request that was refused."""

    error: Error


class Refusal(Exception):
    """A request that cannot be done; whatever it has written so far is taken back."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = "",
        problems: Sequence[Problem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        self.code = code or CODES[status]
        self.problems = list(problems)
        self.headers = dict(headers or {})

    def response(self) -> HttpResponse:
        """The refusal as it is sent."""
        error = Error(code=self.code, message=self.message, problems=self.problems)
        body = Failure(error=error).model_dump_json()
        return HttpResponse(body, status=self.status, content_type=JSON, headers=self.headers)


def invalid(problems: Sequence[Problem]) -> Refusal:
    """What was sent cannot be used; all problems at once."""
    n = len(problems)
    message = "The request has a problem." if n == 1 else f"The request has {n} problems."
    return Refusal(422, message, problems=problems)


def problem(path: str, found: object, accepted: str) -> Problem:
    """One problem; what was found is cut to what one can read."""
    text = "" if found is None else str(found)
    if len(text) > _LONGEST_FOUND:
        text = text[: _LONGEST_FOUND - 1] + "…"
    return Problem(path=path, found=text, accepted=accepted)


_ACCEPTED: Mapping[str, str] = {
    "missing": "a value",
    "extra_forbidden": "no such key",
    "string_unicode": "text without broken characters",
}
_OPENINGS = ("Input should be ", "Value error, ", "Input should ", "String should ")


def problem_of(path: str, steps: Iterable[int | str], error: Mapping[str, Any]) -> Problem:
    """A problem that pydantic found, in our words; `steps` lead from `path` to it."""
    accepted = _ACCEPTED.get(error["type"], str(error["msg"]))
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{str(step)[:100]}"
    for opening in _OPENINGS:
        accepted = accepted.removeprefix(opening)
    found = None if error["type"] == "missing" else _shown(error["input"])
    return problem(path, found, accepted)


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except ValueError:
        return str(value)
