"""The audit log of the demo: what its people would have left there.

In: published versions, signatures, verdicts and deals of the demo. Out: entries of the audit log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from lejek.deals.models import Opportunity
from lejek.people import audit
from lejek.people.models import AuditEntry, User
from lejek.qualification.models import SignOff, Verdict

N_ENTRIES = 500
"""The newest that are written: each is sealed over the one before, one after the other."""


@dataclass(frozen=True, slots=True)
class _Deed:
    """What somebody did."""

    at: datetime
    actor: User | None
    action: str
    subject: str
    details: dict[str, object] = field(default_factory=dict)


@transaction.atomic
def write_trail() -> None:
    """Write the newest deeds down, in the order in which they were done.

    What loading has left already takes its place among them.
    """
    deeds = sorted([*_written(), *_signed(), *_of_sales()], key=lambda deed: deed.at)
    AuditEntry.objects.all().delete()
    for deed in deeds[-N_ENTRIES:]:
        audit.record(
            actor=deed.actor,
            action=deed.action,
            subject=deed.subject,
            details=deed.details,
            now=deed.at,
        )


def _written() -> list[_Deed]:
    return [
        _Deed(each.at, each.actor, each.action, each.subject, each.details)
        for each in AuditEntry.objects.select_related("actor").order_by("id")
    ]


def _signed() -> Iterator[_Deed]:
    for each in SignOff.objects.select_related("version", "user"):
        subject = f"{each.definition} #{each.version.number}"
        yield _Deed(each.at, each.user, "signed_definition", subject, {"side": each.side})


def _of_sales() -> Iterator[_Deed]:
    for each in Verdict.objects.select_related("reason", "actor"):
        action = "accepted_lead" if each.is_accepted else "rejected_lead"
        given: dict[str, object] = {} if each.reason is None else {"reason": each.reason.key}
        yield _Deed(each.at, each.actor, action, f"lead {each.lead_id}", given)
    for deal in Opportunity.objects.select_related("lead__owner").exclude(closed_at=None):
        action = "won_deal" if deal.outcome == Opportunity.Outcome.WON else "lost_deal"
        details: dict[str, object] = {"amount": deal.amount, "currency": deal.currency}
        if deal.reason:
            details["reason"] = deal.reason
        if deal.closed_at is not None:
            yield _Deed(deal.closed_at, deal.lead.owner, action, f"lead {deal.lead_id}", details)
