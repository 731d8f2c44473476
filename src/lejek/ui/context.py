"""What every page needs."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, object]:  # noqa: ARG001
    """Whether this is a demo."""
    return {"is_demo": settings.DEMO}
