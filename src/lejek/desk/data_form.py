"""What somebody types of a lead: the person, the firm, what was said in talks.

In: a lead, or nobody yet. Out: texts by field, of those that were changed on the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _

from leadscore.conditions import FieldType
from leadscore.language.catalogue import VALUES, value_label
from lejek.desk.words import Words
from lejek.identity.correcting import known_of
from lejek.identity.fields import BUILT_IN
from lejek.identity.imports.texts import fault_text, label_of
from lejek.identity.models import FieldDefinition, Lead
from lejek.identity.reading import Fault
from lejek.identity.targets import CONSENTS, LEAD_TARGETS, Cell

_LONGEST = 500
_YES, _NO = "yes", "no"
_DIRECTION = "lead.direction"
_KEYBOARDS = {"contact.email": "email", "contact.phone": "tel", "company.domain": "url"}


@dataclass(frozen=True, slots=True)
class Section:
    """Fields of the page that belong together."""

    title: str
    note: str
    fields: Sequence[BoundField]


class LeadDataForm(forms.Form):
    """Everything that people can say of a lead by hand; each field is empty where nothing is known.

    A page that was open for long changes only what was typed on it: what stood in a field when the
    page was drawn goes with it.
    """

    use_required_attribute = False

    def __init__(
        self, data: QueryDict | None = None, *, lead: Lead | None, words: Words, n_people: int = 0
    ) -> None:
        super().__init__(data)
        self._n_people, self._words = n_people, words
        own = FieldDefinition.objects.order_by("name")
        labels = {each.name: _label(each, words.lang) for each in own}
        kinds = {each.name: each.type for each in own}
        for name in [*_asked(is_new=lead is None), *labels]:
            value = None if lead is None else known_of(lead, name)
            self.fields[name] = self._field(name, value, kinds.get(name, ""))
            self.fields[name].label = labels.get(name) or label_of(name)

    def _field(self, name: str, value: Cell | None, kind: str) -> forms.CharField:
        initial = _typed(value)
        choices = self._choices(name, initial, kind)
        widget: forms.Widget = forms.TextInput({"autocomplete": "off"})
        if choices:
            widget = forms.Select(choices=choices)
        elif name in _KEYBOARDS:
            widget.attrs["inputmode"] = _KEYBOARDS[name]
        return forms.CharField(
            required=False,
            max_length=_LONGEST,
            initial=initial,
            show_hidden_initial=True,
            widget=widget,
        )

    def _choices(self, name: str, initial: str, kind: str) -> list[tuple[str, str]]:
        built_in = BUILT_IN.get(name)
        is_boolean = kind == "boolean" or (
            built_in is not None and built_in.type is FieldType.BOOLEAN
        )
        if is_boolean:
            return [("", _("not known")), (_YES, _("yes")), (_NO, _("no"))]
        if name == _DIRECTION:
            return [(key, self._words.value(name, key)) for key in ("inbound", "outbound")]
        if name not in VALUES:
            return []
        lang = self._words.lang
        keys = [*VALUES[name], *([initial] if initial and initial not in VALUES[name] else [])]
        labelled = [(key, value_label(name, key, lang)) for key in keys]
        return [("", _("not known")), *sorted(labelled, key=lambda each: each[1].casefold())]

    def told(self) -> dict[str, str]:
        """What was changed on the page, by field. Call it when the form is valid."""
        return {name: self.cleaned_data[name] for name in self.changed_data}

    def blame(self, faults: Iterable[Fault]) -> None:
        """Show what is wrong at the fields that it is about."""
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, fault_text(fault))

    @property
    def sections(self) -> list[Section]:
        """The fields in the order of the page; the last group only where there are such fields."""
        person = [name for name in self.fields if name.startswith(("contact.", "lead."))]
        firm = [name for name in self.fields if name.startswith("company.")]
        consents = [name for name in self.fields if name.startswith(CONSENTS)]
        rest = [name for name in self.fields if name not in {*person, *firm, *consents}]
        shared = ""
        if self._n_people > 1:
            shared = _("Changes here hold for all %(n)s people of this company.") % {
                "n": self._n_people
            }
        proof = _("Say yes only where the person agreed; that you said so is kept as the proof.")
        found = (
            (_("Person"), "", person),
            (_("Company"), shared, firm),
            (_("From talks"), "", rest),
            (_("Consents"), proof, consents),
        )
        return [
            Section(title, note, [self[n] for n in names]) for title, note, names in found if names
        ]


def _asked(*, is_new: bool) -> list[str]:
    kept = [name for name, target in LEAD_TARGETS.items() if target.place]
    said = [
        name for name in LEAD_TARGETS if name.startswith(("bant.", CONSENTS) if is_new else "bant.")
    ]
    return [*kept, *(name for name in said if name not in kept)]


def _typed(value: Cell | None) -> str:
    """A value as somebody would type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _YES if value else _NO
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _label(field: FieldDefinition, lang: str) -> str:
    labels: Mapping[str, str] = {"pl": field.label_pl, "en": field.label_en}
    return labels.get(lang) or field.name
