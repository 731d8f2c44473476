"""How figures with their uncertainty look on a page."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leadscore.statistics import Estimate, MedianDays, NotEnoughData, PeriodRate, Rate

register = template.Library()
_NO_BREAK = "\N{NO-BREAK SPACE}"


def _is_polish() -> bool:
    return (get_language() or "en").startswith("pl")


def _number(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.replace(".", ",") if _is_polish() else text


@register.filter
def is_known(figure: object) -> bool:
    """Whether there is a figure at all."""
    return figure is not None and not isinstance(figure, NotEnoughData)


@register.filter
def why_not(figure: object) -> str:
    """Why there is no figure, in a sentence."""
    if not isinstance(figure, NotEnoughData):
        return ""
    return figure.sentence("pl" if _is_polish() else "en")


@register.filter
def share(value: float) -> str:
    """A share in percent, with one decimal."""
    return f"{_number(100 * value, 1)}%"


@register.filter
def round_share(value: float) -> str:
    """A share in whole percent, for a scale."""
    return f"{_number(100 * value, 0)}%"


@register.filter
def between(figure: Rate | PeriodRate | Estimate) -> str:
    """The interval of a rate."""
    return f"{_number(100 * figure.low, 1)}–{_number(100 * figure.high, 1)}%"


@register.filter
def times(value: float) -> str:
    """How many times, with one decimal."""
    return f"{_number(value, 1)}×"


@register.filter
def two_digits(value: float) -> str:
    """A figure between 0 and 1."""
    return _number(value, 2)


@register.filter
def whole_days(value: float) -> str:
    """Days without fractions, with their word."""
    days = round(value)
    return _("1 day") if days == 1 else _("%(days)d days") % {"days": days}


@register.filter
def between_days(figure: MedianDays) -> str:
    """The interval of a median; open above where the data set no end."""
    if figure.high is None:
        return _("%(low)d or more") % {"low": round(figure.low)}
    return f"{round(figure.low)}–{round(figure.high)}"


@register.filter
def money(amount: int, currency: str) -> str:
    """An amount in whole units of its currency."""
    whole = f"{round(amount / 100):,}"
    return f"{whole.replace(',', _NO_BREAK) if _is_polish() else whole}{_NO_BREAK}{currency}"
