"""The words of a model document and the bounds on it, for the reader and the JSON Schema alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from leadscore.checks.structure import NameForm, Thing
from leadscore.conditions import RESERVED_COLUMNS

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_NODES = 100_000
MAX_PROBLEMS = 500
MAX_NUMBER = 2**53
"""The largest magnitude of a number: beyond it a double skips integers."""

MAX_NUMBER_LENGTH = 40
MAX_SMALLNESS = -30
"""The smallest power of ten that a number may begin with."""

MAX_RULES = 2_000
MAX_DIMENSIONS = 20
MAX_BANDS = 26
MAX_GROUPS = 500
MAX_DEFINITIONS = 200
MAX_DAYS = 3_650
MAX_COUNT = 1_000_000
MAX_WEIGHT = 1_000
MAX_TEXT = 1_000
MAX_LABEL = 200
MAX_FREE_NAME = 100

LANGUAGES = ("pl", "en")
COMBINATORS = ("all", "any", "none")
CONDITION_WORDS = frozenset({*COMBINATORS, "touchpoint", "definition"})
NOT_PROPERTIES = CONDITION_WORDS | RESERVED_COLUMNS
IGNORE_DIACRITICS = "ignore_diacritics"

NAME_PATTERNS: Mapping[NameForm, str] = {
    NameForm.ID: r"^[a-z0-9][a-z0-9_-]{0,62}$",
    NameForm.COLUMN: r"^[a-z][a-z0-9_]{0,62}$",
    NameForm.FREE: r"^[^\u0000-\u001f\u007f-\u009f]{1,100}$",
}
NAMES = {
    form: re.compile(pattern.removesuffix("$") + r"\Z") for form, pattern in NAME_PATTERNS.items()
}


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that a mapping has to have and those it may have."""

    whole: Thing
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """All keys, the required ones first."""
        return self.required + self.optional


MODEL_KEYS = Keys(
    Thing.MODEL,
    ("schema", "name", "time_zone", "dimensions", "rules"),
    ("groups", "overall", "grade", "definitions", "label"),
)
DIMENSION_KEYS = Keys(Thing.DIMENSION, ("min", "max", "bands"), ("label",))
BAND_KEYS = Keys(Thing.BAND, ("name", "from"), ("to", "label"))
GROUP_KEYS = Keys(Thing.GROUP, ("dimension",), ("min", "max", "label"))
GRADE_KEYS = Keys(Thing.GRADE, ("rows", "columns"))
DEFINITION_KEYS = Keys(Thing.DEFINITION, ("when",), ("keep_while", "label"))
LABEL_KEYS = Keys(Thing.LABEL, (), LANGUAGES)
TOUCHPOINT_KEYS = Keys(
    Thing.TOUCHPOINT, (), ("on", "where", "within", "scope", "at_least", "people")
)

_RULE_REQUIRED = ("id", "dimension", "points")
_RULE_OPTIONAL = ("group", "label")


@dataclass(frozen=True, slots=True)
class RuleKind:
    """A kind of rule: the keys that make it one, and those it takes besides."""

    name: str
    marks: tuple[str, ...]
    others: tuple[str, ...] = ()

    @property
    def own(self) -> tuple[str, ...]:
        """The keys that say when the rule gives points."""
        return self.marks + self.others


ATTRIBUTE = RuleKind("attribute", ("when",))
SILENCE = RuleKind("silence", ("none_for",), ("on", "where", "scope"))
FREQUENCY = RuleKind("frequency", ("at_least", "people"), ("on", "where", "within", "scope"))
BEHAVIOUR = RuleKind(
    "behaviour",
    ("on", "where", "within", "scope", "half_life", "max_times", "max_points"),
)
RULE_KINDS = (ATTRIBUTE, SILENCE, FREQUENCY, BEHAVIOUR)
"""A rule is of the first kind of which it has a mark."""

RULE_KEYS = Keys(
    Thing.RULE,
    _RULE_REQUIRED,
    tuple(dict.fromkeys(key for kind in RULE_KINDS for key in kind.own)) + _RULE_OPTIONAL,
)
SHARED_RULE_KEYS = _RULE_REQUIRED + _RULE_OPTIONAL
