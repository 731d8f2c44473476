"""Where somebody moves a lead, and why."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

LONGEST_REASON = 200


class MoveForm(forms.Form):
    """Another stage for a lead. `seen` is the stage in which it stood when the form was drawn."""

    seen = forms.CharField(max_length=40, widget=forms.HiddenInput)
    to = forms.ChoiceField(label=_("Move to the stage"))
    reason = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_REASON,
        help_text=_("Everybody who sees the lead can read it."),
    )

    def __init__(
        self, data: QueryDict | None = None, *, stages: Mapping[str, str], seen: str
    ) -> None:
        super().__init__(data, prefix="move", initial={"seen": seen})
        to = self.fields["to"]
        if isinstance(to, forms.ChoiceField):
            others = [(key, label) for key, label in stages.items() if key != seen]
            to.choices = [("", _("choose a stage")), *others]
