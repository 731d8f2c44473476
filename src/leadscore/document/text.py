"""Bytes to text that can be parsed: the refusals that cost next to nothing."""

from __future__ import annotations

import re

from leadscore.checks.problem import Place
from leadscore.checks.shape import ControlCharacter, NotUtf8, TooLarge
from leadscore.document.located import ProblemList
from leadscore.document.vocabulary import MAX_BYTES

_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BYTE_ORDER_MARK = "\ufeff"


def checked_text(document: str | bytes, problems: ProblemList) -> str:
    """The text of a document within its bounds, without a byte-order mark.

    Raises: Refused when it is too large, not UTF-8, or holds control characters.
    """
    if len(document) > MAX_BYTES:
        raise _too_large(len(document), problems)
    if isinstance(document, bytes):
        document = _decoded(document, problems)
    if (strange := _NOT_TEXT.search(document)) is not None:
        found = f"U+{ord(strange.group()):04X}"
        at = place_in(document, strange.start())
        raise problems.refuse(ControlCharacter(at=at, found=found))
    if (size := len(document.encode())) > MAX_BYTES:
        raise _too_large(size, problems)
    return document.removeprefix(_BYTE_ORDER_MARK)


def place_in(text: str, index: int) -> Place:
    """Line and column, from one, of a character of a text."""
    start = text.rfind("\n", 0, index) + 1
    return Place("", text.count("\n", 0, index) + 1, index - start + 1)


def _decoded(document: bytes, problems: ProblemList) -> str:
    try:
        return document.decode()
    except UnicodeDecodeError as error:
        before = document[: error.start].decode()
        at = place_in(before, len(before))
        raise problems.refuse(NotUtf8(at=at, found=f"0x{document[error.start]:02X}")) from None


def _too_large(size: int, problems: ProblemList) -> Exception:
    return problems.refuse(TooLarge(at=Place(""), found=str(size), most=MAX_BYTES))
