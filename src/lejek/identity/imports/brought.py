"""Whom an import was about, to look at some of them.

In: an import and who asks. Out: a few leads that they may see.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from lejek.capture.models import Touchpoint
from lejek.identity.models import AttributeChange, Import, Lead
from lejek.people.access import for_user
from lejek.people.models import User

SHOWN_LEADS = 20
_LOOKED_AT = 2000
"""Facts among which people are looked for: a file may have brought millions."""


def leads_of(job: Import, user: User) -> list[Lead]:
    """Some leads that an import brought, and after them some that it told something about.

    Queries: three.
    """
    seen = for_user(Lead.objects.select_related("contact__company"), user)
    found = _first(seen.filter(import_id=job.pk))
    if len(found) < SHOWN_LEADS:
        told = seen.filter(_is_told_of(job), closed_at__isnull=True)
        found += _first(told.exclude(import_id=job.pk))
    return found[:SHOWN_LEADS]


def _first(leads: QuerySet[Lead]) -> list[Lead]:
    # Put in order here: an order by the primary key would have a planner read all of it.
    return sorted(leads[:SHOWN_LEADS], key=lambda lead: lead.pk)


def _is_told_of(job: Import) -> Q:
    """Whether a lead is among those of whom, or of whose firm, an import told something."""
    own = {"import_id": job.pk}
    if job.kind == Import.Kind.TOUCHPOINTS:
        told = Touchpoint.objects.filter(**own, contact_id__isnull=False)
        return Q(contact__in={*told.values_list("contact_id", flat=True)[:_LOOKED_AT]})
    facts = AttributeChange.objects.filter(**own).values_list("contact_id", "company_id")
    people, firms = set(), set()
    for contact_id, company_id in facts[:_LOOKED_AT]:
        people.add(contact_id)
        firms.add(company_id)
    return Q(contact__in=people - {None}) | Q(contact__company__in=firms - {None})
