"""What a search is held against: text in small letters without Polish strokes, made by the store.

In: the names of columns. Out: an expression that SQLite and PostgreSQL work out alike, and keep;
the condition that a word stands in what was kept.
"""

from __future__ import annotations

from django.db.models import Func, Q, TextField, Value
from django.db.models.expressions import Expression
from django.db.models.functions import Cast, Coalesce, Lower, Replace

from lejek.identity.normalise.words import folded

_STROKES = dict(zip("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszz" * 2, strict=True))
"""Capital ones too: the LOWER of SQLite knows only the letters of English."""

_PLAIN = str.maketrans(_STROKES)


def folded_text(*columns: str) -> Expression:
    """Some columns in one text, folded; one without a value is left out."""
    parts: list[Expression] = []
    for name in columns:
        parts += [Coalesce(Cast(name, TextField()), _text("")), _text(" ")]
    text: Expression = Lower(_Joined(*parts))
    for letter, plain in _STROKES.items():
        text = Replace(text, _text(letter), _text(plain))
    return text


def stands_in(word: str, *columns: str) -> Q:
    """Whether a word stands in one of such texts; strokes of other languages stay in them."""
    found = Q()
    for spelling in sorted(_spellings(word)):
        for column in columns:
            found |= Q((f"{column}__contains", spelling))
    return found


def _spellings(word: str) -> set[str]:
    """How a word may stand there: folded, or with the letters of other languages as it keeps them.

    SQLite keeps them as they were written: a capital one at the beginning too. A word of English or
    Polish letters has one spelling alone.
    """
    small = word.lower()
    written = {small, small.capitalize(), word}
    return {folded(word)} | {_lowered(each).translate(_PLAIN) for each in written}


def _lowered(word: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in word)


class _Joined(Func):
    """Texts one after the other, in one row of signs.

    Concat puts each pair in brackets of its own, too many for the parser of a usual SQLite.
    """

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = TextField()


def _text(value: str) -> Value:
    return Value(value, output_field=TextField())
