"""What a lead scored at an earlier moment, worked out anew from what was known then.

In: a lead and a moment. Out: the explanation under the version that scored then, with the values,
the stage and the consents of then.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from leadscore.days import to_instant
from leadscore.errors import LeadScoreError
from leadscore.explain import Explanation, explain_live
from lejek.consent.models import ConsentChange
from lejek.consent.selectors import consents_of, objects_to_profiling
from lejek.identity.models import AttributeChange, Company, Lead
from lejek.identity.recording import COMPANY_LINK, place_of, put
from lejek.identity.targets import Place
from lejek.qualification.models import StageTransition
from lejek.scoring.facts import attributes_of, facts_of
from lejek.scoring.live import score_row
from lejek.scoring.models import Activation, LeadScore, ModelVersion
from lejek.scoring.versions import ready


class ProfilingRefused(LeadScoreError):
    """The person does not want to be profiled, or did not want it then: nothing is scored."""


@dataclass(frozen=True, slots=True)
class Then:
    """The lead as it stood: its stage, its score and why."""

    at: datetime
    stage: str
    version: ModelVersion
    score: LeadScore
    why: Explanation


def score_then(lead: Lead, at: datetime, lang: str) -> Then | None:
    """What the lead scored; None before it came in, or before the first publication.

    Queries: eleven at most.
    Raises: ProfilingRefused.
    """
    consents = _consents_then(lead, at)
    said_since = consents_of([lead.contact_id]).get(lead.contact_id, {})
    if objects_to_profiling(consents) or objects_to_profiling(said_since):
        raise ProfilingRefused("the person does not want to be profiled")
    version = version_then(at)
    if version is None or lead.created_at > at:
        return None
    then = lead_then(lead, at)
    current = ready(version)
    facts = facts_of([then], current.fields, with_colleagues=current.watches_companies)[0]
    attributes = attributes_of(then, current.fields, consents)
    facts = replace(facts, attributes=attributes)
    instant = to_instant(at)
    scored = current.scorer.score(facts.attributes, facts.touchpoints, instant, facts.colleagues)
    score = score_row(lead.pk, scored, version.pk, at)
    score.version = version
    why = explain_live(current.model, lead.pk, scored, instant, lang)
    return Then(at, then.stage, version, score, why)


def version_then(at: datetime) -> ModelVersion | None:
    """The version that scored at a moment. Queries: one."""
    found = Activation.objects.filter(at__lte=at).select_related("version")
    newest = found.order_by("-at", "-id").first()
    return None if newest is None else newest.version


def lead_then(lead: Lead, at: datetime) -> Lead:
    """A copy of the lead with the values and the stage that it had; it is never saved.

    Queries: four at most.
    """
    then, contact = copy(lead), copy(lead.contact)
    then.contact, then.stage = contact, stage_then(lead, at)
    _put_back(then, list(_later(at).filter(contact=contact.pk)))
    company = contact.company
    if company is not None:
        contact.company = copy(company)
        _put_back(then, list(_later(at).filter(company=company.pk)))
    return then


def stage_then(lead: Lead, at: datetime) -> str:
    """The stage in which the lead stood: the one that its next move left. Queries: one."""
    later = StageTransition.objects.filter(lead=lead, at__gt=at).order_by("at", "id")
    left = later.values_list("old", flat=True).first()
    return lead.stage if left is None else left


def _later(at: datetime) -> QuerySet[AttributeChange]:
    """What became known afterwards, the latest first."""
    return AttributeChange.objects.filter(known_at__gt=at).order_by("-known_at", "-id")


def _put_back(lead: Lead, changes: list[AttributeChange]) -> None:
    """Take changes back in memory, from the latest on."""
    for change in changes:
        if change.field == COMPANY_LINK:
            lead.contact.company = Company.objects.filter(pk=change.old or 0).first()
            continue
        place, column = place_of(change.field)
        keepers = {
            Place.CONTACT: lead.contact,
            Place.COMPANY: lead.contact.company,
            Place.LEAD: lead,
        }
        keeper = keepers.get(place)
        if keeper is not None:
            if not column:
                keeper.attributes = dict(keeper.attributes)  # type: ignore[union-attr]
            put(keeper, change.field, column, change.old)


def _consents_then(lead: Lead, at: datetime) -> dict[str, bool]:
    changes = ConsentChange.objects.filter(contact=lead.contact_id, at__lte=at).order_by("at", "id")
    return dict(changes.values_list("purpose", "is_given"))
