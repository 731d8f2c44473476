"""What is answered when something is not right: one shape for every status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
