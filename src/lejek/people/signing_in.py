"""What happens at the door goes into the audit log: signing in, passwords, second factors.

In: the signals of allauth. Out: entries of the audit log.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from allauth.account import signals as account
from allauth.mfa import signals as factors
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


def _writer(action: str) -> Callable[..., None]:
    def write(user: User, authenticator: Authenticator | None = None, **_more: object) -> None:
        details = {} if authenticator is None else {"kind": str(authenticator.type)}
        audit.record(
            actor=user, action=action, subject=user.email, details=details, now=clock.now()
        )

    return write
