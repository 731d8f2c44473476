"""What somebody types about a deal.

In: a form as it was sent. Out: a name, an amount in the smallest unit, a currency, why it was lost.
"""

from __future__ import annotations

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from lejek.deals.models import Opportunity

CURRENCIES = ("PLN", "EUR", "USD", "GBP", "CZK")
MOST = 10**13
"""A hundred thousand million, in the smallest unit: more is surely a slip."""

_NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,2})?", re.ASCII)
_SPACES = re.compile(r"[\s\u00a0\u202f]")


def amount_of(text: str) -> int:
    """An amount as people type it, in the smallest unit of its currency.

    >>> amount_of("12 500,50")
    1250050

    Raises: ValidationError that says what would be accepted.
    """
    plain = _SPACES.sub("", text)
    if not plain:
        return 0
    if _NUMBER.fullmatch(plain) is None:
        raise ValidationError(
            _("“%(found)s” is not an amount. Write it as 12500 or 12 500,50."),
            params={"found": text[:40]},
        )
    amount = int(Decimal(plain.replace(",", ".")) * 100)
    if amount > MOST:
        raise ValidationError(_("That is more than a deal can be worth here."))
    return amount


class AmountField(forms.CharField):
    """An amount; empty is nought."""

    def clean(self, value: str | None) -> int:
        """The amount in the smallest unit."""
        return amount_of(str(super().clean(value)))


class DealForm(forms.Form):
    """A deal of a lead; of one that is lost it is asked why."""

    use_required_attribute = False  # One form wins, loses and saves: only losing needs a reason.

    name = forms.CharField(label=_("What is sold"), max_length=200, required=False)
    amount = AmountField(
        label=_("Amount"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(c, c) for c in CURRENCIES])
    reason = forms.CharField(
        label=_("Why it was lost"),
        max_length=200,
        error_messages={"required": _("Say in a few words why the deal was lost.")},
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        is_lost: bool = False,
        initial: dict[str, str] | None = None,
        prefix: str = "deal",
    ) -> None:
        super().__init__(data, initial=initial, prefix=prefix)
        self.is_lost = is_lost
        self.fields["reason"].required = is_lost

    @classmethod
    def of(cls, deal: Opportunity | None, *, prefix: str = "deal") -> DealForm:
        """The form as it is offered: empty, or as a deal stands."""
        if deal is None:
            return cls(initial={"currency": CURRENCIES[0]}, prefix=prefix)
        amount = f"{deal.amount / 100:.2f}".replace(".", ",").removesuffix(",00")
        values = {
            "name": deal.name,
            "amount": amount,
            "currency": deal.currency,
            "reason": deal.reason,
        }
        is_lost = deal.outcome == Opportunity.Outcome.LOST
        return cls(is_lost=is_lost, initial=values, prefix=prefix)
