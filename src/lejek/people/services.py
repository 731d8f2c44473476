"""Users, teams and API keys: making and changing them, each change in the audit log."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from leadscore.errors import LeadScoreError
from lejek.people import audit
from lejek.people.models import ApiKey, Role, Team, User

SCOPES = ("leads:read", "leads:write", "touchpoints:write", "models:read", "models:write")
"""What an API key may be allowed to do."""


class Refused(LeadScoreError):
    """A change that would leave the organisation without an administrator, or make no sense."""


@transaction.atomic
def add_user(
    *, email: str, name: str, role: str, team: Team | None, actor: User | None, now: datetime
) -> User:
    """A new user, who sets a password through "forgot password".

    Raises: Refused when there is one with that address.
    """
    if User.objects.filter(email__iexact=email).exists():
        raise Refused(f"{email} is a user already")
    user = User.objects.create_user(email, None, name=name, role=role, team=team)
    audit.record(
        actor=actor, action="added_user", subject=user.email, details={"role": role}, now=now
    )
    return user


@transaction.atomic
def change_user(
    *,
    user: User,
    role: str,
    team: Team | None,
    is_active: bool,
    actor: User | None,
    now: datetime,
) -> User:
    """Give a user another role or team, or switch the account off.

    Raises: Refused when nobody could administer afterwards.
    """
    loses = user.role == Role.ADMINISTRATOR and (role != Role.ADMINISTRATOR or not is_active)
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    if loses and user.is_active and not others.exists():
        raise Refused("this is the last administrator")
    before = {"role": user.role, "team": user.team_id, "active": user.is_active}
    user.role, user.team, user.is_active = role, team, is_active
    user.save(update_fields=["role", "team", "is_active"])
    after = {"role": role, "team": user.team_id, "active": is_active}
    audit.record(
        actor=actor,
        action="changed_user",
        subject=user.email,
        details={"before": before, "after": after},
        now=now,
    )
    return user


@transaction.atomic
def make_api_key(
    *, name: str, scopes: Sequence[str], user: User, now: datetime
) -> tuple[ApiKey, str]:
    """A key for a program.

    Returns: the key as it is kept, and the secret, which is shown once and kept nowhere.
    Raises: Refused for a scope that does not exist.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise Refused(f"scopes {unknown or 'missing'}; accepted: {', '.join(SCOPES)}")
    prefix = "lj_" + secrets.token_hex(4)
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=name,
        prefix=prefix,
        hash=hash_of(secret),
        scopes=sorted(scopes),
        user=user,
        created_at=now,
    )
    audit.record(
        actor=user, action="made_api_key", subject=name, details={"scopes": sorted(scopes)}, now=now
    )
    return key, secret


@transaction.atomic
def revoke_api_key(*, key: ApiKey, actor: User, now: datetime) -> None:
    """Let a key open nothing any more.

    Repeat: a second call changes nothing.
    """
    if ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=now):
        audit.record(actor=actor, action="revoked_api_key", subject=key.name, now=now)


def hash_of(secret: str) -> str:
    """What is kept of a key: it is long and random, so one round is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def user_of_key(secret: str, *, now: datetime) -> tuple[User, frozenset[str]] | None:
    """Whose key this is and what it may do; None when it opens nothing."""
    prefix = "_".join(secret.split("_", 2)[:2])
    key = (
        ApiKey.objects.select_related("user")
        .filter(prefix=prefix, revoked_at__isnull=True, user__is_active=True)
        .first()
    )
    if key is None or not secrets.compare_digest(key.hash, hash_of(secret)):
        return None
    if key.expires_at is not None and key.expires_at <= now:
        return None
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key.user, frozenset(key.scopes)
