"""Users, keys, the audit log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lejek.people import services
from lejek.people.audit import broken_at, record
from lejek.people.models import ApiKey, AuditEntry, Role, User

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def administrator() -> User:
    return User.objects.create_user("a@lejek.example", None, name="A", role=Role.ADMINISTRATOR)


def test_the_last_administrator_stays() -> None:
    user = administrator()
    with pytest.raises(services.Refused, match="ostatni administrator"):
        services.change_user(
            user=user, role=Role.SALES, team=None, is_active=True, actor=user, now=NOW
        )
    user.refresh_from_db()
    assert user.role == Role.ADMINISTRATOR


def test_a_key_opens_until_it_is_revoked() -> None:
    user = administrator()
    key, secret = services.make_api_key(name="k", scopes=["leads:read"], user=user, now=NOW)
    assert services.user_of_key(secret, now=NOW) == (user, frozenset({"leads:read"}))
    assert services.user_of_key(secret + "x", now=NOW) is None
    assert secret not in str(ApiKey.objects.values())
    services.revoke_api_key(key=key, actor=user, now=NOW)
    assert services.user_of_key(secret, now=NOW) is None


def test_a_key_expires() -> None:
    key, secret = services.make_api_key(
        name="k", scopes=["leads:read"], user=administrator(), now=NOW
    )
    ApiKey.objects.filter(pk=key.pk).update(expires_at=NOW + timedelta(days=1))
    assert services.user_of_key(secret, now=NOW) is not None
    assert services.user_of_key(secret, now=NOW + timedelta(days=1)) is None


def test_a_key_of_a_switched_off_user_opens_nothing() -> None:
    user = administrator()
    _key, secret = services.make_api_key(name="k", scopes=["leads:read"], user=user, now=NOW)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert services.user_of_key(secret, now=NOW) is None


def test_a_changed_audit_entry_is_found() -> None:
    for number in range(3):
        record(actor=None, action="did", subject=str(number), now=NOW)
    assert broken_at() is None
    second = AuditEntry.objects.order_by("id")[1]
    AuditEntry.objects.filter(pk=second.pk).update(subject="forged")
    assert broken_at() == second.pk
