"""What happens at the door goes into the audit log: signing in, passwords, second factors.

In: the signals of Django and allauth. Out: entries of the audit log.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from allauth.account import signals as account
from allauth.mfa import signals as factors
from django.contrib.auth.signals import user_login_failed
from django.dispatch import Signal

from lejek.kernel import clock
from lejek.people import audit
from lejek.people.models import User

if TYPE_CHECKING:  # its models are not ready when this room is
    from allauth.mfa.models import Authenticator

_ACTIONS: tuple[tuple[Signal, str], ...] = (
    (account.user_logged_in, "signed_in"),
    (account.password_changed, "changed_password"),
    (account.password_set, "changed_password"),
    (account.password_reset, "reset_password"),
    (factors.authenticator_added, "added_second_factor"),
    (factors.authenticator_removed, "removed_second_factor"),
    (factors.authenticator_reset, "renewed_second_factor"),
)


def listen() -> None:
    """Have each of them written down, once."""
    for signal, action in _ACTIONS:
        signal.connect(_writer(action), weak=False)
    user_login_failed.connect(_write_failure, weak=False)
    factors.authentication_failed.connect(_write_failed_second_step, weak=False)


def _writer(action: str) -> Callable[..., None]:
    def write(user: User, authenticator: Authenticator | None = None, **_more: object) -> None:
        details = {} if authenticator is None else {"kind": str(authenticator.type)}
        audit.record(
            actor=user, action=action, subject=user.email, details=details, now=clock.now()
        )

    return write


def _write_failure(credentials: dict[str, str], **_more: object) -> None:
    """A wrong password, or an address that nobody has: both look and take the same.

    Whoever guesses too often is turned away before; so nobody can fill the log.
    """
    audit.record(
        actor=None,
        action="failed_sign_in",
        subject=credentials.get("email", "")[:200],
        now=clock.now(),
    )


def _write_failed_second_step(
    user: User, authenticator: Authenticator, *, reauthentication: bool, **_more: object
) -> None:
    audit.record(
        actor=None,
        action="failed_second_step",
        subject=user.email,
        details={"kind": str(authenticator.type), "is_again": reauthentication},
        now=clock.now(),
    )
