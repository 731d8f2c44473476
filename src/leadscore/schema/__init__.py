"""The JSON Schema of model documents, for editors and other tools.

In: the words and bounds of the reader. Out: a schema of draft 2020-12, and the published file.
It knows the structure; what needs arithmetic or names from elsewhere in the document only the
reader can judge.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import resources

from leadscore.arithmetic import MAX_POINTS
from leadscore.checks.structure import NameForm
from leadscore.conditions import (
    ATTRIBUTE_SPACES,
    BAND_PREFIX,
    GRADE,
    OPERAND_TYPES,
    OVERALL,
    PRESENCE_OPERATORS,
    SCORE_PREFIX,
    STAGE,
    FieldType,
    Operator,
    Scope,
)
from leadscore.document import vocabulary as words
from leadscore.model import SCHEMA_VERSION

Schema = Mapping[str, object]

FILE_NAME = "scoring-model.schema.json"


def published_schema() -> str:
    """The text of the schema file that is shipped."""
    return resources.files(__name__).joinpath(FILE_NAME).read_text(encoding="utf-8")


def schema_text() -> str:
    """The schema as it has to be published."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def json_schema() -> dict[str, object]:
    """The schema made from the reader's own words."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:lejek:scoring-model:{SCHEMA_VERSION}",
        "title": "Scoring model",
        "description": "A declarative lead-scoring model. Points have at most three decimals.",
        **_mapping(words.MODEL_KEYS, _model_parts()),
        "$defs": {**_values(), **_parts(), **_conditions()},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _said(description: str, schema: Schema) -> Schema:
    return {"description": description, **schema}


def _mapping(keys: words.Keys, parts: Mapping[str, Schema]) -> dict[str, object]:
    """A mapping with the reader's keys; a key without a part here is a mistake of ours."""
    schema: dict[str, object] = {"type": "object", "additionalProperties": False}
    if keys.required:
        schema["required"] = list(keys.required)
    schema["properties"] = {key: parts[key] for key in keys.known}
    return schema


def _named(part: str, form: NameForm, **limits: object) -> Schema:
    """A mapping from names to parts."""
    return {
        "type": "object",
        "propertyNames": {"pattern": words.NAME_PATTERNS[form]},
        "additionalProperties": _ref(part),
        **limits,
    }


def _list_of(part: Schema, **limits: object) -> Schema:
    return {"type": "array", "items": part, **limits}


def _integer(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


def _model_parts() -> dict[str, Schema]:
    column = words.NAME_PATTERNS[NameForm.COLUMN]
    return {
        "schema": _said("Version of the document format.", {"const": SCHEMA_VERSION}),
        "name": _ref("id"),
        "time_zone": _said(
            "IANA time zone in whose calendar days are counted, such as Europe/Warsaw.",
            {"type": "string"},
        ),
        "dimensions": _said(
            "Scores by name.",
            {
                **_named(
                    "dimension",
                    NameForm.COLUMN,
                    minProperties=1,
                    maxProperties=words.MAX_DIMENSIONS,
                ),
                "propertyNames": {"pattern": column, "not": {"const": OVERALL}},
            },
        ),
        "groups": _said(
            "Caps over several rules of one dimension, by name.",
            _named("group", NameForm.ID, maxProperties=words.MAX_GROUPS),
        ),
        "rules": _list_of(_ref("rule"), maxItems=words.MAX_RULES),
        "overall": _said(
            "Whole-number weights of dimensions in the overall score.",
            {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": _integer(1, words.MAX_WEIGHT),
            },
        ),
        "grade": _said(
            "A letter from the bands of one dimension, a number from those of another.",
            _mapping(words.GRADE_KEYS, dict.fromkeys(words.GRADE_KEYS.known, _STRING)),
        ),
        "definitions": _said(
            "Named conditions over everything that is known of a lead.",
            _named("definition", NameForm.COLUMN, maxProperties=words.MAX_DEFINITIONS),
        ),
        "label": _ref("label"),
    }


_STRING: Schema = {"type": "string", "maxLength": words.MAX_TEXT}


def _values() -> dict[str, Schema]:
    free = words.NAME_PATTERNS[NameForm.FREE]
    text = {"type": "string", "minLength": 1, "maxLength": words.MAX_LABEL}
    number = {
        "type": "number",
        "minimum": -words.MAX_NUMBER,
        "maximum": words.MAX_NUMBER,
    }
    return {
        "id": {"type": "string", "pattern": words.NAME_PATTERNS[NameForm.ID]},
        "points": {"type": "number", "minimum": -MAX_POINTS, "maximum": MAX_POINTS},
        "days": _integer(1, words.MAX_DAYS),
        "times": _integer(1, words.MAX_COUNT),
        "scope": {"enum": [scope.value for scope in Scope]},
        "label": _said(
            "Texts for people by language.",
            _mapping(words.LABEL_KEYS, dict.fromkeys(words.LANGUAGES, text)),
        ),
        "touchpoint_types": _said(
            "A touchpoint type or a list of them.",
            {
                "oneOf": [
                    {"type": "string", "pattern": free},
                    _list_of({"type": "string", "pattern": free}, minItems=1),
                ]
            },
        ),
        "number": number,
        "text": _STRING,
        "boolean": {"type": "boolean"},
    }


def _parts() -> dict[str, Schema]:
    points, label = _ref("points"), _ref("label")
    band = {"name": _ref("id"), "from": points, "to": points, "label": label}
    dimension = {
        "min": points,
        "max": points,
        "bands": _list_of(_ref("band"), minItems=1, maxItems=words.MAX_BANDS),
        "label": label,
    }
    group = {"dimension": _STRING, "min": points, "max": points, "label": label}
    definition = {
        "when": _ref("definition_condition"),
        "keep_while": _said(
            "The weaker condition under which a lead keeps the definition.",
            _ref("definition_condition"),
        ),
        "label": label,
    }
    limits = [{"required": [key]} for key in ("min", "max")]
    return {
        "band": _mapping(words.BAND_KEYS, band),
        "dimension": _mapping(words.DIMENSION_KEYS, dimension),
        "group": {**_mapping(words.GROUP_KEYS, group), "anyOf": limits},
        "definition": _mapping(words.DEFINITION_KEYS, definition),
        "rule": _rule(),
    }


def _rule() -> Schema:
    parts = {
        "id": _ref("id"),
        "dimension": _STRING,
        "points": {**_ref("points"), "not": {"const": 0}},
        "group": _STRING,
        "label": _ref("label"),
        "when": _said("Points while this holds.", _ref("rule_condition")),
        **_selection_parts(),
        "half_life": _said("Days until the points of a touchpoint halve.", _ref("days")),
        "max_times": _said("Only the newest so many count.", _ref("times")),
        "max_points": _said(
            "The most that the rule gives, either way.",
            {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_POINTS},
        ),
        "at_least": _said("Points once while so many are there.", _ref("times")),
        "people": _said("Of so many distinct people.", _ref("times")),
        "none_for": _said("Points while nothing happened for so many days.", _ref("days")),
    }
    return {
        **_mapping(words.RULE_KEYS, parts),
        "oneOf": [_rule_kind(kind) for kind in words.RULE_KINDS],
        **_people_need_company(),
    }


def _rule_kind(kind: words.RuleKind) -> Schema:
    """A rule with a mark of its kind and no key that is only for other kinds."""
    foreign = [
        key
        for key in words.RULE_KEYS.known
        if key not in kind.own and key not in words.SHARED_RULE_KEYS
    ]
    return {
        "title": f"{kind.name} rule",
        "anyOf": [{"required": [key]} for key in kind.marks],
        "not": {"anyOf": [{"required": [key]} for key in foreign]},
    }


def _people_need_company() -> Schema:
    return {
        "dependentSchemas": {
            "people": {"required": ["scope"], "properties": {"scope": {"const": Scope.COMPANY}}}
        }
    }


def _selection_parts() -> dict[str, Schema]:
    return {
        "on": _ref("touchpoint_types"),
        "where": _said("A condition on the touchpoint's properties.", _ref("where_condition")),
        "within": _said("Days: today and the days before.", _ref("days")),
        "scope": _ref("scope"),
    }


def _conditions() -> dict[str, Schema]:
    attribute = f"^({'|'.join(ATTRIBUTE_SPACES)})\\..|^{STAGE}$"
    touchpoint = {**_selection_parts(), "at_least": _ref("times"), "people": _ref("times")}
    asked = {
        "touchpoint": {
            **_mapping(words.TOUCHPOINT_KEYS, touchpoint),
            "minProperties": 1,
            **_people_need_company(),
        },
        "definition": _STRING,
    }
    results = {
        f"^{_escaped(SCORE_PREFIX)}.": _ref("score_comparison"),
        f"^{_escaped(BAND_PREFIX)}.|^{GRADE}$": _ref("result_comparison"),
    }
    compared = {attribute: _ref("comparison")}
    return {
        "rule_condition": _condition("rule_condition", {}, compared),
        "definition_condition": _condition("definition_condition", asked, {**compared, **results}),
        "where_condition": _where_condition(),
        "comparison": _comparison(list(FieldType)),
        "score_comparison": _comparison([FieldType.NUMBER], presence=False),
        "result_comparison": _comparison([FieldType.TEXT], presence=False),
    }


def _escaped(prefix: str) -> str:
    return prefix.replace(".", "\\.")


def _condition(
    name: str, asked: Mapping[str, Schema], fields: Mapping[str, Schema]
) -> dict[str, object]:
    combined = {
        word: _list_of(_ref(name), minItems=1, description=_COMBINED[word])
        for word in words.COMBINATORS
    }
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {**combined, **asked},
        "patternProperties": fields,
        "propertyNames": {"maxLength": words.MAX_FREE_NAME},
    }


_COMBINED = {
    "all": "Every one of these holds.",
    "any": "At least one of these holds.",
    "none": "None of these holds.",
}


def _where_condition() -> Schema:
    refused = sorted(words.NOT_PROPERTIES - set(words.COMBINATORS))
    return {
        **_condition("where_condition", {}, {}),
        "additionalProperties": _ref("comparison"),
        "propertyNames": {
            "pattern": words.NAME_PATTERNS[NameForm.FREE],
            "not": {"enum": refused},
        },
    }


def _comparison(types: Sequence[FieldType], *, presence: bool = True) -> Schema:
    """Operators with operands of these types; several mean all of them."""
    operators = {
        operator.value: _operand(operator, types)
        for operator in Operator
        if (operator in PRESENCE_OPERATORS and presence)
        or (operator not in PRESENCE_OPERATORS and OPERAND_TYPES[operator] & set(types))
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "anyOf": [{"required": [operator]} for operator in operators],
        "properties": {**operators, words.IGNORE_DIACRITICS: {"type": "boolean"}},
    }


def _operand(operator: Operator, types: Sequence[FieldType]) -> Schema:
    kinds = [kind for kind in types if kind in OPERAND_TYPES[operator]]
    if operator in PRESENCE_OPERATORS:
        return _ref("boolean")
    if operator in {Operator.IN, Operator.NOT_IN}:
        lists = [_list_of(schema, minItems=1) for schema in _literals(kinds)]
        return lists[0] if len(lists) == 1 else {"anyOf": lists}
    if operator is Operator.BETWEEN:
        pairs = [_list_of(schema, minItems=2, maxItems=2) for schema in _literals(kinds)]
        return pairs[0] if len(pairs) == 1 else {"anyOf": pairs}
    literals = _literals(kinds)
    return literals[0] if len(literals) == 1 else {"anyOf": literals}


def _literals(kinds: Sequence[FieldType]) -> list[Schema]:
    """What a literal of one of the types looks like; a day is a text, which text includes."""
    literals: list[Schema] = []
    if FieldType.TEXT in kinds:
        literals.append(_ref("text"))
    elif FieldType.DATE in kinds:
        literals.append({"type": "string", "format": "date", "pattern": _DAY})
    if FieldType.NUMBER in kinds:
        literals.append(_ref("number"))
    if FieldType.BOOLEAN in kinds:
        literals.append(_ref("boolean"))
    return literals


_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
