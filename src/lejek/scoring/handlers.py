"""What scoring does when something happened elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lejek.kernel.jobs import enqueue
from lejek.scoring.live import mark


def mark_leads(content: dict[str, Any], *, now: datetime) -> None:
    """Facts of some leads changed."""
    mark(content["lead_ids"], now=now)


def rescore_after_import(content: dict[str, Any], *, now: datetime) -> None:  # noqa: ARG001
    """An import, or its undo, touched too many leads to name them."""
    enqueue(
        "lejek.scoring.jobs.score_everybody",
        {"reason": "import"},
        now=now,
        dedupe_key="score_everybody",
    )


def start_run_after_activation(content: dict[str, Any], *, now: datetime) -> None:
    """Another version scores from now on."""
    enqueue(
        "lejek.scoring.jobs.score_everybody",
        {"reason": "publication"},
        now=now,
        dedupe_key=f"score_everybody:{content['version_id']}",
    )
