"""Definitions as people read them: what they ask, who meets them, who signed them.

In: the published versions, crossings, signatures. Out: frozen values in both languages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncWeek
from django.utils import timezone

from leadscore.conditions import Condition, DefinitionMet, walk
from leadscore.explain import Explanation
from leadscore.language import LANGUAGES, Names, condition_text
from leadscore.model import Definition, ScoringModel
from lejek.people.access import for_user
from lejek.people.models import Role, User
from lejek.people.rules import SIGNS_FOR
from lejek.qualification.models import (
    DefinitionCrossing,
    DefinitionState,
    SignOff,
    Stage,
    StageTransition,
)
from lejek.scoring.models import LeadScore, ModelVersion
from lejek.scoring.versions import read_document

N_WEEKS = 12
N_VERSIONS = 30
"""How many versions a history shows, the newest first."""


@dataclass(frozen=True, slots=True)
class Part:
    """A definition that another one refers to, spelled out."""

    name: str
    label: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Said:
    """A definition in one language. `kept` is empty where it is left as it is entered."""

    lang: str
    label: str
    sentence: str
    kept: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a lead stands to a definition. `kept_while` says why it has one that it does not meet."""

    name: str
    label: str
    condition: str
    is_met: bool
    kept_while: str

    @property
    def is_held(self) -> bool:
        """Whether the lead has the definition: it meets it, or met it before and keeps it."""
        return self.is_met or bool(self.kept_while)


@dataclass(frozen=True, slots=True)
class Week:
    """How many leads began to meet a definition in a week. `monday` is its first day."""

    monday: date
    n_leads: int


@dataclass(frozen=True, slots=True)
class Side:
    """Where one side stands: its signature under this version, or the last one before it."""

    key: str
    signature: SignOff | None
    earlier: SignOff | None


@dataclass(frozen=True, slots=True)
class DefinitionPage:
    """A definition of a version with all that is known of it."""

    name: str
    version: ModelVersion
    said: tuple[Said, ...]
    n_met: int
    weeks: tuple[Week, ...]
    sides: tuple[Side, ...]
    leads_into: tuple[Stage, ...]

    @property
    def is_agreed(self) -> bool:
        """Whether both sides have signed."""
        return all(side.signature for side in self.sides)

    @property
    def n_entered(self) -> int:
        """How many leads began to meet it in the weeks shown."""
        return sum(week.n_leads for week in self.weeks)

    def label(self, lang: str) -> str:
        """What it is called in a language."""
        return next((said.label for said in self.said if said.lang == lang), self.name)


@dataclass(frozen=True, slots=True)
class Chapter:
    """What one version did to a definition: `new`, `changed`, `unchanged` or `gone`."""

    version: ModelVersion
    change: str
    said: tuple[Said, ...]
    sides: tuple[Side, ...]


def finished_stages() -> QuerySet[Stage, Any]:
    """The keys of the stages in which nobody works on a lead any more, for use in a query."""
    return Stage.objects.filter(is_working=False).values("key")


def leads_that_hold(definition: str) -> QuerySet[DefinitionState, Any]:
    """The ids of the leads that meet a definition, or met it and keep it, for use in a query."""
    return DefinitionState.objects.filter(definition=definition, is_met=True).values("lead")


def held_by(lead_ids: Collection[int], names: Collection[str]) -> Mapping[int, Sequence[str]]:
    """By lead, which of some definitions it meets, or met and keeps. Queries: one."""
    states = DefinitionState.objects.filter(lead__in=lead_ids, definition__in=names, is_met=True)
    found: dict[int, list[str]] = defaultdict(list)
    for lead_id, name in states.values_list("lead_id", "definition"):
        found[lead_id].append(name)
    return found


def stages() -> QuerySet[Stage]:
    """The stages as configured, the earliest first."""
    return Stage.objects.order_by("position", "id")


def transitions() -> QuerySet[StageTransition]:
    """Every move of a lead from one stage to another, in the order in which they happened."""
    return StageTransition.objects.order_by("at", "id")


def crossings() -> QuerySet[DefinitionCrossing]:
    """Every time a lead began or ceased to meet a definition, in the order of happening."""
    return DefinitionCrossing.objects.order_by("at", "id")


def definition_pages(version: ModelVersion, user: User, now: datetime) -> list[DefinitionPage]:
    """Every definition of a version, in the order of the document.

    Leads are counted as far as somebody may see them.
    Queries: four.
    """
    model = model_of(version)
    met, entered = _met(user), _entered(user, now)
    signatures = _signatures(SignOff.objects.filter(version__number__lte=version.number))
    stages = list(Stage.objects.exclude(definition="").order_by("position"))
    return [
        DefinitionPage(
            name=definition.name,
            version=version,
            said=said(definition, model),
            n_met=met.get(definition.name, 0),
            weeks=_weeks(entered.get(definition.name, {}), now),
            sides=_sides(signatures.get(definition.name, ()), version),
            leads_into=tuple(s for s in stages if s.definition == definition.name),
        )
        for definition in model.definitions
    ]


def sides_for(user: User, version: ModelVersion) -> list[str]:
    """The sides for which somebody may sign a version.

    An administrator may stand in for either, but nobody agrees with themselves: whoever has signed
    anything of the version for one side signs for that side alone.
    Queries: one.
    """
    own = SIGNS_FOR.get(user.role)
    possible = SignOff.Side.values if user.role == Role.ADMINISTRATOR else [own] if own else []
    signed = set(SignOff.objects.filter(version=version, user=user).values_list("side", flat=True))
    return [side for side in possible if signed <= {side}]


def history_of(name: str) -> list[Chapter]:
    """The versions in which a definition stood or changed, newest first.

    Queries: two.
    """
    versions = list(
        ModelVersion.objects.select_related("author").order_by("-number")[: N_VERSIONS + 1]
    )
    signatures = _signatures(SignOff.objects.filter(definition=name)).get(name, ())
    chapters = []
    for version, before in zip_longest(versions[:N_VERSIONS], versions[1:]):
        change = _change(name, version, before)
        if change:
            definition = _named(model_of(version), name)
            chapters.append(
                Chapter(
                    version,
                    change,
                    () if definition is None else said(definition, model_of(version)),
                    _sides(signatures, version),
                )
            )
    return chapters


def model_of(version: ModelVersion) -> ScoringModel:
    """The scoring model of a published version."""
    return _model(version.fingerprint, version.document)


@lru_cache(maxsize=64)
def _model(fingerprint: str, document: str) -> ScoringModel:
    del fingerprint
    return read_document(document)


def said(definition: Definition, model: ScoringModel) -> tuple[Said, ...]:
    """A definition in every language that is spoken here."""
    return tuple(_said(definition, model, lang) for lang in LANGUAGES)


def _said(definition: Definition, model: ScoringModel, lang: str) -> Said:
    names = Names(lang, model)
    kept = definition.keep_while
    return Said(
        lang=lang,
        label=names.definition(definition.name),
        sentence=sentence(definition.when, lang, model),
        kept="" if kept is None else sentence(kept, lang, model),
        parts=tuple(
            Part(part.name, names.definition(part.name), sentence(part.when, lang, model))
            for part in referred(definition, model)
        ),
    )


def sentence(condition: Condition, lang: str, model: ScoringModel) -> str:
    """A condition as a whole sentence."""
    clause = condition_text(condition, lang, model)
    return f"{clause[:1].upper()}{clause[1:]}."


def standings(score: LeadScore, why: Explanation, at: datetime) -> list[Standing]:
    """How a lead stood to each definition at a moment, by its score of then.

    Queries: one where it would keep a definition that it does not meet, else none.
    """
    model = model_of(score.version)
    would_keep = {each.name for each in why.definitions if each.is_kept and not each.is_met}
    kept = would_keep & _begun(score.lead_id, at) if would_keep else would_keep
    return [
        Standing(
            name=each.name,
            label=each.label,
            condition=each.condition,
            is_met=each.is_met,
            kept_while=_kept_while(each.name, model, why.lang) if each.name in kept else "",
        )
        for each in why.definitions
    ]


def _begun(lead_id: int, at: datetime) -> set[str]:
    """The definitions that a lead had begun to meet, and not ceased to."""
    crossings = DefinitionCrossing.objects.filter(lead=lead_id, at__lte=at).order_by("at", "id")
    newest = dict(crossings.values_list("definition", "has_begun"))
    return {name for name, has_begun in newest.items() if has_begun}


def _kept_while(name: str, model: ScoringModel, lang: str) -> str:
    definition = _named(model, name)
    kept = None if definition is None else definition.keep_while
    return "" if kept is None else condition_text(kept, lang, model)


def referred(definition: Definition, model: ScoringModel) -> list[Definition]:
    """The definitions that one refers to, directly or through others, each once."""
    found: dict[str, Definition] = {}
    waiting = list(_names_in(definition))
    while waiting:
        part = _named(model, waiting.pop(0))
        if part is not None and part.name not in found:
            found[part.name] = part
            waiting.extend(_names_in(part))
    return list(found.values())


def _names_in(definition: Definition) -> Iterator[str]:
    conditions = [definition.when, *([definition.keep_while] if definition.keep_while else [])]
    for condition in conditions:
        for part in walk(condition):
            if isinstance(part, DefinitionMet):
                yield part.name


def _named(model: ScoringModel, name: str) -> Definition | None:
    return next((each for each in model.definitions if each.name == name), None)


def _meaning(name: str, version: ModelVersion | None) -> object:
    """What a definition asks for, those that it refers to included; None where it is not."""
    if version is None:
        return None
    model = model_of(version)
    definition = _named(model, name)
    if definition is None:
        return None
    whole = [definition, *referred(definition, model)]
    return [(each.name, each.when, each.keep_while) for each in whole]


def _change(name: str, version: ModelVersion, before: ModelVersion | None) -> str:
    now, then = _meaning(name, version), _meaning(name, before)
    if now is None:
        return "" if then is None else "gone"
    if then is None:
        return "new"
    return "unchanged" if now == then else "changed"


def _met(user: User) -> Mapping[str, int]:
    """How many leads meet each definition, of those that somebody works on."""
    met = DefinitionState.objects.filter(is_met=True, lead__closed_at=None)
    states = for_user(met.exclude(lead__stage__in=finished_stages()), user, path="lead__")
    counts = states.values_list("definition").annotate(n_leads=Count("pk"))
    return dict(counts.order_by("definition"))


def _entered(user: User, now: datetime) -> Mapping[str, Mapping[date, int]]:
    begun = for_user(
        DefinitionCrossing.objects.filter(has_begun=True, at__gte=_first_monday(now)),
        user,
        path="lead__",
    )
    counts = (
        begun.annotate(week=TruncWeek("at"))
        .values_list("definition", "week")
        .annotate(n_leads=Count("lead", distinct=True))
        .order_by("definition", "week")
    )
    found: dict[str, dict[date, int]] = defaultdict(dict)
    for definition, week, n_leads in counts:
        found[definition][week.date()] = n_leads
    return found


def _first_monday(now: datetime) -> datetime:
    """Midnight of the Monday with which the first week shown begins, in local time."""
    today = timezone.localtime(now)
    monday = today.date() - timedelta(days=today.weekday(), weeks=N_WEEKS - 1)
    return timezone.make_aware(datetime.combine(monday, datetime.min.time()))


def _weeks(entered: Mapping[date, int], now: datetime) -> tuple[Week, ...]:
    first = timezone.localtime(_first_monday(now)).date()
    mondays = (first + timedelta(weeks=number) for number in range(N_WEEKS))
    return tuple(Week(monday, entered.get(monday, 0)) for monday in mondays)


def _signatures(found: QuerySet[SignOff]) -> Mapping[str, Sequence[SignOff]]:
    """Signatures by definition, oldest version first."""
    by_definition: dict[str, list[SignOff]] = defaultdict(list)
    for signature in found.select_related("version", "user").order_by("version__number"):
        by_definition[signature.definition].append(signature)
    return by_definition


def _sides(signatures: Sequence[SignOff], version: ModelVersion) -> tuple[Side, ...]:
    def newest(side: str, *, is_this: bool) -> SignOff | None:
        fitting = [
            each
            for each in signatures
            if each.side == side
            and (each.version_id == version.pk if is_this else each.version.number < version.number)
        ]
        return fitting[-1] if fitting else None

    return tuple(
        Side(side, newest(side, is_this=True), newest(side, is_this=False))
        for side in SignOff.Side.values
    )
