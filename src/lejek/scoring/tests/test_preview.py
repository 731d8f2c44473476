"""What a draft would change, on a case small enough to count by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from lejek.deals.models import Opportunity
from lejek.identity.models import AttributeChange, Contact
from lejek.kernel.models import Job
from lejek.people.models import Role
from lejek.scoring.jobs import make_preview
from lejek.scoring.models import PreviewRun
from lejek.scoring.previews import request_preview
from lejek.scoring.tests.builders import MODEL, NOW, lead, published, touchpoint, user
from lejek.scoring.versions import save_draft

pytestmark = pytest.mark.django_db(transaction=True)

STRICTER = MODEL.replace("points: 40, when: {lead.seniority", "points: 20, when: {lead.seniority")
"""Directors get 20 points instead of 40: fit falls from warm to cold, and nobody is an MQL."""


def worked_out() -> None:
    """Do what the worker would do next."""
    for job in Job.objects.filter(task_path="lejek.scoring.jobs.make_preview"):
        make_preview(**job.arguments, now=NOW)


def _result(document: str = STRICTER) -> dict[str, object]:
    asked = request_preview(document=document, actor=None, now=NOW)
    worked_out()
    asked.refresh_from_db()
    assert asked.status == PreviewRun.Status.DONE, asked.message
    return asked.result


def test_counts_of_today() -> None:
    published()
    seller = user(Role.SALES)
    director = lead(seniority="director", owner=seller, first_name="Ewa")
    lead(seniority="director", first_name="Jan")
    lead(first_name="Ola")
    touchpoint(director, "demo_request", NOW)
    found = _result()
    assert (found["n_leads"], found["n_changed"]) == (3, 2)
    fit = next(part for part in found["bands"] if part["dimension"] == "fit")  # type: ignore[attr-defined]
    assert fit["before"] == ["cold", "warm", "hot"]
    assert fit["counts"] == [[1, 0, 0], [2, 0, 0], [0, 0, 0]]
    definitions = found["definitions"]
    assert isinstance(definitions, list)
    (mql,) = definitions
    assert (mql["before"], mql["after"], mql["left"]) == (1, 0, 1)
    assert found["owners"] == [{"owner_id": seller.pk, "before": 1, "after": 0}]
    named = {row["lead_id"]: row for row in found["leads"]}  # type: ignore[attr-defined]
    assert named[director.pk]["before"]["overall"] == 40_000 + 2 * 45_000
    assert named[director.pk]["after"]["overall"] == 20_000 + 2 * 45_000
    assert named[director.pk]["before"]["definitions"] == ["marketing_qualified"]
    assert named[director.pk]["after"]["definitions"] == []
    assert found["touched"]["after"]["director"] == 2  # type: ignore[index]


def test_new_mqls_by_week_are_scored_as_of_then() -> None:
    published()
    one = lead(seniority="director", first_name="Ewa")
    # Wednesday 27 May 2026: the demo makes an MQL of the week until Sunday 31 May.
    touchpoint(one, "demo_request", NOW - timedelta(days=21))
    late = lead(seniority="director", first_name="Jan", created_at=NOW - timedelta(days=8))
    touchpoint(late, "demo_request", NOW - timedelta(days=21))
    weeks = _result()["weeks"]
    assert isinstance(weeks, list)
    assert len(weeks) == 12
    assert [week["before"]["new"] for week in weeks[-4:]] == [0, 1, 0, 0]
    # After 10 days 45 points have cooled to 35,7, below 40: it is met at the end of one week only.
    assert [week["before"]["met"] for week in weeks[-4:]] == [0, 1, 0, 0]
    assert all(week["after"]["met"] == 0 for week in weeks)


def test_what_was_not_known_then_does_not_count_then() -> None:
    published()
    one = lead(seniority="director", first_name="Ewa")
    touchpoint(one, "demo_request", NOW - timedelta(days=21))
    AttributeChange.objects.create(
        contact=Contact.objects.get(pk=one.contact_id),
        field="lead.seniority",
        old=None,
        new="director",
        known_at=NOW - timedelta(days=2),
        source="a person",
    )
    weeks = _result()["weeks"]
    assert isinstance(weeks, list)
    assert [week["before"]["met"] for week in weeks] == [0] * 12


def test_both_models_are_held_against_recorded_outcomes() -> None:
    published()
    for number in range(40):
        one = lead(
            seniority="director" if number % 2 else "",
            first_name=f"Osoba {number}",
            created_at=NOW - timedelta(days=300),
            closed_at=NOW - timedelta(days=240),
        )
        outcome = "won" if number % 4 else "lost"
        Opportunity.objects.create(
            lead=one,
            outcome=outcome,
            opened_at=NOW - timedelta(days=290),
            closed_at=NOW - timedelta(days=240),
        )
    back = _result()["backtest"]
    assert isinstance(back, dict)
    assert (back["before"]["leads"], back["before"]["conversions"]) == (40, 30)
    fit = {row["name"]: row for row in back["before"]["dimensions"][0]["bands"]}
    assert (fit["warm"]["leads"], fit["warm"]["conversions"]) == (20, 20)
    assert (fit["cold"]["leads"], fit["cold"]["conversions"]) == (20, 10)
    after = {row["name"]: row for row in back["after"]["dimensions"][0]["bands"]}
    assert (after["cold"]["leads"], after["cold"]["conversions"]) == (40, 30)


def test_without_outcomes_the_look_back_says_so(client: Client) -> None:
    published()
    lead()
    client.force_login(user(Role.MARKETING))
    client.cookies["django_language"] = "en"
    save_draft(document=STRICTER, revision=0, actor=None, now=NOW)
    assert client.post(reverse("scoring:preview")).status_code == 302
    worked_out()
    page = client.get(reverse("scoring:preview")).content.decode()
    assert "No won or lost deal is recorded yet" in page
    assert "Leads that move most" in page


def test_a_preview_belongs_to_the_draft_that_it_was_made_for(client: Client) -> None:
    published()
    lead(seniority="director")
    client.force_login(user(Role.MARKETING))
    client.cookies["django_language"] = "en"
    save_draft(document=STRICTER, revision=0, actor=None, now=NOW)
    client.post(reverse("scoring:preview"))
    save_draft(document=STRICTER + "# more\n", revision=1, actor=None, now=NOW)
    page = client.get(reverse("scoring:preview")).content.decode()
    assert "Leads that move most" not in page
    assert "Work out the preview" in page


def test_a_failed_preview_says_why(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    published()
    monkeypatch.setattr("lejek.scoring.previews.run", _broken)
    asked = request_preview(document=STRICTER, actor=None, now=NOW)
    worked_out()
    asked.refresh_from_db()
    assert asked.status == PreviewRun.Status.FAILED
    assert "no memory" in asked.message


def _broken(*_: object) -> dict[str, object]:
    raise MemoryError("no memory")


def test_a_preview_is_a_job_with_progress(client: Client) -> None:
    published()
    lead()
    client.force_login(user(Role.MARKETING))
    client.cookies["django_language"] = "en"
    save_draft(document=STRICTER, revision=0, actor=None, now=NOW)
    client.post(reverse("scoring:preview"))
    client.post(reverse("scoring:preview"))
    (asked,) = PreviewRun.objects.all()
    waiting = client.get(reverse("scoring:preview"), headers={"HX-Request": "true"})
    assert b"every 2s" in waiting.content
    (job,) = Job.objects.filter(task_path="lejek.scoring.jobs.make_preview")
    make_preview(**job.arguments, now=NOW)
    asked.refresh_from_db()
    assert (asked.status, asked.n_done) == (PreviewRun.Status.DONE, asked.n_steps)
    assert b"Leads that move most" in client.get(reverse("scoring:preview")).content
