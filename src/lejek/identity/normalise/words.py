"""Text without regard to case, diacritics and punctuation."""

from __future__ import annotations

import re
import unicodedata

_STROKES = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "œ": "oe"}
)
_NOT_WORD = re.compile(r"[^0-9a-z]+")
_SPACES = re.compile(r"\s+")


def folded(text: str) -> str:
    """Small letters without diacritics.

    >>> folded("Kierownik ds. Zakupów – Łódź")
    'kierownik ds. zakupow – lodz'
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(_STROKES))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text, folded.

    >>> tokens("Dyrektor ds. IT")
    ('dyrektor', 'ds', 'it')
    """
    return tuple(part for part in _NOT_WORD.split(folded(text)) if part)


def tidy(text: str) -> str:
    """A text with single spaces, composed letters and no control characters."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(c for c in composed if c.isspace() or unicodedata.category(c) != "Cc")
    return _SPACES.sub(" ", visible).strip()
