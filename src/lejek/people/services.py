"""Users, teams and API keys: making and changing them, each change in the audit log."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from leadscore.errors import LeadScoreError
from lejek.kernel import jobs
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
        raise Refused(_("{email} is a user already.").format(email=email))
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
    name: str = "",
) -> User:
    """Give a user another name, role or team, or switch the account off or on.

    Raises: Refused when nobody could administer afterwards.
    Repeat: writes nothing when nothing is different.
    """
    loses = user.role == Role.ADMINISTRATOR and (role != Role.ADMINISTRATOR or not is_active)
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    if loses and user.is_active and not others.exists():
        raise Refused(_("This is the last administrator: make somebody else one first."))
    before = _state(user)
    user.role, user.team, user.is_active = role, team, is_active
    user.name = name or user.name
    after = _state(user)
    if before == after:
        return user
    user.save(update_fields=["name", "role", "team", "is_active"])
    audit.record(
        actor=actor,
        action="changed_user",
        subject=user.email,
        details={key: [before[key], after[key]] for key in before if before[key] != after[key]},
        now=now,
    )
    return user


def _state(user: User) -> dict[str, object]:
    team = user.team.name if user.team else None
    return {"name": user.name, "role": str(user.role), "team": team, "active": user.is_active}


@transaction.atomic
def send_password_link(
    *, user: User, site: str, is_invitation: bool, actor: User, now: datetime
) -> None:
    """Have a user sent the link that sets a password."""
    jobs.enqueue(
        "lejek.people.jobs.send_password_link",
        {
            "user_id": user.pk,
            "site": site,
            "language": user.language,
            "is_invitation": is_invitation,
        },
        now=now,
    )
    audit.record(actor=actor, action="sent_password_link", subject=user.email, now=now)


@transaction.atomic
def add_team(*, name: str, actor: User, now: datetime) -> Team:
    """A new team.

    Raises: Refused without a name, and when there is one of that name.
    """
    if not name:
        raise Refused(_("Give the team a name."))
    team, is_new = Team.objects.get_or_create(name=name)
    if not is_new:
        raise Refused(_("There is a team “{name}” already.").format(name=name))
    audit.record(actor=actor, action="added_team", subject=name, now=now)
    return team


@transaction.atomic
def rename_team(*, team: Team, name: str, actor: User, now: datetime) -> None:
    """Another name for a team.

    Raises: Refused without a name, and when there is one of that name.
    """
    if not name:
        raise Refused(_("Give the team a name."))
    if team.name == name:
        return
    if Team.objects.filter(name=name).exists():
        raise Refused(_("There is a team “{name}” already.").format(name=name))
    before, team.name = team.name, name
    team.save(update_fields=["name"])
    audit.record(
        actor=actor, action="renamed_team", subject=name, details={"name": [before, name]}, now=now
    )


@transaction.atomic
def delete_team(*, team: Team, actor: User, now: datetime) -> None:
    """Take a team away that nobody is in.

    Raises: Refused while somebody is.
    """
    if team.members.exists():
        raise Refused(_("Somebody is still in this team."))
    team.delete()
    audit.record(actor=actor, action="deleted_team", subject=team.name, now=now)


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
