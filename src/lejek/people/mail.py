"""Where mail goes while nobody has said how it leaves: nowhere, and not silently.

In: a message. Out: an error that says what to set. A message is never printed: it may hold a link
that opens an account.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

NOWHERE = f"{__name__}.NoMail"


class NoMail(BaseEmailBackend):
    """Refuses to send."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:  # noqa: ARG002
        """Nothing.

        Raises: ImproperlyConfigured.
        """
        raise ImproperlyConfigured("no mail can be sent: set LEJEK_EMAIL_HOST, see lejek doctor")


def can_send_mail() -> bool:
    """Whether somebody has said how mail leaves."""
    return bool(settings.EMAIL_BACKEND != NOWHERE)
