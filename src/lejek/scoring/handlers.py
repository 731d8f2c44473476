"""What scoring does when something happened elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lejek.identity.models import Lead
from lejek.scoring.live import mark
from lejek.scoring.runs import ask_for_run
from lejek.scoring.versions import NoActiveModel, active_version, ready

STAGE = "stage"


def mark_leads(content: dict[str, Any], *, now: datetime) -> None:
    """Facts of some leads changed; where companies are watched, those of their colleagues too."""
    lead_ids = set(content["lead_ids"])
    try:
        watches_companies = ready(active_version()).watches_companies
    except NoActiveModel:
        watches_companies = False
    if watches_companies:
        companies = Lead.objects.filter(
            id__in=lead_ids, contact__company__isnull=False
        ).values_list("contact__company_id", flat=True)
        colleagues = Lead.objects.filter(
            contact__company_id__in=list(companies), closed_at__isnull=True
        )
        lead_ids.update(colleagues.values_list("id", flat=True))
    mark(sorted(lead_ids), now=now)


def mark_where_stages_count(content: dict[str, Any], *, now: datetime) -> None:
    """A lead went to another stage; that matters where the model asks for it."""
    try:
        fields = ready(active_version()).fields
    except NoActiveModel:
        return
    if STAGE in fields.attributes:
        mark_leads({"lead_ids": [content["lead_id"]]}, now=now)


def rescore_after_import(content: dict[str, Any], *, now: datetime) -> None:  # noqa: ARG001
    """An import, or its undo, touched too many leads to name them."""
    ask_for_run(reason="import", now=now)


def start_run_after_activation(content: dict[str, Any], *, now: datetime) -> None:  # noqa: ARG001
    """Another version scores from now on."""
    ask_for_run(reason="publication", now=now)
