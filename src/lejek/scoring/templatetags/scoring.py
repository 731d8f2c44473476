"""Small things that the pages of the scoring model need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from django import template

register = template.Library()

Value = TypeVar("Value")


@register.filter
def item(found: Mapping[str, Value] | None, name: str) -> Value | None:
    """The member of a mapping by a name that is only known in the template."""
    return None if not found else found.get(name)


@register.filter
def pointed(milli: int) -> str:
    """Milli-points as a form takes them: plain digits with a full stop."""
    whole, rest = divmod(abs(milli), 1000)
    text = f"{whole}.{rest:03d}".rstrip("0").rstrip(".")
    return f"-{text}" if milli < 0 else text
