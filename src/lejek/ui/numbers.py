"""Whole numbers as addresses and forms send them."""

from __future__ import annotations

_MOST_DIGITS = 18
"""A number of so many fits into every column that one is held against."""


def whole_number(text: str) -> int | None:
    """The number that was sent; None where it is none, or longer than any that we send."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None
