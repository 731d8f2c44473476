"""Everybody is scored after an import and a publication, whatever runs at that moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from lejek.kernel import jobs
from lejek.kernel.models import Job
from lejek.scoring import runs
from lejek.scoring.batch import process
from lejek.scoring.handlers import rescore_after_import, start_run_after_activation
from lejek.scoring.models import LeadScore, ScoringRun
from lejek.scoring.tests.builders import NOW, lead, published, touchpoint

pytestmark = pytest.mark.django_db(transaction=True)


def _do_next(now: datetime) -> bool:
    held = jobs.claim(now=now)
    if held is None:
        return False
    with time_machine.travel(now, tick=False):
        return jobs.run(held, renew_every=3600)


def test_an_import_that_ends_while_everybody_is_being_scored_is_scored_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published()
    one = lead()
    look = process.run

    def look_and_import(*given: Any, **options: Any) -> dict[str, Any]:
        found = look(*given, **options)
        if ScoringRun.objects.count() == 1:
            assert Job.objects.get().status == Job.Status.RUNNING
            touchpoint(one, "demo_request", NOW)
            rescore_after_import({"import_id": 2}, now=NOW)
        return found

    monkeypatch.setattr(runs, "run", look_and_import)
    rescore_after_import({"import_id": 1}, now=NOW)
    assert _do_next(NOW)
    assert LeadScore.objects.get().scores["engagement"] == 0
    assert _do_next(NOW + timedelta(minutes=1))
    assert LeadScore.objects.get().scores["engagement"] == 45_000
    assert not _do_next(NOW + timedelta(minutes=2))


def test_several_imports_that_end_before_the_run_begins_share_it() -> None:
    for number in range(3):
        rescore_after_import({"import_id": number}, now=NOW)
    assert Job.objects.count() == 1


def test_a_run_that_will_be_tried_again_later_keeps_no_import_waiting() -> None:
    rescore_after_import({"import_id": 1}, now=NOW)
    Job.objects.update(run_after=NOW + timedelta(hours=2))
    rescore_after_import({"import_id": 2}, now=NOW)
    assert Job.objects.filter(run_after=NOW).count() == 1


def test_a_version_that_comes_back_while_its_own_run_is_at_work_is_run_again() -> None:
    start_run_after_activation({"version_id": 7}, now=NOW)
    assert jobs.claim(now=NOW) is not None
    start_run_after_activation({"version_id": 7}, now=NOW)
    assert Job.objects.filter(status=Job.Status.READY).count() == 1
