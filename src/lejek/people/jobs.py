"""Mail about accounts, sent by the worker.

Repeat: a mail is sent again when the worker died before it could note that it was sent.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import override

from lejek.people.links import password_link
from lejek.people.models import User

RESET, INVITATION = "account/email/password_reset_key", "people/email/invitation"


def send_password_link(
    *,
    user_id: int,
    site: str,
    language: str,
    is_invitation: bool = False,
    now: datetime,  # noqa: ARG001 - every job is told
) -> None:
    """Send somebody the link that sets a password; nothing once the account is off."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    prefix = INVITATION if is_invitation else RESET
    context = {"user": user, "site": site, "password_reset_url": password_link(user, site)}
    with override(language):
        subject = render_to_string(f"{prefix}_subject.txt", context)
        text = render_to_string(f"{prefix}_message.txt", context)
    _send(subject, text, user.email)


def send_message(*, subject: str, text: str, to: str, now: datetime) -> None:  # noqa: ARG001
    """Send a message that is written already."""
    _send(subject, text, to)


def _send(subject: str, text: str, to: str) -> None:
    line = " ".join(subject.split())
    send_mail(line, text.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [to])
