"""How values of a lead look on a page."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from lejek.desk.words import Words

register = template.Library()


@register.filter
def of(found: Mapping[str, object], name: str) -> object:
    """The entry of a mapping under a name that a variable holds."""
    return found.get(name)


@register.simple_tag(takes_context=True)
def said(context: template.Context, field: str, value: object) -> str:
    """The value of a field in words, a dash where nothing is known."""
    words = context.get("words") or Words((get_language() or "en")[:2])
    return words.value(field, value)


@register.filter
def money(amount: int, currency: str) -> str:
    """An amount in the smallest unit as one writes it: 12 500,50 PLN in Polish."""
    whole, rest = divmod(amount, 100)
    is_polish = (get_language() or "").startswith("pl")
    text = f"{whole:,}".replace(",", "\u00a0") if is_polish else f"{whole:,}"
    if rest:
        text += f"{',' if is_polish else '.'}{rest:02d}"
    return f"{text}\u00a0{currency}"


@register.filter
def initially(field: BoundField) -> SafeString:
    """What stood in a field when the page was drawn, hidden, so that only changes are kept."""
    return field.as_hidden(only_initial=True)
