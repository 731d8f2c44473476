"""How values look on a page."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.forms import BoundField
from django.http import QueryDict
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leadscore.arithmetic import points_text

register = template.Library()

_MINUTE = timedelta(minutes=1)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite; it says nothing to a screen reader."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("ui/vendor/icons.svg"),
        name,
    )


@register.filter
def points(milli: int | None) -> str:
    """Milli-points as exact points, with the decimal sign of the language and a real minus."""
    if milli is None:
        return "–"
    text = points_text(milli).replace("-", "−")
    return text.replace(".", ",") if get_language() == "pl" else text


@register.filter
def rounded(milli: int | None) -> str:
    """Milli-points rounded once, half up, to whole points: for lists, where nothing is added up."""
    if milli is None:
        return "–"
    return points((milli + 500) // 1000 * 1000)


@register.filter
def signed_points(milli: int) -> str:
    """Points with their sign, as a line that is added."""
    return f"+{points(milli)}" if milli > 0 else points(milli)


@register.simple_tag
def grade(value: str) -> SafeString:
    """A grade such as A1, coloured by its letter."""
    if not value:
        return format_html("")
    return format_html('<span class="grade grade-{}">{}</span>', value[0].lower(), value)


@register.simple_tag
def band(label: str, number: int, n_bands: int = 4) -> SafeString:
    """A band under its name, coloured by how hot it is."""
    heat = round(number * 3 / max(1, n_bands - 1))
    return format_html('<span class="band band-{}">{}</span>', heat, label)


@register.filter
def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit."""
    if moment is None:
        return ""
    return _("less than a minute") if now - moment < _MINUTE else timesince(moment, now, depth=1)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """The query of this page with some parameters changed; None takes one away."""
    found: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = str(value)
    return found.urlencode()


_CLASSES = {"checkbox": "form-check-input", "select": "form-select"}


@register.filter
def styled(field: BoundField) -> SafeString:
    """A field's input with the look of this product, marked where it is wrong.

    A placeholder would only say again what the label says.
    """
    look = _CLASSES.get(field.widget_type, "form-control")
    classes = f"{look} is-invalid" if field.errors else look
    return field.as_widget(attrs={"class": classes, "placeholder": False})
