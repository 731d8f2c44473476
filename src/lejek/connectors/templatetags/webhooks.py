"""Messages as people read them."""

from __future__ import annotations

import json

from django import template

from lejek.connectors.catalogue import ERRORS
from lejek.connectors.models import Delivery

register = template.Library()


@register.filter
def answered(delivery: Delivery) -> str:
    """What the newest attempt came to: the status of the answer, or why there is none."""
    if delivery.status is not None:
        return f"HTTP {delivery.status}"
    if delivery.error:
        return str(ERRORS[delivery.error])
    return "–"


@register.filter
def pretty_body(delivery: Delivery) -> str:
    """What a message says, one thing a line."""
    return json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False)
