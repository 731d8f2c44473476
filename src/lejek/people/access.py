"""Who may do what: one place for pages, API, exports and reports."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase

from lejek.people.models import User
from lejek.people.rules import SCOPES, Scope

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def can(user: User | AnonymousUser, permission: str) -> bool:
    """Whether somebody may do something."""
    return isinstance(user, User) and user.may(permission)


def needs(permission: str) -> Callable[[View[P]], View[P]]:
    """Guards a view: who may not do this gets a page that says so."""

    def guarded(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not can(signed_in(request), permission):
                raise PermissionDenied(permission)
            return view(request, *args, **kwargs)

        checked.needed_permission = permission  # type: ignore[attr-defined]
        return cast("View[P]", checked)

    return guarded


def signed_in(request: HttpRequest) -> User:
    """The user of a request.

    Raises: PermissionDenied when nobody is signed in.
    """
    user: Any = request.user
    if not isinstance(user, User):
        raise PermissionDenied("nobody is signed in")
    return user


def for_user(leads: QuerySet[M], user: User, *, path: str = "") -> QuerySet[M]:
    """Only the rows that somebody may see.

    `path` leads from the rows to the lead, such as `lead__`; empty when they are leads. A
    salesperson sees own leads and those that nobody has yet; a manager those of the team.
    """
    scope = SCOPES.get(user.role, Scope.OWN)
    if scope is Scope.ALL:
        return leads
    nobodys = Q(**{f"{path}owner__isnull": True})
    if scope is Scope.TEAM and user.team_id is not None:
        return leads.filter(nobodys | Q(**{f"{path}owner__team_id": user.team_id}))
    return leads.filter(nobodys | Q(**{f"{path}owner_id": user.pk}))
