"""Everybody scored at once: the same integers as live, only what changed is written."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lejek.consent.models import ConsentChange
from lejek.identity.models import AttributeChange, Contact, Import, Lead
from lejek.kernel.events import hand_on
from lejek.kernel.models import Event
from lejek.qualification.services import move_lead
from lejek.scoring.batch.process import BatchFailed, run
from lejek.scoring.handlers import mark_leads
from lejek.scoring.jobs import score_everybody
from lejek.scoring.live import mark, score_marked
from lejek.scoring.models import DirtyLead, LeadScore, ScorePoint, ScoringRun
from lejek.scoring.runs import score_all
from lejek.scoring.tests.builders import (
    MODEL,
    NOW,
    company,
    crowd,
    lead,
    published,
    stages,
    touchpoint,
    user,
)
from lejek.wiring import handlers

pytestmark = pytest.mark.django_db(transaction=True)


def _kept() -> dict[int, tuple[object, ...]]:
    return {
        row.lead_id: (
            row.overall,
            row.grade,
            row.scores,
            row.bands,
            row.definitions,
            row.contributions,
        )
        for row in LeadScore.objects.all()
    }


def _score_live() -> None:
    mark(list(Lead.objects.values_list("id", flat=True)), now=NOW)
    while score_marked(now=NOW):
        pass


def test_the_batch_gives_what_live_scoring_gives() -> None:
    published()
    leads = crowd(150)
    for number, each in enumerate(leads[:40]):
        for purpose, is_given in (("email", number % 2 == 0), ("profiling", number % 5 != 0)):
            ConsentChange.objects.create(
                contact=each.contact, purpose=purpose, is_given=is_given, at=NOW, source="test"
            )
    _score_live()
    live = _kept()
    LeadScore.objects.all().delete()
    done = score_all(reason="nightly", now=NOW)
    assert _kept() == live
    assert len(live) == 150 - 8
    assert done.n_leads == done.n_changed == 142
    assert done.n_differences == 0
    assert done.details["n_recomputed"] == 142
    assert done.details["touched"]["director"] == sum(
        any(line[0] == "director" for line in row[5]) for row in live.values()  # type: ignore[attr-defined]
    )  # fmt: skip


def test_a_second_run_of_the_same_day_changes_nothing() -> None:
    published()
    crowd(30)
    score_all(reason="nightly", now=NOW)
    points = ScorePoint.objects.count()
    Event.objects.all().delete()
    later = NOW + timedelta(hours=2)
    again = score_all(reason="nightly", now=later)
    assert (again.n_changed, again.n_differences) == (0, 0)
    assert again.details["n_compared"] == 30
    assert ScorePoint.objects.count() == points == 30
    assert not Event.objects.exists()
    assert set(LeadScore.objects.values_list("as_of", flat=True)) == {later}


def test_what_live_scoring_did_after_the_moment_of_the_run_stays() -> None:
    version = published()
    one = lead(seniority="owner")
    mark([one.pk], now=NOW)
    score_marked(now=NOW + timedelta(hours=1))
    score_all(reason="nightly", now=NOW)
    kept = LeadScore.objects.get()
    assert kept.as_of == NOW + timedelta(hours=1)
    assert kept.version == version


def test_points_cool_over_night_and_leave_a_point_of_history() -> None:
    published()
    one = lead()
    touchpoint(one, "demo_request", NOW)
    score_all(reason="nightly", now=NOW)
    score_all(reason="nightly", now=NOW + timedelta(days=30))
    scores = list(ScorePoint.objects.order_by("at").values_list("scores", flat=True))
    # 45 points, halved after 30 days; then silence of 30 days takes 10.
    assert [each["engagement"] for each in scores] == [45_000, 12_500]


def test_a_run_says_in_what_the_scores_changed(client: Client) -> None:
    published()
    one = lead(seniority="owner")
    lead(first_name="Jan")
    first = score_all(reason="nightly", now=NOW)
    assert first.details["changed"] == {"new": 2, "points": 0, "band": 0, "definition": 0}
    touchpoint(one, "demo_request", NOW)
    second = score_all(reason="nightly", now=NOW + timedelta(hours=1))
    assert second.details["changed"] == {"new": 0, "points": 1, "band": 1, "definition": 1}
    published(now=NOW + timedelta(hours=2))
    third = score_all(reason="publication", now=NOW + timedelta(hours=2))
    assert third.n_changed == 2
    assert third.details["changed"] == {"new": 0, "points": 0, "band": 0, "definition": 0}
    client.force_login(user())
    page = client.get(reverse("scoring:runs"), headers={"accept-language": "en"}).content.decode()
    assert "scored for the first time: 2" in page
    assert "counts the leads whose kept score was replaced" in page


def test_who_begins_to_meet_a_definition_is_told_once() -> None:
    published()
    one = lead(seniority="owner")
    lead(seniority="owner", first_name="Jan")
    touchpoint(one, "demo_request", NOW)
    Event.objects.all().delete()
    score_all(reason="nightly", now=NOW)
    score_all(reason="nightly", now=NOW + timedelta(hours=1))
    told = Event.objects.filter(name="lead_scored")
    assert [event.content["lead_id"] for event in told] == [one.pk]
    assert told[0].content["definitions"] == {
        "marketing_qualified": True,
        "marketing_qualified_kept": True,
    }


def test_whoever_refuses_to_be_profiled_loses_the_score() -> None:
    published()
    one = lead(seniority="owner")
    score_all(reason="nightly", now=NOW)
    ConsentChange.objects.create(
        contact=one.contact, purpose="profiling", is_given=False, at=NOW, source="test"
    )
    score_all(reason="nightly", now=NOW)
    assert not LeadScore.objects.exists()


def test_a_changed_fact_that_marked_nobody_is_reported_as_a_defect() -> None:
    published()
    one = lead()
    _score_live()
    Contact.objects.filter(pk=one.contact_id).update(seniority="owner")
    done = score_all(reason="nightly", now=NOW + timedelta(minutes=5))
    assert done.n_differences == 1
    assert done.differences[0]["kind"] == "unmarked"
    assert done.differences[0]["lead_id"] == one.pk
    # Fit was 0; silence keeps engagement at 0.
    assert done.differences[0]["overall"] == [0, 40_000]


def test_a_lead_that_waits_to_be_scored_is_no_defect() -> None:
    published()
    one = lead()
    _score_live()
    Contact.objects.filter(pk=one.contact_id).update(seniority="owner")
    mark([one.pk], now=NOW)
    assert score_all(reason="nightly", now=NOW + timedelta(minutes=5)).n_differences == 0
    assert DirtyLead.objects.filter(lead=one).exists()


def _imported(*, status: str = "done", n_rows: int = 1001) -> Import:
    """An import of so many rows, with the event that says so."""
    job = Import.objects.create(
        file_name="x.csv", path="x.csv", status=status, rows_total=n_rows, created_at=NOW
    )
    if status != Import.Status.RUNNING:
        name = "import_undone" if status == Import.Status.UNDONE else "import_finished"
        Event.objects.create(name=name, content={"import_id": job.pk}, happened_at=NOW)
    return job


@pytest.mark.parametrize("status", ["running", "done"])
def test_a_large_import_explains_its_leads_and_no_others(status: str) -> None:
    published()
    told, asked, forgotten = lead(), lead(first_name="Jan"), lead(first_name="Ola")
    _score_live()
    score_all(reason="nightly", now=NOW)
    job = _imported(status=status)
    touchpoint(told, "demo_request", NOW, import_id=job.pk)
    Contact.objects.filter(pk__in=[asked.contact_id, forgotten.contact_id]).update(
        seniority="owner"
    )
    AttributeChange.objects.create(
        contact=asked.contact,
        field="lead.seniority",
        new="owner",
        known_at=NOW,
        source="import",
        import_id=job.pk,
    )
    done = score_all(reason="import", now=NOW + timedelta(minutes=5))
    assert [each["lead_id"] for each in done.differences] == [forgotten.pk]


def test_a_large_import_explains_the_colleagues_of_its_leads() -> None:
    published()
    firm = company()
    people = [lead(of=firm, first_name=name) for name in ("Anna", "Jan")]
    touchpoint(people[0], "page_view", NOW)
    score_all(reason="nightly", now=NOW)
    touchpoint(people[1], "page_view", NOW, import_id=_imported().pk)
    done = score_all(reason="import", now=NOW + timedelta(minutes=5))
    assert (done.n_changed, done.n_differences) == (2, 0)


@pytest.mark.parametrize("status", ["done", "undone"])
def test_an_import_explains_nothing_once_everybody_was_scored_after_it(status: str) -> None:
    published()
    one = lead()
    job = _imported(status=status)
    touchpoint(one, "page_view", NOW, import_id=job.pk)
    score_all(reason="import", now=NOW)
    Contact.objects.filter(pk=one.contact_id).update(seniority="owner")
    done = score_all(reason="nightly", now=NOW + timedelta(minutes=5))
    assert [each["lead_id"] for each in done.differences] == [one.pk]


def test_a_small_import_names_its_leads_so_it_explains_none() -> None:
    published()
    one = lead()
    score_all(reason="nightly", now=NOW)
    touchpoint(one, "demo_request", NOW, import_id=_imported(n_rows=1000).pk)
    assert score_all(reason="nightly", now=NOW + timedelta(minutes=5)).n_differences == 1


def test_after_an_undo_nobody_can_say_whose_facts_are_gone() -> None:
    published()
    one = lead()
    gone = touchpoint(one, "demo_request", NOW)
    score_all(reason="nightly", now=NOW)
    gone.delete()
    _imported(status="undone")
    done = score_all(reason="import", now=NOW + timedelta(minutes=5))
    assert (done.n_changed, done.n_differences) == (1, 0)


def test_what_the_batch_says_of_a_lead_waits_for_what_live_scoring_said_before() -> None:
    published()
    one = lead(seniority="owner")
    touchpoint(one, "demo_request", NOW)
    Event.objects.all().delete()
    _score_live()
    score_all(reason="nightly", now=NOW + timedelta(days=40))
    heard: list[bool] = []

    def failing_at_first(content: dict[str, Any], *, now: datetime) -> None:
        meets = content["definitions"]["marketing_qualified"]
        if meets and now == NOW:
            raise RuntimeError("not now")
        heard.append(meets)

    handlers = {"lead_scored": [failing_at_first]}
    assert hand_on(handlers, now=NOW) == 0
    hand_on(handlers, now=NOW + timedelta(days=41))
    assert heard == [True, False]


def test_colleagues_count_by_company_in_both() -> None:
    published()
    firm = company()
    for name in ("Anna", "Jan"):
        touchpoint(lead(of=firm, first_name=name), "page_view", NOW)
    done = score_all(reason="nightly", now=NOW)
    assert done.details["touched"]["company-burst"] == 2
    assert done.n_differences == 0


def test_closed_leads_keep_their_last_score() -> None:
    published()
    one = lead(seniority="owner")
    score_all(reason="nightly", now=NOW)
    Lead.objects.filter(pk=one.pk).update(closed_at=NOW)
    score_all(reason="nightly", now=NOW + timedelta(days=2))
    assert LeadScore.objects.get().as_of == NOW


def test_nothing_happens_before_the_first_publication() -> None:
    assert score_everybody(reason="nightly", now=NOW) is None
    assert not ScoringRun.objects.exists()


def test_a_process_without_memory_is_a_failed_run() -> None:
    with pytest.raises(BatchFailed, match="ended with code"):
        run({"task": "score", "database": {}, "document": MODEL}, memory_bytes=64 << 20)


def test_a_process_that_takes_too_long_is_ended() -> None:
    published()
    with pytest.raises(BatchFailed):
        run({"task": "score"}, timeout_seconds=0.05)


def test_colleagues_are_marked_where_companies_are_watched() -> None:
    published()
    firm = company()
    one, colleague = lead(of=firm), lead(of=firm, first_name="Jan")
    lead(of=company("Inna SA"), first_name="Ola")
    mark_leads({"lead_ids": [one.pk]}, now=NOW)
    assert set(DirtyLead.objects.values_list("lead_id", flat=True)) == {one.pk, colleague.pk}


def test_a_lead_that_is_gone_is_not_marked() -> None:
    mark_leads({"lead_ids": [4711]}, now=NOW)
    assert not DirtyLead.objects.exists()


BY_STAGE = MODEL.replace("lead.vip: {eq: true}", "stage: {eq: sales_accepted}")


@pytest.mark.parametrize(("document", "fit"), [(MODEL, 0), (BY_STAGE, 5000)])
def test_a_lead_that_moves_is_scored_anew_where_the_model_asks_for_its_stage(
    document: str, fit: int
) -> None:
    stages()
    published(document)
    one = lead()
    _score_live()
    move_lead(lead=one, to="sales_accepted", reason="", actor=None, now=NOW)
    hand_on(handlers(), now=NOW)
    score_marked(now=NOW)
    assert LeadScore.objects.get().scores["fit"] == fit
    assert score_all(reason="asked", now=NOW).n_differences == 0
