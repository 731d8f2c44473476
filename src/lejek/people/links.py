"""The link that sets a password: who holds it is the user, until it is used or too old."""

from __future__ import annotations

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from lejek.people.models import User


def password_link(user: User, site: str) -> str:
    """Where somebody sets a password, on the site at this address (`https://host/`)."""
    parts = {
        "uidb36": user_pk_to_url_str(user),
        "key": app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user),
    }
    return site.rstrip("/") + reverse("account_reset_password_from_key", kwargs=parts)
