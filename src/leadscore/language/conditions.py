"""A condition as a sentence that a person can check.

In: a condition, a language, the labels of the model. Out: text without a full stop.
Polish fields stand in the nominative and verbs carry no gender, so that any field fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from leadscore.arithmetic import MILLI
from leadscore.conditions import (
    BAND_PREFIX,
    PRESENCE_OPERATORS,
    SCORE_PREFIX,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    DefinitionMet,
    FieldType,
    NoneOf,
    Operator,
    Scalar,
    Scope,
    Selection,
    TouchpointCount,
    needed_type,
)
from leadscore.language.catalogue import (
    ANY_TOUCHPOINT,
    DIMENSIONS,
    FIELDS,
    field_label,
    field_name,
    touchpoint_noun,
    value_label,
)
from leadscore.language.words import (
    AND,
    OR,
    Noun,
    Text,
    counted,
    counted_points,
    day_text,
    is_polish,
    listed,
    noun,
    number_text,
    points_range,
    quoted,
)
from leadscore.model import Labels, ScoringModel


@dataclass(frozen=True, slots=True)
class Names:
    """The labels that a model gives to its own parts, in one language.

    Without a model, its parts are called by their names.
    """

    lang: str
    model: ScoringModel | None = None

    def dimension(self, name: str) -> str:
        """The label of a dimension as it stands in a heading."""
        known = DIMENSIONS.get(name)
        return self._own(self._labels_of_dimension(name), known.of(self.lang) if known else name)

    def dimension_in_text(self, name: str) -> str:
        """The label of a dimension inside a sentence; in quotes unless it is a well-known word."""
        known = DIMENSIONS.get(name)
        label = self.dimension(name)
        if known is not None and known.of(self.lang).casefold() == label.casefold():
            return known.of(self.lang)
        return f"{_SCORE.of(self.lang)} {quoted(label, self.lang)}"

    def band(self, dimension: str, name: str) -> str:
        """The label of a band."""
        if self.model is None:
            return name
        bands = (d.bands for d in self.model.dimensions if d.name == dimension)
        labels = {band.name: band.label for found in bands for band in found}
        return self._own(labels.get(name, {}), name)

    def group(self, name: str) -> str:
        """The label of a group."""
        groups = self.model.groups if self.model else ()
        return self._own({g.name: g.label for g in groups}.get(name, {}), name)

    def definition(self, name: str) -> str:
        """The label of a definition."""
        definitions = self.model.definitions if self.model else ()
        return self._own({d.name: d.label for d in definitions}.get(name, {}), name)

    def _labels_of_dimension(self, name: str) -> Labels:
        dimensions = self.model.dimensions if self.model else ()
        return {d.name: d.label for d in dimensions}.get(name, {})

    def _own(self, labels: Labels, otherwise: str) -> str:
        return labels.get(self.lang, otherwise)


_SCORE = Text("the score", "wynik")

_EQ = Text("{field} is {value}", "{field} to {value}")
_NE = Text("{field} is other than {value}", "{field} to coś innego niż {value}")
_NOT_IN = Text("{field} is neither {value}", "{field} to ani {value}")

_TEXTS: Mapping[Operator, Text] = {
    Operator.EQ: _EQ,
    Operator.IN: _EQ,
    Operator.NE: _NE,
    Operator.NOT_IN: _NOT_IN,
    Operator.CONTAINS: Text("{field} contains {value}", "{field} zawiera {value}"),
    Operator.STARTS_WITH: Text("{field} starts with {value}", "{field} zaczyna się od {value}"),
    Operator.ENDS_WITH: Text("{field} ends with {value}", "{field} kończy się na {value}"),
}

_NUMBERS: Mapping[Operator, Text] = {
    Operator.EQ: Text("{field} is {value}", "{field} wynosi {value}"),
    Operator.IN: Text("{field} is {value}", "{field} wynosi {value}"),
    Operator.NE: Text("{field} is other than {value}", "{field} nie wynosi {value}"),
    Operator.NOT_IN: Text("{field} is neither {value}", "{field} nie wynosi ani {value}"),
    Operator.GT: Text("{field} is more than {value}", "{field} przekracza {value}"),
    Operator.GE: Text("{field} is at least {value}", "{field} wynosi co najmniej {value}"),
    Operator.LT: Text("{field} is less than {value}", "{field} wynosi mniej niż {value}"),
    Operator.LE: Text("{field} is at most {value}", "{field} wynosi najwyżej {value}"),
    Operator.BETWEEN: Text("{field} is {range}", "{field} wynosi {range}"),
}

_DATES: Mapping[Operator, Text] = {
    Operator.EQ: _EQ,
    Operator.IN: _EQ,
    Operator.NE: _NE,
    Operator.NOT_IN: _NOT_IN,
    Operator.GT: Text("{field} is after {value}", "{field} przypada po {value}"),
    Operator.GE: Text("{field} is {value} or later", "{field} przypada {value} lub później"),
    Operator.LT: Text("{field} is before {value}", "{field} przypada przed {value}"),
    Operator.LE: Text("{field} is {value} or earlier", "{field} przypada {value} lub wcześniej"),
    Operator.BETWEEN: Text("{field} is {range}", "{field} przypada {range}"),
}

_SENTENCES: Mapping[FieldType, Mapping[Operator, Text]] = {
    FieldType.TEXT: _TEXTS,
    FieldType.NUMBER: _NUMBERS,
    FieldType.DATE: _DATES,
}

_IN_BAND = Text("{field} is in the band {value}", "{field} mieści się w przedziale {value}")
_BANDS: Mapping[Operator, Text] = {
    Operator.EQ: _IN_BAND,
    Operator.IN: _IN_BAND,
    Operator.NE: Text(
        "{field} is in another band than {value}", "{field} mieści się poza przedziałem {value}"
    ),
    Operator.NOT_IN: Text(
        "{field} is in neither band {value}", "{field} nie mieści się ani w przedziale {value}"
    ),
}

_YES, _NO = Text("{field}: yes", "{field}: tak"), Text("{field}: no", "{field}: nie")
_PRESENT = Text("{field} is known", "pole {field} jest wypełnione")
_ABSENT = Text("{field} is not known", "pole {field} jest puste")
_NEVER, _ALWAYS = Text("never", "nigdy"), Text("always", "zawsze")
_NONE_OF = Text("none of these holds: {parts}", "nie jest spełniony żaden z warunków: {parts}")
_NOT = Text("it is not so that {part}", "nieprawda, że {part}")
_DIACRITICS = Text("{value} (Polish letters or not)", "{value} (także bez polskich znaków)")
_DEFINITION = Text("{name} is met", "spełniona jest definicja {name}")
_RANGE = Text("between {low} and {high}", "od {low} do {high}")
_NEXT_OF_NEITHER = Text(" nor ", ", ani ")


def condition_text(condition: Condition, lang: str, model: ScoringModel | None = None) -> str:
    """A condition as a clause in plain words; `model` lends it the labels of its parts."""
    return _clause(condition, Names(lang, model))


def _clause(condition: Condition, names: Names) -> str:
    if isinstance(condition, Comparison):
        return _comparison(condition, names)
    if isinstance(condition, TouchpointCount):
        return count_text(condition, names)
    if isinstance(condition, DefinitionMet):
        name = quoted(names.definition(condition.name), names.lang)
        return _DEFINITION.of(names.lang).format(name=name)
    if not condition.parts:
        return (_NEVER if isinstance(condition, AnyOf) else _ALWAYS).of(names.lang)
    if isinstance(condition, NoneOf):
        return _none(condition, names)
    joint = AND if isinstance(condition, AllOf) else OR
    return listed([_nested(part, condition, names) for part in condition.parts], joint, names.lang)


def _nested(part: Condition, whole_condition: AllOf | AnyOf, names: Names) -> str:
    """A part in brackets where its own conjunction, or its length, would be misread."""
    text = _clause(part, names)
    if not isinstance(part, AllOf | AnyOf | NoneOf) or len(whole_condition.parts) == 1:
        return text
    if isinstance(part, NoneOf) and _one_count(part) is not None:
        return text
    is_single = len(part.parts) < 2 and not isinstance(part, NoneOf)
    return text if is_single else f"({text})"


def _none(condition: NoneOf, names: Names) -> str:
    count = _one_count(condition)
    if count is not None:
        return few_text(count, names)
    parts = [_clause(part, names) for part in condition.parts]
    if len(parts) == 1:
        return _NOT.of(names.lang).format(part=parts[0])
    return _NONE_OF.of(names.lang).format(parts="; ".join(parts))


def _one_count(condition: NoneOf) -> TouchpointCount | None:
    """The only thing that is denied, where that is a number of touchpoints of whomsoever."""
    parts = condition.parts
    part = parts[0] if len(parts) == 1 else None
    return part if isinstance(part, TouchpointCount) and part.people == 1 else None


def _comparison(comparison: Comparison, names: Names) -> str:
    if comparison.operator in PRESENCE_OPERATORS:
        return _presence(comparison, names)
    kind = needed_type(comparison)
    if kind is FieldType.BOOLEAN:
        return _yes_or_no(comparison, names)
    if kind is FieldType.ANY:  # a list without a value
        return _NEVER.of(names.lang)
    return _valued(comparison, kind, names)


def _presence(comparison: Comparison, names: Names) -> str:
    is_present = (comparison.operator is Operator.EXISTS) == bool(comparison.operand)
    sentence = (_PRESENT if is_present else _ABSENT).of(names.lang)
    if is_polish(names.lang):
        return sentence.format(field=quoted(field_name(comparison.field, names.lang), names.lang))
    return sentence.format(field=_subject(comparison.field, names))


def _yes_or_no(comparison: Comparison, names: Names) -> str:
    is_yes = bool(comparison.operand) == (comparison.operator is Operator.EQ)
    known = FIELDS.get(comparison.field)
    clause = (known.yes if is_yes else known.no) if known else None
    if clause is not None:
        return clause.of(names.lang)
    sentence = _YES if is_yes else _NO
    return sentence.of(names.lang).format(field=_subject(comparison.field, names))


def _valued(comparison: Comparison, kind: FieldType, names: Names) -> str:
    operator, operand = comparison.operator, comparison.operand
    values = operand if isinstance(operand, tuple) else (operand,)
    if operator is Operator.NOT_IN and len(values) == 1:
        operator = Operator.NE
    in_band = comparison.field.startswith(BAND_PREFIX)
    sentence = (_BANDS.get(operator) if in_band else None) or _SENTENCES[kind][operator]
    words = {"field": _subject(comparison.field, names)}
    if operator is Operator.BETWEEN:
        words["range"] = _range(comparison, values, names)
    else:
        words["value"] = _values(comparison, operator, values, names)
    return sentence.of(names.lang).format_map(words)


def _values(
    comparison: Comparison, operator: Operator, values: Sequence[Scalar], names: Names
) -> str:
    texts = [_value(comparison, value, names) for value in values]
    if operator is Operator.NOT_IN:
        text = _NEXT_OF_NEITHER.of(names.lang).join(texts)
    else:
        text = listed(texts, OR, names.lang)
    if comparison.ignore_diacritics:
        text = _DIACRITICS.of(names.lang).format(value=text)
    return text


def _range(comparison: Comparison, values: Sequence[Scalar], names: Names) -> str:
    low, high = values
    if _is_score(comparison.field) and not isinstance(low, date):
        return points_range(_milli(low), _milli(high), names.lang)
    texts = [_value(comparison, item, names) for item in (low, high)]
    return _RANGE.of(names.lang).format(low=texts[0], high=texts[1])


def _value(comparison: Comparison, value: Scalar, names: Names) -> str:
    """One operand as it reads in the sentence."""
    field = comparison.field
    if isinstance(value, str):
        if field.startswith(BAND_PREFIX):
            return quoted(names.band(field.removeprefix(BAND_PREFIX), value), names.lang)
        is_part = comparison.operator in _PART_OPERATORS
        return quoted(value, names.lang) if is_part else value_label(field, value, names.lang)
    if isinstance(value, date):
        return day_text(value, names.lang)
    if _is_score(field):
        return counted_points(_milli(value), names.lang)
    return number_text(value, names.lang)


_PART_OPERATORS = frozenset({Operator.CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH})


def _is_score(field: str) -> bool:
    return field.startswith(SCORE_PREFIX)


def _milli(points: Scalar) -> int:
    return int(Decimal(str(points)) * MILLI)


def _subject(field: str, names: Names) -> str:
    for prefix in (SCORE_PREFIX, BAND_PREFIX):
        if field.startswith(prefix):
            return names.dimension_in_text(field.removeprefix(prefix))
    return field_label(field, names.lang)


PEOPLE = noun("person", "people", "osoby", "osób", "osób")
"""People in the genitive: u co najmniej 1 osoby, 2 osób."""

_AT_LEAST = Text("at least {counted}", "co najmniej {counted}")
_AT_MOST = Text("at most {counted}", "najwyżej {counted}")
_NO_THINGS = Text("no {things}", "brak {things}")
_WHERE = Text("where {condition}", "gdzie {condition}")
_BY_PEOPLE = Text("by at least {people} of the company", "u co najmniej {people} z firmy")
_IN_COMPANY = Text("in the whole company", "w całej firmie")
_TODAY = Text("today", "dzisiaj")
_LAST_DAYS = Text("in the last {days}", "w ciągu ostatnich {days}")
_DAYS = noun("day", "days", "dnia", "dni", "dni")


def count_text(count: TouchpointCount, names: Names) -> str:
    """How many touchpoints of which kind, of whom, in which time."""
    things, kinds = _touchpoints(count.selection, names)
    number = counted(count.at_least, things, names.lang)
    return _restricted(_AT_LEAST.of(names.lang).format(counted=number) + kinds, count, names)


def few_text(count: TouchpointCount, names: Names) -> str:
    """The contrary: that there are fewer of them, or none."""
    things, kinds = _touchpoints(count.selection, names)
    most = count.at_least - 1
    if most:
        said = _AT_MOST.of(names.lang).format(counted=counted(most, things, names.lang))
    else:
        said = _NO_THINGS.of(names.lang).format(things=things.of(names.lang).many)
    return _restricted(said + kinds, count, names)


def _restricted(things: str, count: TouchpointCount, names: Names) -> str:
    window = last_days(count.selection.within, names.lang)
    rest = [whose(count.selection, names, count.people), window]
    return described(things, count.selection, rest, names)


def _touchpoints(selection: Selection, names: Names) -> tuple[Noun, str]:
    """The noun that fits the types of touchpoints, and what names several types behind it."""
    if len(selection.on) == 1:
        return touchpoint_noun(selection.on[0]), ""
    kinds = [touchpoint_noun(type_).of(names.lang).one for type_ in selection.on]
    return ANY_TOUCHPOINT, f" ({listed(kinds, OR, names.lang)})" if kinds else ""


def described(things: str, selection: Selection, rest: Sequence[str], names: Names) -> str:
    """Touchpoints with the condition on their properties, and what else restricts them."""
    tail = " ".join(part for part in rest if part)
    if selection.where is None:
        return f"{things} {tail}".rstrip()
    clause = _WHERE.of(names.lang).format(condition=_clause(selection.where, names))
    head = f"{things}, {clause}" if is_polish(names.lang) else f"{things} {clause}"
    return f"{head}, {tail}" if tail else head


def whose(selection: Selection, names: Names, people: int = 1) -> str:
    """Whose touchpoints are meant, unless the lead's own."""
    if selection.scope is not Scope.COMPANY:
        return ""
    if people < 2:
        return _IN_COMPANY.of(names.lang)
    return _BY_PEOPLE.of(names.lang).format(people=counted(people, PEOPLE, names.lang))


def last_days(days: int | None, lang: str) -> str:
    """A window of whole local days, today included; empty when it has no end."""
    if days is None:
        return ""
    return (
        _TODAY.of(lang)
        if days == 1
        else _LAST_DAYS.of(lang).format(days=counted(days, _DAYS, lang))
    )
