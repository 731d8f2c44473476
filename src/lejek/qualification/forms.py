"""What somebody enters for stages and reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from lejek.qualification.configuration import ReasonEntry, StageEntry

_TEXT = {"class": "form-control"}
_CHECK = {"class": "form-check-input"}


class StageForm(forms.Form):
    """A lifecycle stage. `definitions` are those that may lead into it, as (name, label)."""

    label_pl = forms.CharField(
        label=_("Name in Polish"), max_length=60, widget=forms.TextInput(_TEXT)
    )
    label_en = forms.CharField(
        label=_("Name in English"), max_length=60, widget=forms.TextInput(_TEXT)
    )
    definition = forms.ChoiceField(
        label=_("Definition that leads into it"),
        required=False,
        widget=forms.Select({"class": "form-select"}),
    )
    is_working = forms.BooleanField(
        label=_("Somebody works on leads in this stage"),
        required=False,
        widget=forms.CheckboxInput(_CHECK),
    )
    is_won = forms.BooleanField(
        label=_("The lead is won here"), required=False, widget=forms.CheckboxInput(_CHECK)
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        definitions: Sequence[tuple[str, str]],
        initial: Mapping[str, Any],
    ) -> None:
        super().__init__(data, initial=dict(initial))
        field = self.fields["definition"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("none, only people move leads here")), *definitions]

    def clean(self) -> dict[str, Any]:
        """A stage where leads are won is not worked on any more."""
        entered = super().clean() or {}
        if entered.get("is_won") and entered.get("is_working"):
            self.add_error("is_won", _("A stage is either worked on or won, not both."))
        return entered

    def entry(self) -> StageEntry:
        """What was entered."""
        return StageEntry(**{name: self.cleaned_data[name] for name in StageEntry.__slots__})


class ReasonForm(forms.Form):
    """A reason for which sales sends a lead back."""

    label_pl = forms.CharField(
        label=_("Name in Polish"), max_length=100, widget=forms.TextInput(_TEXT)
    )
    label_en = forms.CharField(
        label=_("Name in English"), max_length=100, widget=forms.TextInput(_TEXT)
    )
    is_active = forms.BooleanField(
        label=_("Offered to salespeople"),
        required=False,
        initial=True,
        widget=forms.CheckboxInput(_CHECK),
    )

    def entry(self) -> ReasonEntry:
        """What was entered."""
        return ReasonEntry(**{name: self.cleaned_data[name] for name in ReasonEntry.__slots__})
