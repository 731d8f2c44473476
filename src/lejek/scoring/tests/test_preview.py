"""What a draft would change, on a case small enough to count by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from lejek.deals.models import Opportunity
from lejek.identity.models import AttributeChange, Contact, Lead
from lejek.kernel.models import Job
from lejek.people.models import Role, Team, User
from lejek.qualification.models import Stage, StageTransition
from lejek.scoring.jobs import make_preview
from lejek.scoring.models import PreviewRun
from lejek.scoring.previews import request_preview
from lejek.scoring.tests.builders import (
    MODEL,
    NOW,
    lead,
    published,
    stages,
    touchpoint,
    user,
)
from lejek.scoring.versions import save_draft

pytestmark = pytest.mark.django_db(transaction=True)

STRICTER = MODEL.replace("points: 40, when: {lead.seniority", "points: 20, when: {lead.seniority")
"""Directors get 20 points instead of 40: fit falls from warm to cold, and nobody is an MQL."""


@pytest.fixture(autouse=True)
def _stages(db: None) -> None:
    stages()


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


def _qualified(document: str = STRICTER) -> list[dict[str, Any]]:
    """The definitions that lead into a stage, through the weeks."""
    found = _result(document)["qualified"]
    assert isinstance(found, list)
    return found


def _weeks(document: str = STRICTER) -> list[dict[str, Any]]:
    """The weeks of the definition that leads into the stage of MQLs."""
    weeks: list[dict[str, Any]] = _qualified(document)[0]["weeks"]
    return weeks


def _move(one: Lead, to: str, at: datetime) -> None:
    """Let a lead be in another stage."""
    StageTransition.objects.create(lead=one, old=one.stage, new=to, reason="", at=at)
    Lead.objects.filter(pk=one.pk).update(stage=to)


def test_counts_of_today() -> None:
    published()
    director = lead(seniority="director", first_name="Ewa")
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
    weeks = _weeks()
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
    assert [week["before"]["met"] for week in _weeks()] == [0] * 12


def test_new_mqls_are_told_by_salesperson_and_week() -> None:
    published()
    sellers = [user(Role.SALES, f"{name}@example.pl") for name in ("ewa", "jan")]
    for number, seller in enumerate([sellers[0], sellers[0], sellers[1], None]):
        one = lead(seniority="director", owner=seller, first_name=f"Osoba {number}")
        touchpoint(one, "demo_request", NOW - timedelta(days=21))
    (part,) = [each for each in _qualified() if each["name"] == "marketing_qualified"]
    new = {row["owner_id"]: row["before"] for row in part["owners"]}
    assert set(new) == {sellers[0].pk, sellers[1].pk, None}
    # Wednesday 27 May 2026 is in the week that ends on Sunday 31 May, the third from the end.
    assert [sum(row) for row in new.values()] == [row[-3] for row in new.values()]
    assert new[sellers[0].pk] == [0] * 9 + [2, 0, 0]
    assert all(row["after"] == [0] * 12 for row in part["owners"])


def test_a_customer_is_no_mql_from_the_day_of_the_deal() -> None:
    published()
    people = [lead(seniority="director", first_name=f"Osoba {number}") for number in range(2)]
    for one in people:
        touchpoint(one, "demo_request", NOW - timedelta(days=21))
        touchpoint(one, "demo_request", NOW - timedelta(days=1))
    _move(people[0], "customer", NOW - timedelta(days=14))
    found = _result()
    assert found["n_leads"] == 1
    qualified = found["qualified"]
    assert isinstance(qualified, list)
    assert [week["before"]["met"] for week in qualified[0]["weeks"][-3:]] == [2, 0, 0]
    assert found["definitions"][0]["before"] == 1  # type: ignore[index]


def test_the_stage_is_the_one_of_then() -> None:
    document = MODEL.replace(
        "when: {lead.seniority: {in: [owner, director]}}", "when: {stage: {eq: sales_accepted}}"
    )
    published(document)
    one = lead(first_name="Ewa")
    for days in (21, 14):
        touchpoint(one, "demo_request", NOW - timedelta(days=days))
    # Accepted on 28 May, sent back on 8 June: so only two Sundays saw it accepted.
    _move(one, "sales_accepted", NOW - timedelta(days=20))
    one.refresh_from_db()
    _move(one, "recycled", NOW - timedelta(days=9))
    weeks = _weeks(document + "# the same\n")
    assert [week["after"]["met"] for week in weeks[-4:]] == [0, 1, 1, 0]


def test_the_definitions_are_those_that_lead_into_stages() -> None:
    document = MODEL.replace("  marketing_qualified:", "  ready_for_us:")
    Stage.objects.filter(definition="marketing_qualified").update(definition="ready_for_us")
    published(document)
    touchpoint(lead(seniority="director"), "demo_request", NOW - timedelta(days=21))
    qualified = _qualified(document + "# the same\n")
    assert [part["name"] for part in qualified] == ["ready_for_us", "sales_qualified"]
    assert [week["after"]["new"] for week in qualified[0]["weeks"][-4:]] == [0, 1, 0, 0]
    # No model has this one, so there is nothing to count, which is not zero.
    assert all(week["before"] is week["after"] is None for week in qualified[1]["weeks"])


def test_a_definition_that_the_draft_drops_has_no_zeros() -> None:
    published()
    touchpoint(lead(seniority="director"), "demo_request", NOW - timedelta(days=21))
    (part, _) = _qualified(MODEL.replace("  marketing_qualified:", "  other:"))
    assert part["weeks"][-3] == {**part["weeks"][-3], "before": {"met": 1, "new": 1}, "after": None}
    assert part["owners"] == [{"owner_id": None, "before": [0] * 9 + [1, 0, 0], "after": None}]


def _page(client: Client) -> str:
    """The page of a preview that is done, in English."""
    client.cookies["django_language"] = "en"
    request_preview(document=STRICTER, actor=None, now=NOW)
    worked_out()
    return client.get(reverse("scoring:preview")).content.decode()


def test_where_no_definition_leads_into_a_stage_the_page_says_so(client: Client) -> None:
    published()
    Stage.objects.update(definition="")
    save_draft(document=STRICTER, revision=0, actor=None, now=NOW)
    client.force_login(user(Role.MARKETING))
    page = _page(client)
    assert "No definition leads into a stage" in page
    assert "new leads by week" not in page


def test_a_manager_sees_the_load_of_the_team_and_the_others_as_one(client: Client) -> None:
    published()
    team = Team.objects.create(name="Północ")
    names = ("Ewa Nasza", "Jan Obcy", "Ola Obca")
    for name in names:
        seller = user(Role.SALES, f"{name.split()[0]}@example.pl".lower())
        User.objects.filter(pk=seller.pk).update(name=name, team=team if "Ewa" in name else None)
        one = lead(seniority="director", owner=seller, first_name=f"Lead {name}")
        touchpoint(one, "demo_request", NOW - timedelta(days=21))
    save_draft(document=STRICTER, revision=0, actor=None, now=NOW)
    manager = user(Role.MANAGER)
    User.objects.filter(pk=manager.pk).update(team=team)
    client.force_login(manager)
    page = _page(client)
    assert "Ewa Nasza" in page
    assert "Obc" not in page
    assert "salespeople of other teams" in page
    client.force_login(user(Role.AUDITOR))
    assert all(name in _page(client) for name in names)


def test_who_sees_only_the_own_leads_sees_no_preview(client: Client) -> None:
    published()
    client.force_login(user(Role.SALES))
    assert client.get(reverse("scoring:preview")).status_code == 403
    for name in ("model", "editor"):
        page = client.get(reverse(f"scoring:{name}")).content.decode()
        assert reverse("scoring:preview") not in page


def test_a_preview_whose_process_died_can_be_asked_for_again(client: Client) -> None:
    published()
    client.force_login(user(Role.MARKETING))
    client.cookies["django_language"] = "en"
    save_draft(document=STRICTER, revision=0, actor=None, now=NOW)
    dead = request_preview(document=STRICTER, actor=None, now=NOW)
    PreviewRun.objects.update(status=PreviewRun.Status.RUNNING)
    almost = NOW + timedelta(minutes=59)
    assert request_preview(document=STRICTER, actor=None, now=almost) == dead
    with time_machine.travel(NOW + timedelta(hours=1, minutes=1), tick=False):
        page = client.get(reverse("scoring:preview")).content.decode()
        assert "The preview failed" in page
        assert "Work it out again" in page
        assert "every 2s" not in page
        client.post(reverse("scoring:preview"))
    dead.refresh_from_db()
    assert dead.status == PreviewRun.Status.FAILED
    assert PreviewRun.objects.filter(status=PreviewRun.Status.WAITING).count() == 1


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
