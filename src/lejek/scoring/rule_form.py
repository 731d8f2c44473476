"""A rule as a form, and a form as a rule; each kind of rule has its own fields.

In: a rule of the draft, or what a browser sent. Out: the rule as plain values of a document; the
problems of `checks` beside the inputs that they are about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from leadscore.checks import Problem
from leadscore.conditions import Condition, FieldType, Scope, Selection
from leadscore.document import as_data
from leadscore.document.writing import points as points_of
from leadscore.fields import model_fields
from leadscore.language import condition_text
from leadscore.language.catalogue import FIELDS, TOUCHPOINTS, VALUES, field_name, touchpoint_noun
from leadscore.model import (
    AttributeRule,
    BehaviourRule,
    FrequencyRule,
    Labels,
    Rule,
    ScoringModel,
    SilenceRule,
)
from lejek.capture.models import Touchpoint
from lejek.identity.fields import BUILT_IN
from lejek.identity.models import FieldDefinition
from lejek.scoring.condition_rows import (
    Rows,
    as_condition,
    joined,
    number,
    operators_for,
    parts_of,
    rows_of,
    sent_rows,
)

ATTRIBUTE, BEHAVIOUR, FREQUENCY, SILENCE = "attribute", "behaviour", "frequency", "silence"

KINDS = {
    ATTRIBUTE: _("Who they are"),
    BEHAVIOUR: _("What they do, each time"),
    FREQUENCY: _("Several times within some days"),
    SILENCE: _("Silence"),
}
"""The kinds of rules, as a person chooses them."""

LANGUAGES = ("pl", "en")
"""The languages of a label, in the order in which a new one has them."""

NUMBERS: Mapping[str, Sequence[str]] = {
    ATTRIBUTE: (),
    BEHAVIOUR: ("within", "half_life", "max_times", "max_points"),
    FREQUENCY: ("at_least", "within", "people"),
    SILENCE: ("none_for",),
}
"""The numbers that each kind takes, beside its points."""

LABELS = {
    "within": _("Only of the last … days"),
    "half_life": _("Points halve after … days"),
    "max_times": _("Count at most … times"),
    "max_points": _("Give at most … points"),
    "at_least": _("At least … times"),
    "people": _("By at least … people of the company"),
    "none_for": _("Nothing for … days"),
}

CONDITION = "condition"
_PAGES_OF_PROPERTIES = (
    "page.",
    "call.",
    "campaign.",
    "content.",
    "email.",
    "event.",
    "form.",
    "utm.",
    "webinar.",
)
_RECENT = 500


def kind_of(rule: Rule) -> str:
    """Which form a rule is edited with."""
    if isinstance(rule, AttributeRule):
        return ATTRIBUTE
    if isinstance(rule, FrequencyRule):
        return FREQUENCY
    return SILENCE if isinstance(rule, SilenceRule) else BEHAVIOUR


@dataclass(slots=True)
class RuleForm:
    """The values of a rule as somebody sees and types them, and what is wrong with them."""

    kind: str
    values: dict[str, str]
    rows: Rows | None
    condition_words: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def numbers(self) -> list[tuple[str, Any, str]]:
        """Name, label and value of each number that this kind takes."""
        return [(name, LABELS[name], self.values.get(name, "")) for name in NUMBERS[self.kind]]

    @property
    def has_touchpoints(self) -> bool:
        """Whether it is about what people do."""
        return self.kind != ATTRIBUTE

    @property
    def chosen_types(self) -> list[str]:
        """The types of touchpoints that are named, in their order."""
        return list(parts_of(self.values.get("on", "")))

    def problems_by_input(self, place: int) -> dict[str, list[Problem]]:
        """The problems of the rule at a place of the document, by the input they are about."""
        found: dict[str, list[Problem]] = {}
        for problem in self.problems:
            path = re.match(r"rules\[(\d+)\]\.?([\w]*)", problem.path)
            if path is None or int(path.group(1)) != place:
                found.setdefault("", []).append(problem)
                continue
            name = path.group(2)
            name = CONDITION if name in {"when", "where"} else name
            found.setdefault(name, []).append(problem)
        return found


def form_of(rule: Rule, model: ScoringModel, lang: str) -> RuleForm:
    """The form of a rule as it stands."""
    values = {
        "id": rule.id,
        "dimension": rule.dimension,
        "group": rule.group or "",
        "points": str(points_of(rule.points_milli)),
        "label_pl": rule.label.get("pl", ""),
        "label_en": rule.label.get("en", ""),
        **_occasion(rule),
    }
    condition = _condition(rule)
    rows = rows_of(condition)
    words = "" if rows is not None or condition is None else condition_text(condition, lang, model)
    return RuleForm(kind_of(rule), values, rows, words)


def empty_form(kind: str, dimension: str) -> RuleForm:
    """The form of a rule that is not there yet."""
    numbers = {"at_least": "3", "within": "7"} if kind == FREQUENCY else {}
    numbers |= {"none_for": "30"} if kind == SILENCE else {}
    return RuleForm(kind, {"dimension": dimension, "scope": "lead", **numbers}, Rows())


def sent_form(
    sent: Mapping[str, Any], kind: str, before: Rule | None, lang: str, model: ScoringModel
) -> RuleForm:
    """The form as a browser sent it."""
    names = ("id", "dimension", "group", "points", "label_pl", "label_en", "on", "scope")
    values = {name: str(sent.get(name, "")) for name in (*names, *NUMBERS[kind])}
    condition = None if before is None else _condition(before)
    if sent.get("keeps_condition") and condition is not None:
        return RuleForm(kind, values, None, condition_text(condition, lang, model))
    return RuleForm(kind, values, sent_rows(sent, CONDITION))


def as_rule(form: RuleForm, model: ScoringModel, before: Rule | None) -> dict[str, Any]:
    """The rule as plain values of a document; what makes no sense stays, for the checks to find."""
    values = form.values
    rule: dict[str, Any] = {"id": values.get("id", "").strip(), "dimension": values["dimension"]}
    if values.get("group"):
        rule["group"] = values["group"]
    rule["points"] = number(values.get("points", "")) if values.get("points", "").strip() else ""
    rule |= _said_occasion(form, before)
    condition = _said_condition(form, model, before)
    if condition is not None:
        rule["when" if form.kind == ATTRIBUTE else "where"] = condition
    elif form.kind == ATTRIBUTE:
        rule["when"] = {}
    if form.kind == BEHAVIOUR and not (rule.keys() - {"id", "dimension", "group", "points"}):
        rule["scope"] = Scope.LEAD.value
    label = said_label(values, {} if before is None else before.label)
    if label:
        rule["label"] = label
    return rule


def said_label(values: Mapping[str, str], before: Labels) -> dict[str, str]:
    """The label that a form says, in the order of languages in which the document had it.

    One that nobody touched stays to the letter.
    """
    said = {lang: values.get(f"label_{lang}", "") for lang in LANGUAGES}
    texts = {
        lang: text if text == before.get(lang) else text.strip()
        for lang, text in (dict(before) | said).items()
    }
    return {lang: text for lang, text in texts.items() if text}


def _said_occasion(form: RuleForm, before: Rule | None) -> dict[str, Any]:
    if not form.has_touchpoints:
        return {}
    said: dict[str, Any] = {}
    types = _said_types(form, before)
    if types:
        said["on"] = types[0] if len(types) == 1 else types
    for name in NUMBERS[form.kind]:
        value = number(form.values.get(name, ""))
        if value is not None:
            said[name] = value
    if form.values.get("scope") == Scope.COMPANY.value:
        said["scope"] = Scope.COMPANY.value
    return said


def _said_types(form: RuleForm, before: Rule | None) -> list[str]:
    """The types that a form names; those of before where nobody touched them."""
    if before is not None and not isinstance(before, AttributeRule):
        known = _selection(before).on
        if form.values.get("on", "") == joined(known):
            return list(known)
    return form.chosen_types


def _said_condition(form: RuleForm, model: ScoringModel, before: Rule | None) -> Any:  # noqa: ANN401
    if form.rows is None:
        return None if before is None else _kept_condition(model, before)
    known = None if before is None else _condition(before)
    return as_condition(form.rows, types_of(model, form.kind), known)


def _kept_condition(model: ScoringModel, before: Rule) -> Any:  # noqa: ANN401 - of a document
    """The condition that the builder could not show, as the document says it."""
    rules: Any = as_data(model)["rules"]
    data = next(rule for rule in rules if rule["id"] == before.id)
    return data.get("when", data.get("where"))


def _condition(rule: Rule) -> Condition | None:
    if isinstance(rule, AttributeRule):
        return rule.when
    return _selection(rule).where


def _selection(rule: BehaviourRule | FrequencyRule | SilenceRule) -> Selection:
    return rule.count.selection if isinstance(rule, FrequencyRule) else rule.selection


def _occasion(rule: Rule) -> dict[str, str]:
    """What a rule about touchpoints says of them, as text."""
    if isinstance(rule, AttributeRule):
        return {}
    selection = _selection(rule)
    said: dict[str, Any] = {"on": joined(selection.on), "scope": selection.scope.value}
    said["within"] = selection.within
    if isinstance(rule, BehaviourRule):
        said |= {"half_life": rule.half_life, "max_times": rule.max_times}
        if rule.max_points_milli is not None:
            said["max_points"] = points_of(rule.max_points_milli)
    elif isinstance(rule, FrequencyRule):
        people = rule.count.people if rule.count.people != 1 else None
        said |= {"at_least": rule.count.at_least, "people": people}
    else:
        said["none_for"] = rule.none_for
    return {name: "" if value is None else str(value) for name, value in said.items()}


# What may be chosen -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """A field that a condition may ask."""

    name: str
    label: str
    type: FieldType


def types_of(model: ScoringModel, kind: str) -> dict[str, FieldType]:
    """The type of each field that a rule of a kind may ask."""
    return {choice.name: choice.type for choice in choices(model, kind, "en")}


def choices(model: ScoringModel, kind: str, lang: str) -> list[Choice]:
    """The fields that a rule of a kind may ask: of leads, or properties of touchpoints."""
    used = model_fields(model)
    found = _attributes(lang) if kind == ATTRIBUTE else _properties(lang)
    in_use = used.attributes if kind == ATTRIBUTE else used.properties
    for name, type_ in in_use.items():
        known = found.get(name)
        if known is None or known.type is FieldType.ANY:
            found[name] = Choice(name, field_name(name, lang), type_)
    return sorted(found.values(), key=lambda choice: choice.label.casefold())


def _attributes(lang: str) -> dict[str, Choice]:
    found = {
        each.name: Choice(each.name, each.label_pl if lang == "pl" else each.label_en, each.type)
        for each in BUILT_IN.values()
    }
    for own in FieldDefinition.objects.all():
        label = own.label_pl if lang == "pl" else own.label_en
        type_ = FieldType(own.type) if own.type in set(FieldType) else FieldType.ANY
        found[own.name] = Choice(own.name, label or own.name, type_)
    return found


def _properties(lang: str) -> dict[str, Choice]:
    """Properties that are well known, and those that the newest touchpoints have."""
    names = [name for name in FIELDS if name.startswith(_PAGES_OF_PROPERTIES)]
    found = {name: Choice(name, field_name(name, lang), FieldType.ANY) for name in names}
    for properties in _newest("properties"):
        for name, value in properties.items():
            if name not in found or found[name].type is FieldType.ANY:
                found[name] = Choice(name, field_name(name, lang), _type_of(value))
    return found


def _type_of(value: object) -> FieldType:
    if isinstance(value, bool):
        return FieldType.BOOLEAN
    if isinstance(value, int | float):
        return FieldType.NUMBER
    return FieldType.TEXT if isinstance(value, str) else FieldType.ANY


def _newest(column: str) -> QuerySet[Touchpoint, Any]:
    """A column of the newest touchpoints. Queries: one, when it is read."""
    return Touchpoint.objects.order_by("-id").values_list(column, flat=True)[:_RECENT]


def touchpoint_types(model: ScoringModel, lang: str) -> dict[str, str]:
    """The types that a rule may name, with what they are called: well-known ones, those in use.

    Queries: one.
    """
    named: Iterable[str] = (type_ for selection in model.selections() for type_ in selection.on)
    known = {*TOUCHPOINTS, *named, *_newest("type")}
    return {type_: touchpoint_noun(type_).of(lang).one for type_ in sorted(known)}


@dataclass(frozen=True, slots=True)
class BuilderRow:
    """A row with what may be chosen in it."""

    number: int
    field: str
    operator: str
    value: str
    folds: bool
    operators: list[tuple[str, Any]]
    values: list[tuple[str, str]]
    hint: str
    has_value: bool


@dataclass(frozen=True, slots=True)
class Builder:
    """A condition as a form shows it: rows, or words for one that rows would not give back."""

    prefix: str
    joint: str
    rows: list[BuilderRow] | None
    words: str


Values = Mapping[str, list[tuple[str, str]]]
"""The values that a field may have, each with what it is called."""


def builder(
    prefix: str,
    rows: Rows | None,
    words: str,
    types: Mapping[str, FieldType],
    lang: str,
    values: Values | None = None,
) -> Builder:
    """The builder of a condition; `values` are those of fields that the catalogue does not know."""
    if rows is None:
        return Builder(prefix, "all", None, words)
    return Builder(prefix, rows.joint, _builder_rows(rows, types, lang, values or {}), "")


def _builder_rows(
    rows: Rows, types: Mapping[str, FieldType], lang: str, values: Values
) -> list[BuilderRow]:
    """The rows of the builder, each with the operators and the known values of its field."""
    return [
        BuilderRow(
            place,
            row.field,
            row.operator,
            row.value,
            row.folds,
            operators_for(types.get(row.field, FieldType.ANY), row.operator),
            values.get(row.field) or _values(row.field, types.get(row.field, FieldType.ANY), lang),
            types.get(row.field, FieldType.ANY).value,
            row.operator not in {"exists", "missing"},
        )
        for place, row in enumerate(rows.rows)
    ]


def _values(name: str, kind: FieldType, lang: str) -> list[tuple[str, str]]:
    if kind is FieldType.BOOLEAN:
        return [("true", str(_("yes"))), ("false", str(_("no")))]
    return [(value, text.of(lang)) for value, text in VALUES.get(name, {}).items()]
