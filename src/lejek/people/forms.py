"""Forms of signing in, where those of allauth lack a word."""

from __future__ import annotations

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class AddKey(AddWebAuthnForm):  # type: ignore[misc] # allauth has no types
    """A new passkey or security key."""

    name = forms.CharField(label=_("Name of the key"), required=False)
    field_order = ("name", "passwordless", "credential")


class RenameKey(EditWebAuthnForm):  # type: ignore[misc] # allauth has no types
    """Another name for a key."""

    name = forms.CharField(label=_("Name of the key"))
