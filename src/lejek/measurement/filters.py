"""How somebody asked for the report on bands.

In: an address and the model versions. Out: a question that can be answered; what is not understood
falls back to the usual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from leadscore.model import Dimension, ScoringModel
from lejek.measurement.bands import Span
from lejek.qualification.models import Stage
from lejek.qualification.selectors import model_of
from lejek.scoring.models import ModelVersion
from lejek.scoring.versions import NoActiveModel, active_version

OVERALL, GRADE = "overall", "grade"
COHORT, PERIOD = "cohort", "period"
HORIZONS = (30, 60, 90, 180, 365)
USUAL_HORIZON = 90
FOURTEENTH_DAY = "day14"
_FAR = 4_102_444_800  # the year 2100


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `begin` and `end` are whole local days, both in; None leaves a side open."""

    by: str
    basis: str
    moment: str
    version: int | None
    horizon_days: int
    begin: date | None
    end: date | None

    @property
    def stage(self) -> str:
        """The stage whose entry is the moment of reading; empty for the 14th day."""
        return "" if self.moment == FOURTEENTH_DAY else self.moment

    @property
    def is_by_grade(self) -> bool:
        """Whether the letter of the grade is asked for."""
        return self.by == GRADE

    @property
    def is_by_overall(self) -> bool:
        """Whether the overall score is asked for."""
        return self.by == OVERALL

    def span(self) -> Span:
        """The period in seconds."""
        begin = 0 if self.begin is None else _seconds(self.begin)
        end = _FAR if self.end is None else _seconds(self.end + timedelta(days=1))
        return Span(begin, end)


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be asked: by the version that scores, every published version, the stages."""

    active: ModelVersion
    versions: tuple[ModelVersion, ...]
    stages: tuple[Stage, ...]

    @property
    def model(self) -> ScoringModel:
        """The model in force."""
        return model_of(self.active)

    def dimension_name(self, question: Question) -> str:
        """The dimension whose bands answer a question; empty for the overall score."""
        if question.is_by_overall:
            return ""
        if question.is_by_grade and self.model.grade is not None:
            return self.model.grade.rows
        return question.by

    def dimensions(self, question: Question) -> dict[int, Dimension]:
        """The dimension by version id, that of the version in force last.

        The others come oldest first; those that lack it are left out.
        """
        found: dict[int, Dimension] = {}
        for version in self.asked_versions(question):
            model = model_of(version)
            name = self.dimension_name(question)
            if question.is_by_grade and model.grade is not None:
                name = model.grade.rows
            if any(each.name == name for each in model.dimensions):
                found[version.pk] = model.dimension(name)
        return found

    def asked_versions(self, question: Question) -> list[ModelVersion]:
        """The versions whose scores answer a question, the oldest first, the one in force last."""
        in_order = sorted(self.versions, key=lambda each: each.pk == self.active.pk)
        return [each for each in in_order if question.version in (None, each.number)]


def choices() -> Choices | None:
    """What may be asked; None before the first publication.

    Queries: three.
    """
    try:
        active = active_version()
    except NoActiveModel:
        return None
    versions = tuple(ModelVersion.objects.order_by("number"))
    stages = tuple(Stage.objects.exclude(definition="").order_by("position"))
    return Choices(active, versions, stages)


def question(query: QueryDict, possible: Choices) -> Question:
    """The question of an address."""
    kinds = [OVERALL, *(d.name for d in possible.model.dimensions)]
    if possible.model.grade is not None:
        kinds.append(GRADE)
    numbers = [str(version.number) for version in possible.versions]
    version = _one_of(query, "version", numbers, "")
    moments = [FOURTEENTH_DAY, *(stage.key for stage in possible.stages)]
    horizons = [str(days) for days in HORIZONS]
    return Question(
        by=_one_of(query, "by", kinds, kinds[0]),
        basis=_one_of(query, "basis", [COHORT, PERIOD], COHORT),
        moment=_one_of(query, "moment", moments, FOURTEENTH_DAY),
        version=int(version) if version else None,
        horizon_days=int(_one_of(query, "horizon", horizons, str(USUAL_HORIZON))),
        begin=_day(query, "from"),
        end=_day(query, "to"),
    )


def _one_of(query: QueryDict, name: str, accepted: Sequence[str], otherwise: str) -> str:
    asked = query.get(name, "")
    return asked if asked in accepted else otherwise


def _day(query: QueryDict, name: str) -> date | None:
    try:
        return parse_date(query.get(name, ""))
    except ValueError:
        return None


def wrong_days(query: QueryDict, today: date) -> dict[str, str]:
    """What is wrong with the days of the period, in words, by the name of the parameter."""
    begin, end = _day(query, "from"), _day(query, "to")
    wrong = {}
    for name, day in (("from", begin), ("to", end)):
        if query.get(name) and day is None:
            wrong[name] = _("This is not a day. Choose one from the calendar.")
        elif day is not None and day > today:
            wrong[name] = _("This day is still to come. Choose today or an earlier one.")
    if not wrong and begin is not None and end is not None and end < begin:
        wrong["to"] = _("The period ends before it begins.")
    return wrong


def _seconds(day: date) -> int:
    midnight = timezone.make_aware(datetime.combine(day, datetime.min.time()))
    return int(midnight.timestamp())
