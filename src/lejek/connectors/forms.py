"""What somebody enters for a webhook."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lejek.connectors.addresses import LONGEST, WrongAddress, normal
from lejek.connectors.catalogue import TYPES
from lejek.connectors.services import EndpointEntry

WRONG: Mapping[str, str | Promise] = {
    "malformed": _("This is no address; accepted: https://name/path"),
    "scheme": _("Messages leave over TLS only: the address begins with https://"),
    "password": _("Leave out the name and password; what proves who sends is the signature."),
    "inner": _(
        "This host is not on the public internet. Whoever runs Lejek can let hosts of the own "
        "network through: LEJEK_WEBHOOK_HOSTS"
    ),
    "long": _("The address is too long."),
}


class EndpointForm(forms.Form):
    """An address, and what it hears of."""

    address = forms.CharField(
        label=_("Address of the receiver"),
        max_length=LONGEST,
        widget=forms.TextInput({"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    description = forms.CharField(label=_("Name of the receiver"), max_length=100, required=False)
    types = forms.MultipleChoiceField(
        label=_("What it hears of"),
        choices=list(TYPES.items()),
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        error_messages={"required": _("Choose at least one event.")},
    )

    def clean_address(self) -> str:
        """The address in one spelling."""
        try:
            return normal(self.cleaned_data["address"], inner_hosts=settings.WEBHOOK_HOSTS)
        except WrongAddress as error:
            raise forms.ValidationError(str(WRONG[error.why])) from None

    def entry(self) -> EndpointEntry:
        """What was entered."""
        return EndpointEntry(**{name: self.cleaned_data[name] for name in EndpointEntry.__slots__})
