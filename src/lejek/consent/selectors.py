"""What people have allowed, as of now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from lejek.consent.models import ConsentChange

PROFILING = "profiling"
PHONE, EMAIL = "phone", "email"


def consents_of(contact_ids: Iterable[int]) -> dict[int, dict[str, bool]]:
    """By contact and purpose, whether the newest change gave the permission.

    Queries: one.
    """
    found: dict[int, dict[str, bool]] = defaultdict(dict)
    changes = ConsentChange.objects.filter(contact_id__in=list(contact_ids)).order_by("at", "id")
    for contact_id, purpose, is_given in changes.values_list("contact_id", "purpose", "is_given"):
        found[contact_id][purpose] = is_given
    return found


def withdrawals_of(contact_ids: Iterable[int]) -> dict[tuple[int, str], datetime]:
    """By contact and purpose, since when the newest change refuses or takes back the permission.

    Queries: one.
    """
    found: dict[tuple[int, str], datetime] = {}
    changes = ConsentChange.objects.filter(contact_id__in=list(contact_ids)).order_by("at", "id")
    for contact_id, purpose, is_given, at in changes.values_list(
        "contact_id", "purpose", "is_given", "at"
    ):
        if is_given:
            found.pop((contact_id, purpose), None)
        else:
            found[contact_id, purpose] = at
    return found


def may_call(consents: Mapping[str, bool]) -> bool:
    """Whether somebody allowed to be called; who was never asked did not."""
    return consents.get(PHONE, False)


def may_write(consents: Mapping[str, bool]) -> bool:
    """Whether somebody allowed to be written to; who was never asked did not."""
    return consents.get(EMAIL, False)


def objects_to_profiling(consents: Mapping[str, bool]) -> bool:
    """Whether somebody took back, or refused, the permission to be scored."""
    return consents.get(PROFILING) is False
