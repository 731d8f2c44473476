"""What pages show about people and what they did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils import timezone

from lejek.people.models import AuditEntry


def second_factors_of(user_id: int | Combinable) -> QuerySet[Authenticator]:
    """What somebody can sign in with beside the password.

    Queries: none yet; it is a query set.
    """
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=user_id, type__in=kinds)
    return found


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries of the audit log are asked for; empty fields ask for all."""

    actor: int | None = None
    action: str = ""
    words: str = ""
    since: date | None = None
    until: date | None = None


def audit_entries(asked: AuditFilter) -> QuerySet[AuditEntry]:
    """The entries that were asked for, the newest first.

    Queries: none yet; it is a query set.
    """
    entries = AuditEntry.objects.order_by("-id")
    if asked.actor is not None:
        entries = entries.filter(actor_id=asked.actor)
    if asked.action:
        entries = entries.filter(action=asked.action)
    if asked.words:
        named = Q(subject__icontains=asked.words) | Q(actor_name__icontains=asked.words)
        entries = entries.filter(named)
    if asked.since:
        entries = entries.filter(at__gte=_beginning_of(asked.since))
    if asked.until:
        entries = entries.filter(at__lt=_beginning_of(asked.until + timedelta(days=1)))
    return entries


def _beginning_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
