"""CSV as spreadsheets of a language read it, with nothing in it that runs.

In: text and numbers. Out: the same as they stand in a file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO

BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes the file for one in the letters of the West."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[\d\s.,]*")
_GUARD = "'"


def harmless(text: str) -> str:
    """Text that a spreadsheet does not take for a formula; a number with a sign stays one."""
    is_formula = text.startswith(_FORMULA) and not _NUMBER.fullmatch(text)
    return f"{_GUARD}{text}" if is_formula else text


def as_it_was(text: str) -> str:
    """What harmless text was made of."""
    is_guarded = text.startswith(_GUARD) and text[1:].startswith(_FORMULA)
    return text[1:] if is_guarded else text


def number(text: str, lang: str) -> str:
    """A number with the decimal sign of a language."""
    return text.replace(".", ",") if lang == "pl" else text


def written(rows: Iterable[Sequence[str]], lang: str) -> str:
    """Rows as lines; where the comma is the decimal sign, cells are kept apart by semicolons."""
    file = StringIO(newline="")
    csv.writer(file, delimiter=";" if lang == "pl" else ",").writerows(rows)
    return file.getvalue()
