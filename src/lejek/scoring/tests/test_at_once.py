"""Live scoring and the scoring of everybody at once: what was known last is what stays."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from lejek.consent.models import ConsentChange
from lejek.identity.models import Lead
from lejek.kernel import clock
from lejek.scoring import facts, live, runs
from lejek.scoring.batch import process
from lejek.scoring.handlers import mark_leads
from lejek.scoring.live import mark, score_marked
from lejek.scoring.models import DirtyLead, LeadScore, ScorePoint, ScoringRun
from lejek.scoring.reconciliation import recomputed
from lejek.scoring.runs import score_all
from lejek.scoring.tests.builders import NOW, crowd, lead, published, touchpoint
from lejek.scoring.versions import active_version, ready

pytestmark = pytest.mark.django_db(transaction=True)

BEHIND = NOW - timedelta(seconds=30)
"""What the clock of another machine says, which is behind."""
_TYPES = ("page_view", "demo_request", "email_click")
PATIENCE_SECONDS = 240

Doing = Callable[[], None]


@pytest.fixture
def after_looking(monkeypatch: pytest.MonkeyPatch) -> Callable[[Doing], None]:
    """Have something happen once the run has looked at the facts and not written yet."""

    def plan(happens: Doing) -> None:
        def look(*given: Any, **options: Any) -> dict[str, Any]:
            found = process.run(*given, **options)
            happens()
            return found

        monkeypatch.setattr(runs, "run", look)

    return plan


def _score_live(now: datetime = NOW) -> None:
    while score_marked(now=now):
        pass


def _states(one: Lead, *, is_given: bool) -> None:
    """Somebody says whether they may be profiled, and live scoring hears of it."""
    ConsentChange.objects.create(
        contact=one.contact, purpose="profiling", is_given=is_given, at=NOW, source="test"
    )
    mark([one.pk], now=NOW)
    _score_live()


def _engagement() -> int:
    return int(LeadScore.objects.get().scores["engagement"])


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("clock_of_live", [BEHIND, NOW, NOW + timedelta(seconds=30)])
def test_what_arrived_while_a_run_looked_stays(
    after_looking: Callable[[Doing], None], clock_of_live: datetime, *, is_known: bool
) -> None:
    published()
    one = lead(seniority="owner")
    if is_known:
        mark([one.pk], now=BEHIND)
        _score_live(BEHIND - timedelta(days=1))

    def arrives() -> None:
        touchpoint(one, "demo_request", BEHIND)
        mark([one.pk], now=clock_of_live)
        _score_live(clock_of_live)

    after_looking(arrives)
    score_all(reason="nightly", now=NOW)
    assert _engagement() == 45_000
    assert ScorePoint.objects.order_by("-id")[0].scores["engagement"] == 45_000
    _score_live()
    assert _engagement() == 45_000


def test_who_was_scored_while_a_run_looked_is_scored_once_more_by_all_that_is_known(
    after_looking: Callable[[Doing], None],
) -> None:
    published()
    one = lead()
    mark([one.pk], now=NOW)
    after_looking(_score_live)
    # As if it came with an import, which marks nobody.
    touchpoint(one, "demo_request", BEHIND)
    done = score_all(reason="import", now=NOW + timedelta(minutes=1))
    assert done.n_changed == 0
    assert list(DirtyLead.objects.values_list("lead_id", flat=True)) == [one.pk]
    _score_live(NOW + timedelta(minutes=2))
    assert _engagement() == 45_000


@pytest.mark.parametrize("is_known", [True, False])
def test_a_run_brings_no_score_back_of_who_refuses_in_the_meantime(
    after_looking: Callable[[Doing], None], *, is_known: bool
) -> None:
    published()
    one = lead()
    if is_known:
        mark([one.pk], now=NOW)
        _score_live()
        touchpoint(one, "demo_request", BEHIND)
    after_looking(lambda: _states(one, is_given=False))
    score_all(reason="nightly", now=NOW)
    assert not LeadScore.objects.exists()


def test_a_run_takes_no_score_from_who_allows_it_again_in_the_meantime(
    after_looking: Callable[[Doing], None],
) -> None:
    published()
    one = lead()
    _states(one, is_given=False)
    after_looking(lambda: _states(one, is_given=True))
    score_all(reason="nightly", now=NOW)
    assert LeadScore.objects.filter(lead=one).exists()


def test_a_touchpoint_counts_though_the_clock_that_took_it_in_is_ahead() -> None:
    published()
    one = lead()
    touchpoint(one, "demo_request", NOW)
    mark([one.pk], now=NOW)
    _score_live(BEHIND)
    assert _engagement() == 45_000
    assert LeadScore.objects.get().as_of == NOW
    # A run whose clock is behind leaves it alone too.
    score_all(reason="nightly", now=BEHIND)
    assert _engagement() == 45_000


def test_two_workers_do_not_score_the_same_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    published()
    one = lead()
    touchpoint(one, "demo_request", NOW)
    mark([one.pk], now=NOW)
    has_read, look = threading.Event(), facts.facts_of
    n_scored: dict[str, int] = {}

    def read_slowly(*given: Any, **options: Any) -> Any:
        found = look(*given, **options)
        has_read.set()
        threading.Event().wait(0.3)  # time enough for the other to write first
        return found

    monkeypatch.setattr(live, "facts_of", read_slowly)

    def first() -> None:
        n_scored["first"] = score_marked(now=NOW)
        connection.close()

    def second() -> None:
        assert has_read.wait(PATIENCE_SECONDS)
        n_scored["second"] = score_marked(now=BEHIND)
        connection.close()

    _at_once(first, second)
    assert n_scored == {"first": 1, "second": 0}
    assert _engagement() == 45_000


@pytest.mark.served  # SQLite has one writer: nothing comes in between
def test_a_run_writes_before_or_after_live_scoring_but_not_in_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published()
    one = lead()
    mark([one.pk], now=NOW)
    has_read, has_looked = threading.Event(), threading.Event()
    look = facts.facts_of

    def read_and_wait(*given: Any, **options: Any) -> Any:
        found = look(*given, **options)
        if not has_read.is_set():
            has_read.set()
            assert has_looked.wait(PATIENCE_SECONDS)
            threading.Event().wait(0.3)  # time enough to write, were there nothing to hold it
        return found

    monkeypatch.setattr(live, "facts_of", read_and_wait)

    def score() -> None:
        score_marked(now=NOW)
        connection.close()

    def import_and_run() -> None:
        assert has_read.wait(PATIENCE_SECONDS)
        touchpoint(one, "demo_request", BEHIND)  # with an import, which marks nobody
        score_all(reason="import", now=NOW)
        connection.close()

    def after(*given: Any, **options: Any) -> dict[str, Any]:
        found = process.run(*given, **options)
        has_looked.set()
        return found

    monkeypatch.setattr(runs, "run", after)
    _at_once(score, import_and_run)
    _score_live()
    assert _engagement() == 45_000


def test_everybody_is_scored_by_one_run_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    published()
    lead()
    at_work: list[int] = []

    def look(*given: Any, **options: Any) -> dict[str, Any]:
        at_work.append(ScoringRun.objects.filter(status=ScoringRun.Status.RUNNING).count())
        return process.run(*given, **options)

    monkeypatch.setattr(runs, "run", look)

    def run() -> None:
        score_all(reason="nightly", now=NOW)
        connection.close()

    _at_once(run, run)
    assert at_work == [1, 1]
    assert set(ScoringRun.objects.values_list("status", flat=True)) == {ScoringRun.Status.DONE}


def test_a_run_that_died_is_said_to_have_failed_by_the_next_one() -> None:
    version = published()
    ScoringRun.objects.create(version=version, reason="nightly", as_of=NOW, started_at=NOW)
    score_all(reason="nightly", now=NOW)
    found = ScoringRun.objects.order_by("id").values_list("status", flat=True)
    assert list(found) == [ScoringRun.Status.FAILED, ScoringRun.Status.DONE]


@time_machine.travel(NOW, tick=True)  # so that no midnight comes in between
def test_whatever_comes_at_once_everybody_ends_with_the_score_of_the_newest_facts() -> None:
    published()
    leads = crowd(40, now=clock.now() - timedelta(days=3))
    is_over = threading.Event()

    def arrive(seed: int) -> None:
        chance = random.Random(seed)
        while not is_over.wait(0.01):
            with transaction.atomic():
                one = chance.choice(leads)
                touchpoint(one, chance.choice(_TYPES), clock.now())
            mark_leads({"lead_ids": [one.pk]}, now=clock.now())
        connection.close()

    def score() -> None:
        while not is_over.is_set():
            score_marked(now=clock.now()) or is_over.wait(0.01)
        connection.close()

    def run() -> None:
        try:
            for _ in range(2):
                score_all(reason="nightly", now=clock.now())
        finally:
            is_over.set()
            connection.close()

    _at_once(run, score, score, lambda: arrive(1), lambda: arrive(2))
    _score_live(clock.now())
    assert _kept() == _newest()


def _at_once(*doings: Doing) -> None:
    with ThreadPoolExecutor(len(doings)) as threads:
        for done in [threads.submit(doing) for doing in doings]:
            done.result(timeout=PATIENCE_SECONDS)


def _kept() -> dict[int, int]:
    return dict(LeadScore.objects.values_list("lead_id", "overall"))


def _newest() -> dict[int, int]:
    """What the scores should be, by the facts as they are now."""
    ids = list(Lead.objects.values_list("id", flat=True))
    found = recomputed(ids, ready(active_version()), clock.now())
    return {lead_id: scored.overall for lead_id, scored in found.items()}
