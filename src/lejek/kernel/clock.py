"""The only clock. It is read at the edge (views, jobs, command line) and handed in from there."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return timezone.now()
