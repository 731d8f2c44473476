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
    for spelling in sorted({folded(word), word.lower()}):
        for column in columns:
            found |= Q((f"{column}__contains", spelling))
    return found


class _Joined(Func):
    """Texts one after the other, in one row of signs.

    Concat puts each pair in brackets of its own, too many for the parser of a usual SQLite.
    """

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = TextField()


def _text(value: str) -> Value:
    return Value(value, output_field=TextField())
