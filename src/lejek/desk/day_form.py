"""As of which day somebody asks."""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class DayForm(forms.Form):
    """A day up to today; where none was asked for, it is today."""

    on = forms.DateField(
        label=_("Score as of the day"),
        error_messages={"invalid": _("This is not a day. Choose one from the calendar.")},
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, asked: str = "", *, today: date) -> None:
        super().__init__({"on": asked or today.isoformat()}, auto_id="%s")
        self._today = today
        self.fields["on"].widget.attrs["max"] = today.isoformat()

    def clean_on(self) -> date:
        """The day.

        Raises: ValidationError where it is still to come.
        """
        on: date = self.cleaned_data["on"]
        if on > self._today:
            raise ValidationError(_("This day is still to come. Choose today or an earlier one."))
        return on
