"""Everybody is scored at local midnight, when the days that rules count move on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import migrations

NAME = "score_everybody_nightly"


def schedule(apps: Any, editor: Any) -> None:  # noqa: ANN401, ARG001
    """The nightly run, first at the next local midnight."""
    zone = ZoneInfo(settings.TIME_ZONE)
    tomorrow = datetime.now(zone).date() + timedelta(days=1)
    apps.get_model("kernel", "Schedule").objects.get_or_create(
        name=NAME,
        defaults={
            "task_path": "lejek.scoring.jobs.score_everybody",
            "arguments": {"reason": "nightly"},
            "cron": "0 0 * * *",
            "time_zone": settings.TIME_ZONE,
            "next_at": datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone),
        },
    )


def unschedule(apps: Any, editor: Any) -> None:  # noqa: ANN401, ARG001
    """No nightly run."""
    apps.get_model("kernel", "Schedule").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [("scoring", "0002_previews"), ("kernel", "0001_initial")]
    operations = [migrations.RunPython(schedule, unschedule)]
