"""How scores and touchpoints are said in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from leadscore.language import Names
from leadscore.language.catalogue import field_name, touchpoint_noun, value_label
from leadscore.language.words import capitalised, number_text
from leadscore.model import digit, letter
from lejek.capture.models import Touchpoint
from lejek.deals.services import LOST, OPENED, WON
from lejek.identity.imports.texts import label_of
from lejek.qualification.models import RejectionReason, Stage, StageTransition
from lejek.qualification.services import BY_SALES, MOVED_BACK, REOPENED, TAKEN_BACK
from lejek.scoring.models import LeadScore, ModelVersion
from lejek.scoring.versions import ready


@dataclass(frozen=True, slots=True)
class Signal:
    """A touchpoint as one says it."""

    label: str
    detail: str
    at: datetime

    @property
    def text(self) -> str:
        """The whole of it on one line."""
        return f"{self.label}: {self.detail}" if self.detail else self.label


@dataclass(frozen=True, slots=True)
class BandWord:
    """A band of one dimension as one says it."""

    dimension: str
    label: str
    number: int
    n_bands: int
    milli: int


@dataclass(frozen=True, slots=True)
class GradePart:
    """The letter or the number of a grade: its dimension, and what each mark stands for."""

    parameter: str
    label: str
    marks: Sequence[tuple[str, str]]


_VALUES: Mapping[str, Mapping[str, Promise]] = {
    "form.name": {"contact": _lazy("contact"), "demo": _lazy("demo"), "quote": _lazy("quote")},
    "lead.direction": {"inbound": _lazy("inbound"), "outbound": _lazy("outbound")},
    "lead.channel": {
        "content": _lazy("content"),
        "google_ads": _lazy("Google Ads"),
        "fair": _lazy("trade fair"),
        "cold_email": _lazy("cold e-mail"),
        "cold_call": _lazy("cold call"),
        "linkedin": _lazy("LinkedIn"),
        "ads": _lazy("advertisement"),
        "referral": _lazy("referral"),
        "organic": _lazy("search engine"),
        "web": _lazy("website"),
        "event": _lazy("event"),
        "webinar": _lazy("webinar"),
        "partner": _lazy("partner"),
    },
}
"""Values that trackers and imports commonly bring, as people call them."""

KINDS = ("returning", "expert")
"""Definitions of the model to start with that say what kind of lead somebody is; they lead into no
stage. A model need not have them."""

_REJECTED = "rejected by sales: "
_MOVES: Mapping[str, Promise] = {
    BY_SALES: _lazy("accepted by sales"),
    TAKEN_BACK: _lazy("the verdict was taken back"),
    MOVED_BACK: _lazy("the move by hand was taken back"),
    OPENED: _lazy("a deal was opened"),
    WON: _lazy("the deal was won"),
    LOST: _lazy("the deal was lost"),
    REOPENED: _lazy("the deal was opened again"),
}
"""Reasons as the rooms write them, and as people read them."""


class Words:
    """What things are called in one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang if lang in ("pl", "en") else "en"

    @cached_property
    def _stages(self) -> Mapping[str, Stage]:
        return {stage.key: stage for stage in Stage.objects.order_by("position")}

    @cached_property
    def stages(self) -> Mapping[str, str]:
        """What the stages are called, in their order, by key. Queries: one, the first time."""
        return {
            stage.key: stage.label_pl if self.lang == "pl" else stage.label_en
            for stage in self._stages.values()
        }

    def is_finished(self, key: str) -> bool:
        """Whether nobody works on a lead in a stage any more."""
        return key in self._stages and not self._stages[key].is_working

    def stage(self, key: str) -> str:
        """What a stage is called."""
        return self.stages.get(key, key)

    def bands(self, score: LeadScore) -> list[BandWord]:
        """The band of each dimension."""
        model = ready(score.version).model
        names = Names(self.lang, model)
        found = []
        for dimension in model.dimensions:
            name = score.bands.get(dimension.name, "")
            order = [each.name for each in dimension.bands]
            if name in order:
                found.append(
                    BandWord(
                        capitalised(names.dimension(dimension.name)),
                        names.band(dimension.name, name),
                        order.index(name),
                        len(order),
                        score.scores[dimension.name],
                    )
                )
        return found

    def signal(self, touchpoint: Touchpoint) -> Signal:
        """A touchpoint: what it was, and of what."""
        noun = touchpoint_noun(touchpoint.type).of(self.lang)[0]
        details = (
            self._named(name, value)
            for name, value in touchpoint.properties.items()
            if isinstance(value, str) and value
        )
        return Signal(noun[:1].upper() + noun[1:], ", ".join(details), touchpoint.occurred_at)

    def value(self, name: str, value: object) -> str:
        """A value of a field; a dash where there is none."""
        if value in (None, ""):
            return "–"
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        if isinstance(value, int | float):
            return number_text(value, self.lang)
        return self._named(name, value) if isinstance(value, str) else str(value)

    def _named(self, name: str, value: str) -> str:
        """A value by the name that people know, where it has one."""
        known = _VALUES.get(name, {}).get(value)
        return value_label(name, value, self.lang) if known is None else str(known)

    def source(self, name: str) -> str:
        """Where a value came from."""
        kind, colon, rest = name.partition(":")
        known = {
            "import": _("import"),
            "api": _("a program"),
            "form": _("a form"),
            "demo": _("form and import"),
            "undo": _("an import was undone"),
            "person": _("entered by hand"),
        }
        label = str(known.get(kind, kind))
        return f"{label} {rest}" if colon and rest else label

    def reason(self, reason: RejectionReason) -> str:
        """Why sales sent a lead back."""
        return reason.label_pl if self.lang == "pl" else reason.label_en

    def move(self, move: StageTransition, version: ModelVersion | None) -> str:
        """Why a lead went from one stage to another; what somebody wrote stays as it is.

        `version` is the one by whose definition it moved.
        """
        if move.definition:
            name = self.definition(move.definition, version)
            return _("meets the definition “%(name)s”") % {"name": name}
        reason = move.reason
        if reason in _MOVES:
            return str(_MOVES[reason])
        if reason.startswith(_REJECTED):
            key = reason.removeprefix(_REJECTED)
            return f"{_('rejected by sales')}: {self._reasons.get(key, key)}"
        return reason

    def definition(self, name: str, version: ModelVersion | None) -> str:
        """What a definition is called: as its stage, or else as its version calls it."""
        if name in self.stages or version is None:
            return self.stages.get(name, name.replace("_", " "))
        return Names(self.lang, ready(version).model).definition(name)

    def definitions(self, version: ModelVersion | None) -> Mapping[str, str]:
        """What the definitions of a version are called, by name."""
        if version is None:
            return {}
        model = ready(version).model
        names = Names(self.lang, model)
        return {each.name: names.definition(each.name) for each in model.definitions}

    def kinds(self, held: Sequence[str], version: ModelVersion) -> list[str]:
        """What those definitions are called that a lead has, in the order in which they stand."""
        labels = self.definitions(version) if held else {}
        return [labels[name] for name in KINDS if name in held and name in labels]

    @cached_property
    def _reasons(self) -> Mapping[str, str]:
        return {reason.key: self.reason(reason) for reason in RejectionReason.objects.all()}

    def field(self, name: str) -> str:
        """What a field is called: as conditions call it, or else as imports do."""
        found = field_name(name, self.lang)
        if found != name:
            return found
        label = label_of(name)
        return label[:1].lower() + label[1:] if label[1:2].islower() else label

    def unscored(self, *, is_refused: bool) -> str:
        """Why a lead has no score."""
        if is_refused:
            return _("not scored: does not want to be profiled")
        return _("waits to be scored")

    def dimensions(self, version: ModelVersion | None) -> Mapping[str, str]:
        """What the dimensions of a version are called, by name."""
        if version is None:
            return {}
        model = ready(version).model
        names = Names(self.lang, model)
        return {each.name: capitalised(names.dimension(each.name)) for each in model.dimensions}

    def grade_parts(self, version: ModelVersion | None) -> list[GradePart]:
        """The two halves of a grade, with the bands that they stand for, the best first."""
        model = None if version is None else ready(version).model
        if model is None or model.grade is None:
            return []
        found = []
        for parameter, name, mark in (
            ("grade", model.grade.rows, letter),
            ("digit", model.grade.columns, digit),
        ):
            dimension, names = model.dimension(name), Names(self.lang, model)
            marks = [
                (mark(dimension, number), names.band(name, band.name))
                for number, band in enumerate(dimension.bands)
            ]
            found.append(GradePart(parameter, capitalised(names.dimension(name)), marks[::-1]))
        return found
