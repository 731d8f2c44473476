"""Views of the call list that somebody keeps under a name, and perhaps shares.

In: a name and filters. Out: rows that only their owner changes.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import QueryDict

from leadscore.errors import LeadScoreError
from lejek.desk.call_list import Filters
from lejek.desk.models import SavedView
from lejek.people.models import User

PAGE = "call_list"
LONGEST_NAME = 80


class NameMissing(LeadScoreError):
    """A view needs a name."""


class NameTaken(LeadScoreError):
    """Somebody's two views cannot have one name."""


def views_for(user: User) -> list[SavedView]:
    """Own views and those that others share, by name. Queries: one."""
    seen = Q(user=user) | Q(is_shared=True, user__is_active=True)
    found = SavedView.objects.filter(seen, page=PAGE).select_related("user")
    return sorted(found, key=lambda view: (view.user_id != user.pk, view.name.casefold(), view.pk))


def save_view(*, user: User, name: str, query: str, is_shared: bool = False) -> SavedView:
    """Keep filters under a name; the same name again replaces them.

    Raises: NameMissing.
    """
    view, _ = SavedView.objects.update_or_create(
        user=user,
        page=PAGE,
        name=_name(name),
        defaults={"query": Filters.of(QueryDict(query[:1000])).query, "is_shared": is_shared},
    )
    return view


def change_view(*, view: SavedView, name: str, is_shared: bool) -> None:
    """Give a view another name, share it or keep it to oneself.

    Raises: NameMissing; NameTaken.
    """
    try:
        with transaction.atomic():
            SavedView.objects.filter(pk=view.pk).update(name=_name(name), is_shared=is_shared)
    except IntegrityError as error:
        raise NameTaken(f"there is a view {name!r} already") from error


def _name(text: str) -> str:
    name = " ".join(text.replace("\0", "").split())[:LONGEST_NAME]
    if not name:
        raise NameMissing("a view needs a name")
    return name
