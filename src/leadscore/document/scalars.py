"""What a plain word of a document stands for: text, number, truth value or nothing."""

from __future__ import annotations

import re
from decimal import Decimal

from leadscore.checks.shape import AmbiguousNumber, NotFinite, NumberTooLarge
from leadscore.document.located import PlainValue, Unreadable
from leadscore.document.vocabulary import MAX_NUMBER, MAX_NUMBER_LENGTH, MAX_SMALLNESS

_WORDS: dict[str, PlainValue] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MAY_BE_NUMBER = frozenset("0123456789+-.")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]++|[0-9]++(?:\.[0-9]*+)?)(?:[eE][-+]?[0-9]++)?\Z")
_AMBIGUOUS = re.compile(r"[-+]?0[0-9]++\Z|0o[0-7]++\Z|0x[0-9a-fA-F]++\Z")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")


def plain_value(word: str) -> PlainValue | Unreadable:
    """The value of an unquoted YAML word by the core schema, or the kind of problem it is.

    Source: YAML 1.2.2, section 10.3.2. Notations that other tools read as another number are
    problems.
    """
    if word in _WORDS:
        return _WORDS[word]
    if word[0] not in _MAY_BE_NUMBER:
        return word
    if _AMBIGUOUS.match(word):
        return AmbiguousNumber
    if _NUMBER.match(word):
        return exact_number(word)
    return NotFinite if _NOT_FINITE.match(word) else word


def exact_number(word: str) -> Decimal | type[NumberTooLarge]:
    """The exact value of a number, when every engine can hold it."""
    if len(word) <= MAX_NUMBER_LENGTH:
        number = Decimal(word)
        if not number or (number.adjusted() >= MAX_SMALLNESS and number.copy_abs() <= MAX_NUMBER):
            return number
    return NumberTooLarge
