"""Text without regard to case, diacritics and punctuation."""

from __future__ import annotations

import re
import unicodedata

_STROKES = str.maketrans(
    {
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"),
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
    }
)
_NOT_WORD = re.compile(r"[^0-9a-z]+")
_SPACES = re.compile(r"\s+")


_INVISIBLE = frozenset({"Cc", "Cf"})


def folded(text: str) -> str:
    """Small letters without diacritics.

    >>> folded("Kierownik ds. Zakupów – Łódź")
    'kierownik ds. zakupow – lodz'
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.translate(_STROKES))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text, folded.

    >>> tokens("Dyrektor ds. IT")
    ('dyrektor', 'ds', 'it')
    """
    return tuple(part for part in _NOT_WORD.split(folded(text)) if part)


def tidy(text: str) -> str:
    """A text with single spaces, composed letters and nothing that cannot be seen."""
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)
    # Most text is printable, and of what is printable only the space is white.
    if composed.isprintable():
        return " ".join(composed.split())
    visible = "".join(
        letter
        for letter in composed
        if letter.isspace() or unicodedata.category(letter) not in _INVISIBLE
    )
    return _SPACES.sub(" ", visible).strip()
