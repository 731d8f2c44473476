"""What people have allowed, as of now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from lejek.consent.models import ConsentChange

PROFILING = "profiling"


def consents_of(contact_ids: Iterable[int]) -> dict[int, dict[str, bool]]:
    """By contact and purpose, whether the newest change gave the permission.

    Queries: one.
    """
    found: dict[int, dict[str, bool]] = defaultdict(dict)
    changes = ConsentChange.objects.filter(contact_id__in=list(contact_ids)).order_by("at", "id")
    for contact_id, purpose, is_given in changes.values_list("contact_id", "purpose", "is_given"):
        found[contact_id][purpose] = is_given
    return found


def objects_to_profiling(consents: dict[str, bool]) -> bool:
    """Whether somebody took back, or refused, the permission to be scored."""
    return consents.get(PROFILING) is False
